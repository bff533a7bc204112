"""The register (底册) as pages show it: who lives where, numbers masked, found by name, sound, number or door."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import (
    Count,
    Exists,
    F,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce, Length

from tongxin.access.actors import Actor
from tongxin.core import clock
from tongxin.core.pages import SIZE, keyset
from tongxin.core.refusals import Refusal
from tongxin.people.models import Document, Household, Person, Phone, Residence, Tag
from tongxin.people.rules.register import NOWHERE, Door
from tongxin.people.rules.search import Term, read_search
from tongxin.places.models import Area
from tongxin.places.queries.addresses import door_label

READ = "people.register.read"
READ_TAGS = "people.tag.read_sensitive"
# As one walks: building by building, staircase, floor, door.
WALK = ("area_path", "unit_length", "unit", "floor", "room_length", "room", "id")
LOWEST = -99


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line of the register."""

    id: UUID
    name: str
    pinyin: str
    sex: str
    age: int | None
    masked: str
    phone: str
    phone_count: int
    address: str
    area_path: str
    relation: str
    household_id: UUID | None
    tags: tuple[str, ...]
    to_verify: bool


@dataclass(frozen=True, slots=True)
class Building:
    """A building of the register, or the part of it without one; how many of the found live there."""

    path: str
    name: str
    persons: int


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """Some lines, how many there are in all, and where they live."""

    rows: Sequence[PersonRow]
    total: int
    buildings: Sequence[Building]
    newer: str = ""
    older: str = ""


def visible_to(actor: Actor) -> QuerySet[Person]:
    """The live people of the areas whose register the actor reads."""
    inside = Q(pk__in=[])
    for path in actor.paths_for(READ):
        inside |= Q(area_path__startswith=path)
    return Person.objects.live().filter(inside)


def search_people(
    actor: Actor, text: str = "", *, building: str = "", after: str = "", before: str = "", size: int = SIZE
) -> RegisterPage:
    """The people who answer to the text, walked door by door. No text: everybody.

    The counts by building come first; then only the buildings that this page touches are sorted, so that a page of
    a hundred thousand costs what a page of a building costs.
    """
    found = visible_to(actor)
    terms = read_search(text, on=clock.today())
    if text.strip() and not terms:
        found = found.none()
    for term in terms:
        found = found.filter(_means(term))
    counts = dict(
        found.order_by().values_list("area_path").annotate(persons=Count("id")).order_by("area_path")
    )
    if building:
        found = found.filter(area_path=building)
    shown = {path: count for path, count in counts.items() if not building or path == building}
    window = _window(shown, _path_of(after or before), backwards=bool(before), size=size)
    page = keyset(_walked(found.filter(area_path__in=window)), WALK, after=after, before=before, size=size)
    return RegisterPage(
        rows=[_row(person, clock.today(), actor) for person in page.rows],
        total=sum(shown.values()),
        buildings=_buildings(counts),
        newer=page.newer,
        older=page.older,
    )


def person_of(actor: Actor, person_id: UUID) -> Person:
    """One person with all that their page shows: one who lives here, or whom this area may see (decision 0001).

    Refuses `not_found` for everybody else.
    """
    person = _with_parts(Person.objects.live().filter(pk=person_id)).first()
    if person is None or not any(actor.may(READ, path) for path in [person.area_path, *person.seen_by]):
        raise Refusal("not_found", what=str(Person._meta.verbose_name))
    return person


def household_of(actor: Actor, household_id: UUID) -> tuple[Household, Sequence[PersonRow]]:
    """A household and who lives in it now. Refuses `not_found` outside the actor's register."""
    household = Household.objects.filter(pk=household_id).select_related("dwelling").first()
    if household is None or not actor.may(READ, household.area_path):
        raise Refusal("not_found", what=str(Household._meta.verbose_name))
    return household, members_of(actor, household_id)


def members_of(actor: Actor, household_id: UUID) -> Sequence[PersonRow]:
    """Who lives in a household now, the head first."""
    inside = Residence.objects.filter(household_id=household_id, is_current=True, to_on=None)
    people = _with_parts(visible_to(actor).filter(Exists(inside.filter(person=OuterRef("pk")))))
    rows = [_row(person, clock.today(), actor) for person in people]
    return sorted(rows, key=lambda row: (row.relation != "户主", -(row.age or 0), row.id))


def rows_of(actor: Actor, keys: Collection[UUID]) -> dict[UUID, PersonRow]:
    """The lines of these people, as far as the actor sees them."""
    people = _with_parts(visible_to(actor).filter(pk__in=list(keys)))
    return {person.pk: _row(person, clock.today(), actor) for person in people}


def row_of(person: Person, actor: Actor) -> PersonRow:
    """The line of a person that `person_of` has found."""
    return _row(person, clock.today(), actor)


# ---- what a word may mean


