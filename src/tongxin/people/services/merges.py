"""Merging two entries that are one person (合并), and taking it back (ID-21). All events of both stay where they are.

Papers, phones, tags, codes and owed calls go over to the one who is kept; the other entry is voided and points to
it. Events of other floors (swabs, holds) keep the key they were made with: whoever counts them asks `merged_into`.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Model

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core.locks import lock, lock_all
from tongxin.core.refusals import Refusal
from tongxin.people.enums import MergeGround
from tongxin.people.models import (
    Absence,
    CallTask,
    Code,
    Document,
    LedgerEntry,
    Merge,
    Person,
    Phone,
    Residence,
    Tag,
)
from tongxin.people.rules.doubles import PersonFacts, ground_of, may_merge
from tongxin.people.rules.register import NOWHERE, Door

CHANGE = "people.person.change"
SHORTEST_REASON = 4
# What goes over to the kept person, by the name under which the merge remembers it.
TABLES: dict[str, type[Model]] = {
    "documents": Document,
    "phones": Phone,
    "tags": Tag,
    "codes": Code,
    "calls": CallTask,
    "ledgers": LedgerEntry,
    "absences": Absence,
}


@transaction.atomic
def merge(*, kept_id: UUID, gone_id: UUID, ground: MergeGround, why: str, by: Actor, at: datetime) -> Merge:
    """Make two entries one. The same merge again is the same merge.

    Refuses `merge_with_itself`, `merge_not_live`, `merge_without_ground`, `reason_needed`.
    """
    people = {person.pk: person for person in lock_all(Person, {kept_id, gone_id})}
    if missing := {kept_id, gone_id} - set(people):
        raise Refusal("not_found", what=str(Person._meta.verbose_name), count=len(missing))
    kept, gone = people[kept_id], people[gone_id]
    for person in (kept, gone):
        by.must(CHANGE, within=person.area_path)
    if standing := Merge.objects.filter(kept=kept, gone=gone, undone_at=None).first():
        return standing
    if len(why.strip()) < SHORTEST_REASON:
        raise Refusal("reason_needed")
    may_merge(facts_of(kept), facts_of(gone), ground=ground, is_same=kept == gone).or_refuse()
    moved = _move(kept, gone, at)
    gone.voided_at, gone.void_reason, gone.merged_into = at, str(MergeGround(ground).label)[:200], kept
    gone.save(update_fields=["voided_at", "void_reason", "merged_into"])
    made = Merge.objects.create(
        kept=kept,
        gone=gone,
        area_path=kept.area_path,
        seen_by=sorted({*kept.seen_by, *gone.seen_by, gone.area_path} - {kept.area_path}),
        ground=ground,
        why=why.strip()[:200],
        moved=moved,
        merged_at=at,
        merged_by_name=by.name[:60],
    )
    journal.record(
        "people.persons.merged",
        by=by,
        area_path=kept.area_path,
        on=kept,
        at=at,
        why=why.strip(),
        facts={"kept": str(kept.pk), "gone": str(gone.pk), "ground": str(ground)},
    )
    return made


@transaction.atomic
def part(*, merge_id: UUID, why: str, by: Actor, at: datetime) -> Merge:
    """Take a merge back (撤销合并): what went over returns, the other entry stands again. Twice is once."""
    made = lock(Merge, merge_id)
    by.must(CHANGE, within=made.area_path)
    if made.undone_at is not None:
        return made
    if len(why.strip()) < SHORTEST_REASON:
        raise Refusal("reason_needed")
    kept, gone = made.kept, made.gone
    if gone.merged_into_id != kept.pk:
        raise Refusal("merge_built_upon", name=kept.name)
    _return(made, kept, gone)
    Person.objects.filter(pk=gone.pk).update(voided_at=None, void_reason="", merged_into=None)
    made.undone_at, made.undone_by_name, made.undone_why = at, by.name[:60], why.strip()[:200]
    made.save(update_fields=["undone_at", "undone_by_name", "undone_why"])
    journal.record(
        "people.persons.parted",
        by=by,
        area_path=made.area_path,
        on=kept,
        at=at,
        why=why.strip(),
        facts={"kept": str(kept.pk), "gone": str(gone.pk)},
    )
    return made


def facts_of(person: Person) -> PersonFacts:
    """What tells whether this is another person; numbers by their blind indexes."""
    home = (
        Residence.objects.filter(person=person, is_current=True, to_on=None)
        .select_related("dwelling")
        .first()
    )
    dwelling = home.dwelling if home is not None else None
    return PersonFacts(
        name=person.name_folded,
        birth=person.birth_on,
        documents=frozenset(bytes(each) for each in person.documents.values_list("number_index", flat=True)),
        phones=frozenset(bytes(each) for each in person.phones.values_list("number_index", flat=True)),
        door=Door(dwelling.building, dwelling.unit, dwelling.room, dwelling.compound)
        if dwelling
        else NOWHERE,
        is_live=person.voided_at is None,
    )


def ground_between(one: Person, other: Person) -> MergeGround:
    """The ground that holds between these two, else that somebody knows."""
    return MergeGround(ground_of(facts_of(one), facts_of(other)) or MergeGround.OTHER)


def _move(kept: Person, gone: Person, at: datetime) -> dict[str, Any]:
    """Carry over what the kept person does not have yet; what stays with the other is only a repetition."""
    moved: dict[str, Any] = {
        "documents": _missing(Document, kept, gone, "number_index"),
        "phones": _missing(Phone, kept, gone, "number_index"),
        "tags": _missing(Tag, kept, gone, "name", until=None),
        "calls": _missing_calls(kept, gone),
        "ledgers": _missing(LedgerEntry, kept, gone, "ledger", ended_at=None),
        "absences": _missing(Absence, kept, gone, "returned_on", returned_on=None),
        "primary": _keys(Document.objects.filter(person=gone, is_primary=True)),
        "bound": _keys(Code.objects.filter(person=gone, is_bound=False, revoked_at=None)),
    }
    moved["codes"] = _keys(Code.objects.filter(person=gone, revoked_at=None))
    Document.objects.filter(person=gone, is_primary=True).update(is_primary=False)
    # The card that the other entry was given stays good: beside the kept one's it is a carried code.
    Code.objects.filter(pk__in=moved["bound"]).update(is_bound=True)
    held = kept.phones.count()
    Phone.objects.filter(pk__in=moved["phones"]).update(position=held)
    for name, model in TABLES.items():
        model._default_manager.filter(pk__in=moved[name]).update(
            person=kept, area_path=kept.area_path, **_seen_by(model, kept)
        )
    if not kept.documents.filter(is_primary=True).exists() and (
        paper := kept.documents.order_by("pk").first()
    ):
        Document.objects.filter(pk=paper.pk).update(is_primary=True)
    moved["closed"] = _keys(Residence.objects.filter(person=gone, to_on=None))
    moved["current"] = _keys(Residence.objects.filter(person=gone, to_on=None, is_current=True))
    moved["aliases"] = _keys(Person.objects.filter(merged_into=gone))
    moved["values"] = _fill(kept, gone)
    if not kept.residences.filter(to_on=None).exists():
        moved["homes"] = moved["closed"]
        Residence.objects.filter(pk__in=moved["closed"]).update(person=kept)
    else:
        Residence.objects.filter(pk__in=moved["closed"]).update(to_on=at.date(), is_current=False)
    Person.objects.filter(merged_into=gone).update(merged_into=kept)
    return moved


def _fill(kept: Person, gone: Person) -> list[str]:
    """Sex and birth that only the other entry knew; returns the filled fields."""
    filled = [name for name in ("sex", "birth_on") if not getattr(kept, name) and getattr(gone, name)]
    for name in filled:
        setattr(kept, name, getattr(gone, name))
    if filled:
        kept.save(update_fields=filled)
    return filled


def _return(made: Merge, kept: Person, gone: Person) -> None:
    moved = made.moved
    Document.objects.filter(pk__in=moved["documents"], is_primary=True).update(is_primary=False)
    for name, model in TABLES.items():
        model._default_manager.filter(pk__in=moved[name], person=kept).update(
            person=gone, area_path=gone.area_path, **_seen_by(model, gone)
        )
    Code.objects.filter(pk__in=moved["bound"], person=gone).update(is_bound=False)
    Document.objects.filter(pk__in=moved["primary"], person=gone).update(is_primary=True)
    Residence.objects.filter(pk__in=moved.get("homes", []), person=kept).update(person=gone)
    Residence.objects.filter(pk__in=moved["closed"]).update(to_on=None)
    Residence.objects.filter(pk__in=moved["current"]).update(is_current=True)
    Person.objects.filter(pk__in=moved["aliases"]).update(merged_into=gone)
    empty = {name: "" if name == "sex" else None for name in moved["values"]}
    if empty:
        Person.objects.filter(pk=kept.pk).update(**empty)


def _missing(model: type[Model], kept: Person, gone: Person, name: str, **conditions: Any) -> list[str]:
    rows = model._default_manager.filter(**conditions)
    held = set(_plain(rows.filter(person=kept).values_list(name, flat=True)))
    return [
        str(key)
        for key, value in rows.filter(person=gone).values_list("pk", name)
        if next(iter(_plain([value]))) not in held
    ]


def _missing_calls(kept: Person, gone: Person) -> list[str]:
    held = set(CallTask.objects.filter(person=kept).values_list("purpose", "about_id"))
    rows = CallTask.objects.filter(person=gone, closed_at=None).values_list("pk", "purpose", "about_id")
    return [str(key) for key, *matter in rows if tuple(matter) not in held]


def _plain(values: Iterable[Any]) -> Iterable[Any]:
    """Bytes of the database come as memoryviews, which no set holds."""
    return (bytes(value) if isinstance(value, memoryview) else value for value in values)


def _keys(rows: Any) -> list[str]:
    return [str(key) for key in rows.values_list("pk", flat=True)]


def _seen_by(model: type[Model], person: Person) -> dict[str, Any]:
    return {} if model is CallTask else {"seen_by": person.seen_by}
