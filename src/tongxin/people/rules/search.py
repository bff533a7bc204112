"""What somebody means who types into the search of the register (ID-42): plain values, no database."""

import re
from dataclasses import dataclass
from datetime import date

from tongxin.core.text import clean, fold, is_han
from tongxin.people.rules.addresses import read_address
from tongxin.people.rules.documents import read_document
from tongxin.people.rules.phones import read_phones
from tongxin.people.rules.register import NOWHERE, Door

LONGEST = 60
TAIL = re.compile(r"^\d{3}[\dX]$")
ROOM = re.compile(r"^[A-Z]?\d{2,6}[A-Z]?$")
LETTERS = re.compile(r"^[a-zü'’\s·\-.]+$")
ADDRESS = re.compile(r"\d.*[-/栋楼幢座单室#].*|\d+\s*号")


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a search and all it may mean; a person is meant who answers to any of it."""

    name: str = ""
    letters: str = ""
    tail: str = ""
    document: str = ""
    phone: str = ""
    door: Door = NOWHERE

    @property
    def is_empty(self) -> bool:
        return self == Term()


def read_search(text: str, *, on: date) -> list[Term]:
    """The words of a search; every one of them must hold. An address typed with blanks stays one word."""
    text = clean(text)[:LONGEST]
    if not text:
        return []
    whole = _number(text, on)
    if whole is not None:
        return [whole]
    words = text.split()
    if len(words) > 1 and all(LETTERS.match(word.lower()) for word in words):
        words = ["".join(words)]
    return [term for word in words if not (term := _term(word)).is_empty]


def _number(text: str, on: date) -> Term | None:
    """A whole document or phone number, however it was typed."""
    document = read_document(text, on=on)
    if number := document.id or document.other:
        return Term(document=number)
    phones = read_phones(text)
    if len(phones.numbers) == 1 and not phones.invalid:
        return Term(phone=phones.numbers[0])
    return None


def _term(word: str) -> Term:
    plain = word.upper()
    if TAIL.match(plain):
        return Term(tail=plain, door=Door(room=plain))
    if ADDRESS.search(word):
        door = read_address(word)
        if door != NOWHERE:
            return Term(door=door)
    if ROOM.match(plain):
        return Term(door=Door(room=plain))
    lower = word.lower()
    if LETTERS.match(lower):
        letters = fold(lower).replace("ü", "v")
        return Term(name=fold(word), letters=letters)
    return Term(name=fold(word)) if any(is_han(char) or char.isalpha() for char in word) else Term()