def _means(term: Term) -> Q:
    """Numbers and doors are looked up first, each by its index; names and sounds are read through."""
    meant = Q()
    if numbers := _holders(term):
        meant |= Q(pk__in=numbers[0].union(*numbers[1:]) if len(numbers) > 1 else numbers[0])
    if term.letters:
        # The first spelling is the likeliest; the others stand behind blanks.
        meant |= Q(initials__startswith=term.letters) | Q(initials__contains=f" {term.letters}")
        meant |= Q(pinyin__startswith=term.letters) | Q(pinyin__contains=f" {term.letters}")
    if term.name:
        meant |= Q(name_folded__contains=term.name)
    return meant


def _holders(term: Term) -> list[QuerySet[Any, Any]]:
    """Who has the number, or lives behind the door."""
    found: list[QuerySet[Any, Any]] = []
    if term.document:
        index = Document.index_of(term.document)
        found.append(Document.objects.filter(number_index=index).values("person_id"))
    if term.phone:
        index = Phone.index_of(term.phone)
        found.append(Phone.objects.filter(number_index=index).values("person_id"))
    if term.tail:
        found.append(Document.objects.filter(tail=term.tail).values("person_id"))
        found.append(Phone.objects.filter(tail=term.tail).values("person_id"))
    if term.door != NOWHERE:
        found.append(_living_at(term.door).values("person_id"))
    return found


def _living_at(door: Door) -> QuerySet[Residence]:
    parts = {"building": door.building, "unit": door.unit, "room": door.room}
    wanted = {f"dwelling__{name}": value for name, value in parts.items() if value}
    return Residence.objects.filter(is_current=True, to_on=None, **wanted)


# ---- pages


def _path_of(edge: str) -> str:
    if not edge:
        return ""
    try:
        return Person.objects.filter(pk=edge).values_list("area_path", flat=True).first() or ""
    except ValidationError:
        return ""


def _window(counts: dict[str, int], start: str, *, backwards: bool, size: int) -> list[str]:
    """The buildings that can hold the rows of this page: the one of the edge, and enough beyond it."""
    paths = sorted(counts, reverse=backwards)
    if start:
        paths = [path for path in paths if (path <= start if backwards else path >= start)]
    window, held = [], 0
    for path in paths:
        window.append(path)
        held += counts[path] if path != start else 0
        if held > size:
            break
    return window


def _walked(people: QuerySet[Person]) -> QuerySet[Person]:
    """Ordered as one walks from door to door; who has no door stands first."""
    return _with_parts(
        people.annotate(
            home=FilteredRelation(
                "residences", condition=Q(residences__is_current=True, residences__to_on=None)
            )
        ).annotate(
            unit=Coalesce(F("home__dwelling__unit"), Value("")),
            unit_length=Length(Coalesce(F("home__dwelling__unit"), Value(""))),
            floor=Coalesce(F("home__dwelling__floor"), Value(LOWEST), output_field=IntegerField()),
            room=Coalesce(F("home__dwelling__room"), Value("")),
            room_length=Length(Coalesce(F("home__dwelling__room"), Value(""))),
        )
    )


def _with_parts(people: QuerySet[Person]) -> QuerySet[Person]:
    homes = Residence.objects.filter(to_on=None).select_related("dwelling").order_by("-is_current", "from_on")
    return people.prefetch_related(
        Prefetch("residences", homes, to_attr="homes"),
        Prefetch("documents", Document.objects.order_by("-is_primary", "id"), to_attr="papers"),
        Prefetch("phones", Phone.objects.order_by("position", "id"), to_attr="lines"),
        Prefetch("tags", Tag.objects.filter(until=None).order_by("since", "id"), to_attr="open_tags"),
    )


def _row(person: Any, today: date, actor: Actor) -> PersonRow:
    home = person.homes[0] if person.homes else None
    may_see = actor.may(READ_TAGS, person.area_path)
    return PersonRow(
        id=person.pk,
        name=person.name,
        pinyin=person.pinyin.split(" ")[0],
        sex=str(person.get_sex_display()),
        age=person.age_on(today),
        masked=person.papers[0].masked if person.papers else "",
        phone=person.lines[0].masked if person.lines else "",
        phone_count=len(person.lines),
        address=door_label(home.dwelling) if home and home.dwelling else "",
        area_path=person.area_path,
        relation=home.relation if home else "",
        household_id=home.household_id if home else None,
        tags=tuple(tag.name for tag in person.open_tags if may_see or not tag.is_sensitive),
        to_verify=bool(person.marks) or (home is not None and home.kind == "found"),
    )


def _buildings(counts: dict[str, int]) -> Sequence[Building]:
    names = dict(Area.objects.filter(path__in=counts).values_list("path", "name"))
    return [Building(path, names.get(path, path), count) for path, count in sorted(counts.items())]
