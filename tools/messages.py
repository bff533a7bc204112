"""Translations without gettext's programs: compile | check | update. Needs .venv (Babel, Django)."""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "tongxin"
LOCALE = PACKAGE / "locale"
# English is written in the code; these are to be complete.
COMPLETE = ("zh_Hans",)
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def catalogs() -> Iterator[tuple[Path, Catalog]]:
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/django.po")):
        with path.open("rb") as f:
            yield path, read_po(f, locale=path.parts[-3])


def compile_all() -> int:
    for path, catalog in catalogs():
        out = BytesIO()
        write_mo(out, catalog)
        target = path.with_suffix(".mo")
        if not target.exists() or target.read_bytes() != out.getvalue():
            target.write_bytes(out.getvalue())
    return 0


def extracted() -> Catalog:
    """Everything that code and templates show."""
    found = Catalog(project="Tongxin", charset="utf-8", fuzzy=False)
    sources = [p for p in PACKAGE.rglob("*.py") if "migrations" not in p.parts]
    templates = [p for p in PACKAGE.rglob("templates/**/*") if p.suffix in (".html", ".txt")]
    for path in sorted([*sources, *templates]):
        text = path.read_text("utf-8")
        if path.suffix != ".py":
            # What is no message becomes X and blanks: indented by chance, which Python's tokenizer does not take.
            text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())
        place = str(path.relative_to(ROOT))
        messages = extract_python(BytesIO(text.encode()), KEYWORDS, ["Translators:"], {"encoding": "utf-8"})
        for line, function, words, notes in messages:
            add(found, function, words, f"{place}:{line}", notes)
    return found


def add(found: Catalog, function: str, words: object, place: str, notes: list[str]) -> None:
    parts = list(words) if isinstance(words, tuple) else [words]
    context = parts.pop(0) if "pgettext" in function else None
    wanted = 2 if function.startswith("n") else 1
    parts = parts[:wanted]
    if not parts or any(not isinstance(part, str) or not part for part in parts):
        return
    found.add(
        tuple(parts) if wanted == 2 else parts[0], context=context, auto_comments=notes, user_comments=()
    )
    message = found.get(parts[0], context)
    message.locations = [*message.locations, (place.rsplit(":", 1)[0], int(place.rsplit(":", 1)[1]))][:1]


def is_translated(message: Message | None) -> bool:
    if message is None or message.fuzzy or not message.string:
        return False
    return all(message.string) if isinstance(message.string, tuple | list) else True


def check() -> int:
    """Every shown text has its translation, none is fuzzy, and placeholders agree."""
    wanted = [message for message in extracted() if message.id]
    known = {path.parts[-3]: catalog for path, catalog in catalogs()}
    gaps = 0
    for language in COMPLETE:
        catalog = known.get(language, Catalog(locale=language))
        for message in wanted:
            key = message.id[0] if isinstance(message.id, tuple) else message.id
            if not is_translated(catalog.get(key, message.context)):
                place = ":".join(map(str, message.locations[0]))
                print(f"{place}: no {language} translation: {key!r}")
                gaps += 1
        for message, problems in catalog.check():
            for problem in problems:
                print(f"{language}: {message.id!r}: {problem}")
                gaps += 1
    if gaps:
        print(
            f"{gaps} gaps; `.venv/bin/python tools/messages.py update` writes the missing ones into the .po"
        )
    return int(gaps > 0)


def update() -> int:
    """Write the .po files anew: new texts empty, old translations kept, texts that are gone dropped."""
    template = extracted()
    for language in COMPLETE:
        path = LOCALE / language / "LC_MESSAGES" / "django.po"
        catalog = dict(catalogs()).get(path, Catalog(locale=language, fuzzy=False))
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        path.parent.mkdir(parents=True, exist_ok=True)
        out = BytesIO()
        write_po(out, catalog, width=110, no_location=True, sort_output=True, omit_header=False)
        path.write_bytes(out.getvalue())
    return compile_all()


VERBS = {"compile": compile_all, "check": check, "update": update}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in VERBS:
        sys.exit(f"one of: {' '.join(VERBS)}")
    sys.exit(VERBS[sys.argv[1]]())
