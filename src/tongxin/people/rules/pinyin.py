"""How a name sounds: full pinyin and initials in every likely reading, the surname's own first (ID-42)."""

from functools import lru_cache
from itertools import islice, product

from pypinyin import Style, lazy_pinyin, pinyin

from tongxin.core.text import is_han

# Surnames that are read otherwise than the same character in other words.
SURNAMES = {
    "单": "shan", "仇": "qiu", "曾": "zeng", "解": "xie", "区": "ou", "查": "zha", "盖": "ge", "朴": "piao",
    "冼": "xian", "乐": "yue", "折": "she", "种": "chong", "秘": "bi", "员": "yun", "繁": "po", "覃": "qin",
    "任": "ren", "华": "hua", "翟": "zhai", "缪": "miao", "黑": "he", "祭": "zhai", "尉迟": "yu chi",
    "万俟": "mo qi", "长孙": "zhang sun", "澹台": "tan tai", "召": "shao", "宓": "mi", "谌": "chen", "晁": "chao",
    "句": "gou", "俞": "yu", "隗": "wei", "牟": "mu", "乜": "nie", "逄": "pang", "令狐": "ling hu",
    "鲜于": "xian yu", "车": "che", "曲": "qu", "石": "shi", "洗": "xian", "重": "chong", "燕": "yan", "宁": "ning",
}  # fmt: skip
READINGS = 3  # of one character
SPELLINGS = 8  # of one name


def pinyin_of(name: str) -> str:
    """`shanwei danwei`: the spellings of a name, without tones, the likeliest first; "" where none is Han."""
    return " ".join("".join(spelling) for spelling in _spellings(name))


def initials_of(name: str) -> str:
    """`sw dw`: the first letters of each spelling, each once."""
    return " ".join(dict.fromkeys("".join(part[0] for part in spelling) for spelling in _spellings(name)))


def _spellings(name: str) -> list[tuple[str, ...]]:
    syllables = [_readings(char) for char in name if is_han(char)]
    if not syllables or not all(syllables):
        return []
    if surname := next((SURNAMES[name[:size]] for size in (2, 1) if name[:size] in SURNAMES), ""):
        for place, sound in enumerate(surname.split()):
            syllables[place] = tuple(dict.fromkeys((sound, *syllables[place])))[:READINGS]
    # The last character varies fastest in a product; a name varies first in its surname.
    varied = (tuple(reversed(spelling)) for spelling in product(*reversed(syllables)))
    return list(dict.fromkeys(islice(varied, SPELLINGS)))


@lru_cache(maxsize=8192)
def _readings(char: str) -> tuple[str, ...]:
    """The readings of one character, the usual one first; none for what has no reading."""
    usual = lazy_pinyin(char, style=Style.NORMAL, errors="ignore", v_to_u=False)
    if not usual:
        return ()
    others = pinyin(char, style=Style.NORMAL, heteronym=True, v_to_u=False)[0]
    return tuple(dict.fromkeys([*usual, *others]))[:READINGS]
