"""Peers, each as its own documentation shows it. What is not installed is left out and named."""

from collections.abc import Callable

Find = Callable[[str], set[str]]


def pyahocorasick(terms: list[str]) -> Find:
    import ahocorasick

    automaton = ahocorasick.Automaton()
    for term in terms:
        automaton.add_word(term, term)
    automaton.make_automaton()
    return lambda text: {term for _, term in automaton.iter(text)}


def ahocorasick_rs(terms: list[str]) -> Find:
    from ahocorasick_rs import AhoCorasick

    automaton = AhoCorasick(terms)
    return lambda text: set(automaton.find_matches_as_strings(text, overlapping=True))


def hyperscan(terms: list[str]) -> Find:
    import hyperscan as engine

    database = engine.Database()
    database.compile(
        expressions=[term.encode() for term in terms], ids=list(range(len(terms))), elements=len(terms),
        flags=[engine.HS_FLAG_SINGLEMATCH] * len(terms), literal=True,
    )  # fmt: skip

    def find(text: str) -> set[str]:
        found: set[str] = set()
        database.scan(text.encode(), match_event_handler=lambda number, *_: found.add(terms[number]))
        return found

    return find


def hello_gfw(terms: list[str]) -> Find:
    from hgfw import Filter

    words = Filter(terms)
    return lambda text: {word for _, word in words.search(text)}


def textfilter(terms: list[str]) -> Find:
    from textfilter.textfilter import DFAFilter

    words = DFAFilter()
    for term in terms:
        words.add(term)

    def find(text: str) -> set[str]:
        """It only masks: to mask anything counts as having found every word."""
        return set(terms) if words.filter(text, "\0").count("\0") else set()

    return find


#: Matchers without folds, for speed.
MATCHERS: dict[str, Callable[[list[str]], Find]] = {
    "pyahocorasick": pyahocorasick, "ahocorasick_rs": ahocorasick_rs, "hyperscan": hyperscan,
}  # fmt: skip
#: A plain matcher and word filters, for what they find.
FILTERS: dict[str, Callable[[list[str]], Find]] = {
    "plain Aho–Corasick": pyahocorasick, "hello-gfw": hello_gfw, "textfilter": textfilter,
}  # fmt: skip
