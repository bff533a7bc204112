"""Which scanned code may stand for a person (采样码): opaque, readable, and not the number of a document."""

from datetime import date

from tongxin.core.verdicts import Verdict
from tongxin.people.rules.documents import read_document
from tongxin.people.rules.phones import is_mobile

PREFIX = "TX1."
SHORTEST = 6
LONGEST = 80


def read_token(text: str) -> str:
    """The bare token of a code, scanned with or without the prefix of our own cards."""
    return text.strip().removeprefix(PREFIX)


def may_bind(text: str, *, on: date) -> Verdict:
    """A code that tells the number of a document or a phone is not kept: it is personal, and anybody can print it."""
    token = read_token(text)
    if not SHORTEST <= len(token) <= LONGEST or not token.isprintable() or " " in token:
        return Verdict.no("code_unreadable")
    document = read_document(token, on=on)
    if document.id or document.other or is_mobile(token):
        return Verdict.no("code_tells_number")
    return Verdict.yes()
