"""How the house says no: one exception with a code, the facts, and a sentence that says what to do now.

Every app keeps its codes in its `refusals.py`; they are the same on page, phone and API.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise

Sentence = str | Promise

_sentences: dict[str, Sentence] = {}


class Refusal(Exception):
    """An act that was declined. `code` is a fact (`tube_sealed`), `facts` fill its sentence."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    @property
    def says(self) -> str:
        """The sentence for the person in front of the screen, in the active language."""
        sentence = _sentences.get(self.code)
        return str(sentence) % _Facts(self.facts) if sentence else self.code

    def __str__(self) -> str:
        return f"{self.code} {self.facts}" if self.facts else self.code


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"


def declare(sentences: Mapping[str, Sentence]) -> Mapping[str, Sentence]:
    """Register an app's codes. A code belongs to one app: declaring it twice with other words is an error."""
    for code, sentence in sentences.items():
        if code in _sentences and str(_sentences[code]) != str(sentence):
            raise ValueError(f"refusal code {code} is declared twice")
        _sentences[code] = sentence
    return sentences


def all_codes() -> Mapping[str, Sentence]:
    """Every declared code with its sentence (written out to `contracts/refusals.json`)."""
    return dict(sorted(_sentences.items()))
