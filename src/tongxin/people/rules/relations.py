"""Relation to the head of the household (与户主关系), in one word each."""

from tongxin.core.text import clean, without_blanks

LONGEST = 20
SAME = {
    "本人": "户主",
    "妻子": "配偶",
    "丈夫": "配偶",
    "儿子": "子",
    "长子": "子",
    "女儿": "女",
    "长女": "女",
    "父": "父亲",
    "母": "母亲",
    "媳妇": "儿媳",
}


def read_relation(text: str) -> str:
    """The usual word for a relation; a word that is not listed stays as it is."""
    word = without_blanks(clean(text))
    return SAME.get(word, word)[:LONGEST]
