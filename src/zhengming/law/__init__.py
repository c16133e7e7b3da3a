"""Floor 1: the Provisions and the rules under them as data. Art. 11 is at ``article(11)``; so is every other."""

from zhengming.law.provisions import ARTICLES, Article, Duty, article, duties

__all__ = ["ARTICLES", "Article", "Duty", "article", "duties"]
