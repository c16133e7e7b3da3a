"""Ways of writing a word so that a plain search misses it, each a function of the word. The words are harmless.

Substitutes that look or sound alike come from the engine's own tables and from pypinyin, so the suite measures the
machinery, not how complete those tables are.
"""

import base64
import random
import unicodedata
from collections.abc import Callable
from functools import cache

from zhengming.screening.readings import first_readings, toned
from zhengming.screening.tables import rows

#: Neutral stand-ins of four or five characters, in characters that are in daily use.
CHINESE = (
    "蓝莓煎饼", "樱桃汽水", "彩虹风筝", "柠檬糖纸", "绿豆糕饼", "纸船比赛", "松木地板", "雪花灯笼", "企鹅滑梯",
    "星河旅馆", "桂花香囊", "茉莉雨伞", "珊瑚湖水", "蒲公英茶", "毛笔盒子", "木瓜牛奶", "清炒菜花", "海洋公园",
    "秋天种树", "香草机票", "烤炉饭盒", "银杏林道", "明月茶馆", "木棉枕头", "秋梨糖浆", "红豆米糕",
)  # fmt: skip
LATIN = (
    "blueberry", "lantern", "umbrella", "penguin", "rainbow", "pancake", "lemonade", "snowman", "carousel", "teapot",
    "sunflower", "pinecone", "raspberry", "marshmallow", "notebook", "sailboat", "seashell", "windmill", "mushroom",
    "toothbrush", "dragonfly", "waterfall", "postcard", "mountain", "chocolate",
)  # fmt: skip

Technique = Callable[[str], str | None]


@cache
def alike_by_sound() -> dict[str, list[str]]:
    """For each common character, common characters with the same syllable."""
    common = [chr(code) for code in range(0x4E00, 0x9FFF) if _is_common(chr(code))]
    by_syllable: dict[str, list[str]] = {}
    for each in common:
        if each in first_readings():
            by_syllable.setdefault(first_readings()[each], []).append(each)
    return {each: [other for other in some if other != each] for some in by_syllable.values() for each in some}


def _is_common(character: str) -> bool:
    try:
        return character.encode("gb2312")[0] < 0xD8  # level 1: the 3 755 common ones
    except UnicodeEncodeError:
        return False


@cache
def alike_by_shape() -> dict[str, str]:
    return {each: (row[0] * 2).replace(each, "", 1)[0] for row in rows("near_shapes") for each in row[0]}


@cache
def in_parts() -> dict[str, str]:
    return {whole: ways[0] for whole, *ways in rows("splits")}


def syllables(word: str) -> list[str]:
    return [first_readings()[each] for each in word]


def _chosen(word: str) -> random.Random:
    return random.Random(word)


def by_sound(word: str, every: bool) -> str | None:
    table = alike_by_sound()
    places = [n for n, each in enumerate(word) if table.get(each)]
    chosen = places if every else places[:1]
    if not chosen:
        return None
    return "".join(_chosen(word + each).choice(table[each]) if n in chosen else each for n, each in enumerate(word))


def one_of(table: Callable[[], dict[str, str]]) -> Technique:
    def write(word: str) -> str | None:
        place = next((n for n, each in enumerate(word) if each in table()), None)
        return None if place is None else word[:place] + table()[word[place]] + word[place + 1 :]

    return write


def between(filler: str) -> Technique:
    return filler.join


def around(before: str, after: str) -> Technique:
    return lambda word: "".join(before + each + after for each in word)


def shifted(start: int) -> Technique:
    return lambda word: "".join(chr(start + ord(each) - ord("a")) for each in word)


def mapped(table: dict[str, str]) -> Technique:
    return lambda word: "".join(table.get(each, each) for each in word)


def traditional(word: str) -> str | None:
    from opencc import OpenCC

    plain = str(OpenCC("s2t").convert(word))
    return plain if plain != word else None


def tones(word: str) -> str:
    from pypinyin import Style, lazy_pinyin

    return " ".join(lazy_pinyin(word, style=Style.TONE))


def columns(word: str) -> str:
    left, right = "春来花开早", "山水有情意"
    return "\n" + "\n".join(left[n] + each + right[n] for n, each in enumerate(word)) + "\n"


