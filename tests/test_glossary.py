"""Every model is a term of the glossary, once."""

import re
from pathlib import Path

from django.apps import apps

GLOSSARY = Path(__file__).resolve().parent.parent / "docs" / "glossary.md"


def test_every_model_is_in_the_glossary() -> None:
    listed = set(re.findall(r"`([a-z]+\.[A-Z]\w+)`", GLOSSARY.read_text(encoding="utf-8")))
    ours = {
        f"{model._meta.app_label}.{model.__name__}"
        for model in apps.get_models()
        if model.__module__.startswith("tongxin.")
    }

    assert ours - listed == set()
    assert listed - ours == set()


def test_no_term_is_defined_twice() -> None:
    terms = re.findall(r"^\| ([^|]+?) \|", GLOSSARY.read_text(encoding="utf-8"), re.MULTILINE)

    assert len(terms) == len(set(terms))
