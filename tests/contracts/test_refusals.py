"""The codes of every "no" stand in contracts/, so that other programs know them.

After a new code: `python -m tests.contracts.test_refusals` writes the file anew.
"""

import json
from pathlib import Path

from django.utils import translation

from tongxin.core.refusals import all_codes

FILE = Path(__file__).resolve().parents[2] / "contracts" / "refusals.json"


def _declared() -> dict[str, str]:
    with translation.override("en"):
        return {code: str(sentence) for code, sentence in all_codes().items()}


def test_every_code_is_written_out() -> None:
    assert json.loads(FILE.read_text("utf-8")) == _declared()


def test_every_sentence_says_what_to_do_or_why() -> None:
    assert [code for code, sentence in _declared().items() if len(sentence) < 15] == []


if __name__ == "__main__":
    import django

    django.setup()
    FILE.write_text(json.dumps(_declared(), indent=1, ensure_ascii=False) + "\n", "utf-8")