def acrostic(word: str) -> str:
    tails = ("天之下远", "果正红时", "茶一盏罢", "香四溢了", "山有情也")
    return "\n" + "\n".join(each + tails[n] for n, each in enumerate(word)) + "\n"


def acrostic_ends(word: str) -> str:
    heads = ("远山如", "又见草", "火上慢", "中秋月", "谁人")
    return "\n" + "\n".join(heads[n] + each for n, each in enumerate(word)) + "\n"


def radicals(word: str) -> str | None:
    """Compatibility forms of a character, where Unicode has one."""
    forms = {
        unicodedata.normalize("NFKC", chr(code)): chr(code)
        for code in (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFA6E))
    }
    plain = "".join(forms.get(each, each) for each in word)
    return plain if plain != word else None


CYRILLIC = dict(zip("aeopcyxis", "аеорсухіѕ", strict=True))
GREEK = dict(zip("oavpiukn", "οανριυκη", strict=True))
LEET = dict(zip("oieast", "013457", strict=True))
MARKS = dict(zip("aeiounc", "áéíóúñç", strict=True))

#: Techniques for Chinese words.
FOR_CHINESE: dict[str, Technique] = {
    "as it is": lambda word: word,
    "traditional": traditional,
    "compatibility forms": radicals,
    "spaces": between(" "),
    "full-width spaces": between("\u3000"),
    "tabs": between("\t"),
    "a character a line": between("\n"),
    "asterisks": between("*"),
    "hyphens": between("-"),
    "underscores": between("_"),
    "slashes": between("/"),
    "dots": between("."),
    "middle dots": between("·"),
    "commas": between("，"),
    "full stops": between("。"),
    "several symbols": between(" ~#*@ "),
    "one symbol": lambda word: word[:2] + "*" + word[2:],
    "emoji": between("🍓"),
    "emoji with joiners": between("👨‍👩‍👧"),
    "brackets": around("【", "】"),
    "quotation marks": around("“", "”"),
    "digits": lambda word: "".join(f"{each}{n}" for n, each in enumerate(word, 1)),
    "circled digits": lambda word: "".join(each + "①②③④⑤"[n] for n, each in enumerate(word)),
    "zero-width spaces": between("\u200b"),
    "zero-width joiners": between("\u200d"),
    "soft hyphens": between("\u00ad"),
    "byte order marks": between("\ufeff"),
    "variation selectors": around("", "\ufe0f"),
    "tag characters": around("", "\U000e0061"),
    "struck through": around("", "\u0336"),
    "enclosing circles": around("", "\u20dd"),
    "stacked marks": around("", "\u0300\u0316\u0335"),
    "Hangul fillers": between("\u3164"),
    "tags of HTML": around("<b>", "</b>"),
    "tags of forums": around("[i]", "[/i]"),
    "comments of HTML": between("<!-- -->"),
    "decimal references": lambda word: "".join(f"&#{ord(each)};" for each in word),
    "hexadecimal references": lambda word: "".join(f"&#x{ord(each):x};" for each in word),
    "references without semicolon": lambda word: "".join(f"&#{ord(each)}" for each in word),
    "references twice over": lambda word: "".join(f"&amp;#{ord(each)};" for each in word),
    "percent UTF-8": lambda word: "".join(f"%{byte:02X}" for byte in word.encode()),
    "percent GBK": lambda word: "".join(f"%{byte:02X}" for byte in word.encode("gbk")),
    "percent twice over": lambda word: "".join(f"%25{byte:02X}" for byte in word.encode()),
    "percent one character": lambda word: "".join(f"%{byte:02X}" for byte in word[0].encode()) + word[1:],
    "backslash u": lambda word: "".join(f"\\u{ord(each):04x}" for each in word),
    "backslash x": lambda word: "".join(f"\\x{byte:02x}" for byte in word.encode()),
    "percent u": lambda word: "".join(f"%u{ord(each):04X}" for each in word),
    "code points": lambda word: " ".join(f"U+{ord(each):04X}" for each in word),
    "Base64": lambda word: base64.b64encode(word.encode()).decode(),
    "Base64 of a sentence": lambda word: base64.b64encode(f"我们聊{word}吧".encode()).decode(),
    "Base64 of GBK": lambda word: base64.b64encode(word.encode("gbk")).decode(),
    "Base64 for URLs": lambda word: base64.urlsafe_b64encode(f"a{word}".encode()).decode().rstrip("="),
    "hexadecimal": lambda word: word.encode().hex(),
    "hexadecimal in pairs": lambda word: word.encode().hex(" "),
    "pinyin": lambda word: " ".join(syllables(word)),
    "pinyin in one": lambda word: "".join(syllables(word)),
    "pinyin in capitals": lambda word: " ".join(syllables(word)).upper(),
    "pinyin with hyphens": lambda word: "-".join(syllables(word)),
    "pinyin with tones": tones,
    "pinyin with tone numbers": toned,
    "pinyin full-width": lambda word: "".join(chr(ord(each) + 0xFEE0) for each in "".join(syllables(word))),
    "pinyin in Cyrillic letters": lambda word: mapped(CYRILLIC)("".join(syllables(word))),
    "pinyin for one character": lambda word: word[0] + syllables(word)[1] + word[2:],
    "pinyin for every other": lambda word: "".join(
        each if n % 2 else syllable for n, (each, syllable) in enumerate(zip(word, syllables(word), strict=True))
    ),
    "pinyin for two in a row": lambda word: "".join(syllables(word)[:2]) + word[2:],
    "initials": lambda word: "".join(each[0] for each in syllables(word)),
    "initials in capitals": lambda word: "".join(each[0] for each in syllables(word)).upper(),
    "initials with dots": lambda word: ".".join(each[0] for each in syllables(word)),
    "an initial for one character": lambda word: word[0] + syllables(word)[1][0] + word[2:],
    "initials for two characters": lambda word: syllables(word)[0][0] + word[1] + syllables(word)[2][0] + word[3:],
    "one homophone": lambda word: by_sound(word, every=False),
    "all homophones": lambda word: by_sound(word, every=True),
    "homophones and symbols": lambda word: "*".join(by_sound(word, every=False) or word),
    "one near-shape": one_of(alike_by_shape),
    "one split": one_of(in_parts),
    "reversed": lambda word: word[::-1],
    "reversed with marks": lambda word: f"\u202e{word[::-1]}\u202c",
    "columns": columns,
    "acrostic": acrostic,
    "acrostic at line ends": acrostic_ends,
}
#: Techniques for words in letters.
FOR_LATIN: dict[str, Technique] = {
    "capitals": str.upper,
    "every other capital": lambda word: "".join(each.upper() if n % 2 else each for n, each in enumerate(word)),
    "full-width letters": lambda word: "".join(chr(ord(each) + 0xFEE0) for each in word),
    "bold letters": shifted(0x1D41A),
    "script letters": shifted(0x1D4EA),
    "circled letters": shifted(0x24D0),
    "squared letters": lambda word: "".join(chr(0x1F130 + ord(each) - ord("a")) for each in word),
    "flag letters": lambda word: "\u200b".join(chr(0x1F1E6 + ord(each) - ord("a")) for each in word),
    "Cyrillic letters": mapped(CYRILLIC),
    "Greek letters": mapped(GREEK),
    "leetspeak": mapped(LEET),
    "letters with marks": mapped(MARKS),
    "combining marks": around("", "\u0323"),
    "spaced letters": between(" "),
    "dotted letters": between("."),
    "hyphenated letters": between("-"),
    "zero-width in letters": between("\u200c"),
    "letters reversed": lambda word: word[::-1],
    "letters in percent": lambda word: "".join(f"%{ord(each):02x}" for each in word),
    "letters in references": lambda word: "".join(f"&#{ord(each)};" for each in word),
    "letters in Base64": lambda word: base64.b64encode(word.encode()).decode(),
}


def written(word: str, technique: Technique) -> str | None:
    """A message that holds ``word`` written by ``technique``; None where it cannot be."""
    text = technique(word)
    return None if text is None else f"今天我们来聊聊 {text} ，你觉得怎么样？"
