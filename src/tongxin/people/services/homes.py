"""Where somebody lives, whether they are away, how a lane treats them, and who has verified it (LG-01, LG-02)."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core import clock
from tongxin.core.locks import lock
from tongxin.core.refusals import Refusal
from tongxin.people.enums import DocumentKind, LaneFlag, ResidenceKind, Source, VisitResult
from tongxin.people.models import Absence, Document, DoorVisit, Household, Person, Residence, Tag
from tongxin.people.rules.documents import bare, read_document
from tongxin.people.rules.register import Door
from tongxin.people.services.changes import SENSITIVE_TAGS, Change, apply_changes
from tongxin.people.services.doors import dwellings_of, households_of
from tongxin.places.models import Dwelling
from tongxin.places.queries.areas import community_of
from tongxin.places.services.areas import mark_vacant

CHANGE = "people.person.change"
READ_TAGS = "people.tag.read_sensitive"


def _locked(person_id: UUID, by: Actor) -> Person:
    person = lock(Person, person_id)
    if person.voided_at is not None:
        raise Refusal("not_found", what=str(Person._meta.verbose_name))
    by.must(CHANGE, within=person.area_path)
    return person


def _record(act: str, person: Person, *, by: Actor, at: datetime, why: str = "", **facts: str) -> None:
    journal.record(act, by=by, area_path=person.area_path, on=person, at=at, why=why, facts=facts)


@transaction.atomic
def move(
    *,
    person_id: UUID,
    door: Door,
    kind: ResidenceKind,
    source: Source,
    on: date,
    why: str,
    by: Actor,
    at: datetime,
    keeps_old: bool = False,
) -> Residence:
    """Somebody lives behind another door from now on (搬迁), or behind a second one too (`keeps_old`).

    Moving ends a residence and begins another; nothing is deleted. Refuses `ends_before_it_begins`.
    """
    person = _locked(person_id, by)
    home = Residence.objects.filter(person=person, is_current=True, to_on=None).first()
    if home is not None and on < home.from_on:
        raise Refusal("ends_before_it_begins", day=home.from_on)
    community = community_of(person.area_path)
    if keeps_old:
        made = _second_home(person, door, kind, source, on, community)
    else:
        apply_changes(
            [Change(person_id=person.pk, door=door, kind=str(kind))],
            area_path=community,
            on=on,
            at=at,
            source=source,
            by_name=by.name,
        )
        made = Residence.objects.get(person=person, is_current=True, to_on=None)
    person.refresh_from_db()
    _record(
        "people.home.moved",
        person,
        by=by,
        at=at,
        why=why,
        kind=str(kind),
        source=str(source),
        on=on.isoformat(),
        dwelling=str(made.dwelling_id),
    )
    return made


def _second_home(
    person: Person, door: Door, kind: ResidenceKind, source: Source, on: date, community: str
) -> Residence:
    dwelling = dwellings_of([door], community)[door]
    same = Residence.objects.filter(person=person, dwelling=dwelling, to_on=None).first()
    if same is not None:
        return same
    return Residence.objects.create(
        person=person,
        dwelling=dwelling,
        household=households_of({door: dwelling}, {door}, on)[door],
        kind=kind,
        source=source,
        from_on=on,
        is_current=False,
        area_path=dwelling.area_path,
        seen_by=person.seen_by,
    )


@transaction.atomic
def note_away(
    *,
    person_id: UUID,
    place: str,
    left_on: date,
    back_on: date | None,
    source: Source,
    by: Actor,
    at: datetime,
) -> Absence:
    """Somebody is away for a time at a known place (外出). Refuses `away_already`, `place_needed`."""
    person = _locked(person_id, by)
    if not place.strip():
        raise Refusal("place_needed")
    if open_now := Absence.objects.filter(person=person, returned_on=None).first():
        raise Refusal("away_already", day=open_now.left_on)
    if back_on is not None and back_on < left_on:
        raise Refusal("ends_before_it_begins", day=left_on)
    made = Absence.objects.create(
        person=person,
        area_path=person.area_path,
        seen_by=person.seen_by,
        place=place.strip()[:100],
        left_on=left_on,
        back_on=back_on,
        source=source,
        noted_by_name=by.name[:60],
        noted_at=at,
    )
    _record("people.absence.noted", person, by=by, at=at, on=left_on.isoformat())
    return made


@transaction.atomic
def note_returned(*, person_id: UUID, on: date, by: Actor, at: datetime) -> Absence:
    """Somebody who was away is back (返回). Refuses `not_away`, `ends_before_it_begins`."""
    person = _locked(person_id, by)
    absence = Absence.objects.filter(person=person, returned_on=None).first()
    if absence is None:
        raise Refusal("not_away")
    if on < absence.left_on:
        raise Refusal("ends_before_it_begins", day=absence.left_on)
    absence.returned_on = on
    absence.save(update_fields=["returned_on"])
    _record("people.absence.ended", person, by=by, at=at, on=on.isoformat())
    return absence


@transaction.atomic
def set_flags(*, person_id: UUID, flags: Collection[LaneFlag], why: str, by: Actor, at: datetime) -> Person:
    """What a lane does differently for somebody (采样标识): what to do, never why (MT-21)."""
    person = _locked(person_id, by)
    wanted = [str(flag) for flag in LaneFlag if flag in set(flags)]
    if wanted == list(person.flags):
        return person
    person.flags = wanted
    person.save(update_fields=["flags"])
    _record("people.flags.set", person, by=by, at=at, why=why, flags=",".join(wanted))
    return person


@transaction.atomic
def set_tag(*, person_id: UUID, name: str, since: date, by: Actor, at: datetime) -> Tag:
    """Note a circumstance of somebody (标签). A sensitive one is set by those alone who may see it (CA-01)."""
    person = lock(Person, person_id)
    is_sensitive = name in SENSITIVE_TAGS
    if is_sensitive and not by.may(READ_TAGS, person.area_path):
        raise Refusal("tag_sensitive")
    if not is_sensitive:
        by.must(CHANGE, within=person.area_path)
    if standing := Tag.objects.filter(person=person, name=name, until=None).first():
        return standing
    made = Tag.objects.create(
        person=person,
        area_path=person.area_path,
        seen_by=person.seen_by,
        name=name[:20],
        is_sensitive=is_sensitive,
        source=Source.DESK,
        since=since,
    )
    _record("people.tag.set", person, by=by, at=at)  # the journal is read by more people than the tag
    return made


@transaction.atomic
def end_tag(*, tag_id: UUID, on: date, by: Actor, at: datetime) -> Tag:
    """A circumstance holds no longer. Nothing is deleted."""
    tag = lock(Tag, tag_id)
    if tag.is_sensitive and not by.may(READ_TAGS, tag.area_path):
        raise Refusal("not_found", what=str(Tag._meta.verbose_name))
    if not tag.is_sensitive:
        by.must(CHANGE, within=tag.area_path)
    if tag.until is None:
        tag.until = on
        tag.save(update_fields=["until"])
        _record("people.tag.ended", tag.person, by=by, at=at)
    return tag


@transaction.atomic
def add_document(
    *, person_id: UUID, number: str, is_primary: bool, why: str, by: Actor, at: datetime
) -> Document:
    """One more document of somebody (证件, ID-21). Refuses `document_unreadable`, `document_taken`."""
    person = _locked(person_id, by)
    reading = read_document(number, on=clock.day_of(at))
    text = reading.id or reading.other
    if not text:
        raise Refusal("document_unreadable", number=len(bare(number)))
    paper = Document(
        person=person,
        area_path=person.area_path,
        seen_by=person.seen_by,
        kind=DocumentKind.RESIDENT_ID if reading.id else DocumentKind.OTHER,
    )
    paper.seal(text)
    same = Document.objects.filter(number_index=paper.number_index, person__voided_at=None)
    if mine := same.filter(person=person).first():
        return mine
    if other := same.select_related("person").first():
        raise Refusal("document_taken", name=other.person.name)
    has_primary = person.documents.filter(is_primary=True).exists()
    if is_primary or not has_primary:
        person.documents.filter(is_primary=True).update(is_primary=False)
    paper.is_primary = is_primary or not has_primary
    paper.save(force_insert=True)
    if reading.id:
        person.sex, person.birth_on = reading.sex, reading.birth
        person.save(update_fields=["sex", "birth_on"])
    _record("people.person.corrected", person, by=by, at=at, why=why, changed="document")
    return paper


@transaction.atomic
def verify(*, person_ids: Collection[UUID], by: Actor, at: datetime) -> int:
    """Somebody has seen that these entries are right (核实): who and when stands on each of them."""
    people = Person.objects.live().select_for_update().filter(pk__in=person_ids).order_by("pk")
    found = list(people.values_list("pk", "area_path"))
    by.must(CHANGE)
    for path in {path for _key, path in found}:
        by.must(CHANGE, within=path)
    keys = [key for key, _path in found]
    Residence.objects.filter(person__in=keys, kind=ResidenceKind.FOUND, to_on=None).update(
        kind=ResidenceKind.USUAL
    )
    count = Person.objects.filter(pk__in=keys).update(
        verified_at=at, verified_by_id=by.account_id, verified_by_name=by.name[:60], marks=[]
    )
    if keys:
        journal.record(
            "people.person.verified",
            by=by,
            area_path=found[0][1],
            at=at,
            facts={"people": [str(key) for key in keys], "count": count},
        )
    return count


@transaction.atomic
def visit(
    *,
    dwelling_id: UUID,
    result: VisitResult,
    present: Collection[UUID],
    note: str,
    by: Actor,
    at: datetime,
) -> DoorVisit:
    """Somebody knocked at a door (入户核实, LG-02). `present` are those of the household whose entries are right."""
    dwelling = lock(Dwelling, dwelling_id)
    by.must(CHANGE, within=dwelling.area_path)
    household = Household.objects.filter(dwelling=dwelling, closed_on=None).first()
    living = Residence.objects.filter(dwelling=dwelling, to_on=None, person__in=present)
    seen = set(living.values_list("person_id", flat=True)) if result == VisitResult.DONE else set()
    if seen:
        verify(person_ids=seen, by=by, at=at)
    if result == VisitResult.VACANT and not Residence.objects.filter(dwelling=dwelling, to_on=None).exists():
        mark_vacant([dwelling.pk])
    made = DoorVisit.objects.create(
        dwelling=dwelling,
        household=household,
        area_path=dwelling.area_path,
        result=result,
        note=note.strip()[:200],
        verified_count=len(seen),
        visited_at=at,
        by_id=by.account_id,
        by_name=by.name[:60],
    )
    journal.record(
        "people.visit.made",
        by=by,
        area_path=dwelling.area_path,
        on=made,
        at=at,
        facts={"result": str(result), "verified": len(seen)},
    )
    return made
