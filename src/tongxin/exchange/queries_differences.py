"""Differences of an updated register as a page shows them: what stands here, what the file says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongxin.core import formats, pages
from tongxin.exchange.enums import DifferenceKind
from tongxin.exchange.models import Difference, Upload
from tongxin.people.models import Document, Person, Phone, Residence, Tag
from tongxin.people.rules.documents import masked
from tongxin.places.queries.addresses import address_label, door_label

FIELDS: dict[str, str | Promise] = {
    "document": _("document"),
    "phones": _("phone"),
    "tags": _("tags"),
    "sex": _("sex"),
    "birth": _("date of birth"),
    "relation": _("relation to the head of household"),
    "door": _("address"),
    "": _("is not in the file"),
}


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One difference: of whom, in what, what stands here and what the file says; numbers masked."""

    id: UUID
    person_id: UUID
    name: str
    address: str
    kind: str
    title: str | Promise
    here: str
    there: str
    choice: str
    decided: str
    is_applied: bool


@dataclass(frozen=True, slots=True)
class Line:
    """How many differences of one kind and field there are, and how many still wait."""

    kind: str
    field: str
    title: str
    count: int
    waiting: int


def summary_of(upload: Upload) -> list[Line]:
    """The differences counted by kind and field; what only adds comes last."""
    order = [str(DifferenceKind.MISSING), str(DifferenceKind.DIFFERS), str(DifferenceKind.ADDS)]
    counted = sorted(_counts(upload).items(), key=lambda item: (order.index(item[0][0]), item[0][1]))
    return [
        Line(kind, field, _title(kind, field), count, waiting) for (kind, field), (count, waiting) in counted
    ]


def _counts(upload: Upload) -> dict[tuple[str, str], tuple[int, int]]:
    rows = upload.differences.order_by().values_list("kind", "field", "choice").annotate(count=Count("pk"))
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for kind, field, choice, count in rows:
        total, waiting = found.get((kind, field), (0, 0))
        found[kind, field] = (total + count, waiting + (0 if choice else count))
    return found


def _title(kind: str, field: str) -> str:
    label = str(DifferenceKind(kind).label)
    return f"{label} · {FIELDS.get(field, field)}" if field else label


def difference_rows(
    upload: Upload,
    *,
    kind: str = "",
    field: str = "",
    only_open: bool = False,
    after: str = "",
    before: str = "",
) -> pages.Page[DifferenceRow]:
    """A page of differences; people with what their fields say now."""
    rows = upload.differences.all()
    if kind:
        rows = rows.filter(kind=kind)
    if field:
        rows = rows.filter(field=field)
    if only_open:
        rows = rows.filter(choice="")
    found = pages.keyset(rows, ["position"], after=after, before=before)
    people = {person.pk: person for person in _people([row.person_id for row in found.rows])}
    shown = [_row(row, people[row.person_id]) for row in found.rows if row.person_id in people]
    return pages.Page(shown, newer=found.newer, older=found.older)


def _people(keys: Sequence[UUID]) -> Iterable[Person]:
    homes = Residence.objects.filter(to_on=None, is_current=True).select_related("dwelling")
    return Person.objects.filter(pk__in=keys).prefetch_related(
        Prefetch("residences", homes, to_attr="homes"),
        Prefetch("documents", Document.objects.order_by("-is_primary", "id"), to_attr="papers"),
        Prefetch("phones", Phone.objects.order_by("position", "id"), to_attr="lines"),
        Prefetch("tags", Tag.objects.filter(until=None, is_sensitive=False), to_attr="open_tags"),
    )


def _row(row: Difference, person: Any) -> DifferenceRow:
    home = person.homes[0] if person.homes else None
    return DifferenceRow(
        id=row.pk,
        person_id=person.pk,
        name=person.name,
        address=door_label(home.dwelling) if home and home.dwelling else "",
        kind=row.kind,
        title=FIELDS.get(row.field, row.field),
        here=_here(row.field, person, home),
        there=_there(row),
        choice=row.choice,
        decided=str(row.get_choice_display()) if row.choice else "",
        is_applied=row.applied_at is not None,
    )


def _here(field: str, person: Any, home: Any) -> str:
    shown = {
        "document": lambda: "、".join(paper.masked for paper in person.papers),
        "phones": lambda: "、".join(line.masked for line in person.lines),
        "tags": lambda: "、".join(tag.name for tag in person.open_tags),
        "sex": lambda: str(person.get_sex_display()),
        "birth": lambda: formats.day(person.birth_on) if person.birth_on else "",
        "relation": lambda: home.relation if home else "",
        "door": lambda: door_label(home.dwelling) if home and home.dwelling else "",
    }
    return shown[field]() if field in shown else ""


def _there(row: Difference) -> str:
    value = row.value
    if value is None:
        return ""
    shown = {
        "document": lambda: masked(value),
        "phones": lambda: "、".join(f"*******{phone[-4:]}" for phone in value),
        "tags": lambda: "、".join(value),
        "birth": lambda: formats.day(date.fromisoformat(value)),
        "door": lambda: address_label(*value),
    }
    return shown[row.field]() if row.field in shown else str(value)
