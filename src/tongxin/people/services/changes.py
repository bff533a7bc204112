"""Changing many people at once by what a list says of them, and putting every value back (LG-05)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from tongxin.core import clock
from tongxin.people.enums import DocumentKind, ResidenceKind, Source
from tongxin.people.models import Absence, Document, Household, Person, Phone, Residence, Tag
from tongxin.people.rules.register import Door
from tongxin.people.services.doors import dwellings_of, households_of
from tongxin.places.models import Dwelling

# For care and health roles alone (CA-01).
SENSITIVE_TAGS = frozenset({"孕妇", "残疾", "血透", "精神障碍", "慢病"})
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be said of one person from now on. Empty fields stay as they are."""

    person_id: UUID
    document: str = ""
    document_kind: str = DocumentKind.RESIDENT_ID
    phones: Sequence[str] = ()
    tags: Sequence[str] = ()
    sex: str = ""
    birth: date | None = None
    relation: str = ""
    door: Door | None = None
    kind: str = ""  # of the new residence; as before where it is empty
    moves_out: bool = False
    away_at: str = ""


@dataclass(slots=True)
class Effects:
    """What was made and what stood before, so that it can be put back."""

    documents: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    absences: list[str] = field(default_factory=list)
    closed: dict[str, bool] = field(default_factory=dict)  # residence: was it the current one
    values: dict[str, dict[str, str]] = field(default_factory=dict)  # person: field: value before
    relations: dict[str, str] = field(default_factory=dict)  # residence: relation before
    paths: dict[str, str] = field(default_factory=dict)  # person: area path before

    def to_plain(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Effects":
        return cls(**{each.name: plain[each.name] for each in fields(cls) if each.name in plain})


@transaction.atomic
def apply_changes(
    changes: Sequence[Change],
    *,
    area_path: str,
    on: date,
    at: datetime,
    source: Source,
    by_name: str,
) -> Effects:
    """Change these people; who asks has checked the right and writes the journal."""
    effects = Effects()
    for start in range(0, len(changes), BATCH):
        _Batch(changes[start : start + BATCH], area_path, on, at, source, by_name, effects).apply()
    close_empty_households(area_path, on)
    return effects


class _Batch:
    """Some changes with all that the tables hold of their people: read once, written by kind."""

    def __init__(
        self,
        changes: Sequence[Change],
        area_path: str,
        on: date,
        at: datetime,
        source: Source,
        by_name: str,
        effects: Effects,
    ) -> None:
        self._on, self._at, self._source, self._by_name, self._effects = on, at, source, by_name, effects
        keys = [change.person_id for change in changes]
        self._people = {
            person.pk: person
            for person in Person.objects.live().select_for_update().filter(pk__in=keys).order_by("pk")
        }
        self._changes = [change for change in changes if change.person_id in self._people]
        self._homes = {
            home.person_id: home
            for home in Residence.objects.filter(person_id__in=keys, is_current=True, to_on=None)
        }
        doors = [change.door for change in changes if change.door is not None and change.door.is_known]
        self._dwellings = dwellings_of(doors, area_path)
        self._households = households_of(self._dwellings, set(doors), on)

    def apply(self) -> None:
        self._add_documents()
        self._add_phones()
        self._add_tags()
        self._set_values()
        self._set_relations()
        self._move()
        self._send_away()

    def _add_documents(self) -> None:
        chosen = [change for change in self._changes if change.document]
        held = self._held(Document, chosen)
        made = []
        for change in chosen:
            person = self._people[change.person_id]
            paper = Document(
                person=person,
                area_path=person.area_path,
                seen_by=person.seen_by,
                kind=change.document_kind,
                is_primary=not held[person.pk],
            )
            paper.seal(change.document)
            if bytes(paper.number_index) not in held[person.pk]:
                made.append(paper)
        self._effects.documents += _keys(Document.objects.bulk_create(made))

    def _add_phones(self) -> None:
        chosen = [change for change in self._changes if change.phones]
        held = self._held(Phone, chosen)
        made = []
        for change in chosen:
            person = self._people[change.person_id]
            for number in dict.fromkeys(change.phones):
                line = Phone(person=person, area_path=person.area_path, seen_by=person.seen_by)
                line.seal(number)
                line.position = len(held[person.pk])
                if bytes(line.number_index) not in held[person.pk]:
                    held[person.pk].append(bytes(line.number_index))
                    made.append(line)
        self._effects.phones += _keys(Phone.objects.bulk_create(made))

    @staticmethod
    def _held(model: type[Document] | type[Phone], chosen: Sequence[Change]) -> dict[UUID, list[bytes]]:
        held: dict[UUID, list[bytes]] = defaultdict(list)
        rows = model._default_manager.filter(person_id__in=[change.person_id for change in chosen])
        for person_id, index in rows.values_list("person_id", "number_index"):
            held[person_id].append(bytes(index))
        return held

    def _add_tags(self) -> None:
        chosen = [change for change in self._changes if change.tags]
        rows = Tag.objects.filter(person_id__in=[change.person_id for change in chosen], until=None)
        held = set(rows.values_list("person_id", "name"))
        made = [
            Tag(
                person_id=change.person_id,
                area_path=self._people[change.person_id].area_path,
                seen_by=self._people[change.person_id].seen_by,
                name=name,
                is_sensitive=name in SENSITIVE_TAGS,
                source=self._source,
                since=self._on,
            )
            for change in chosen
            for name in dict.fromkeys(change.tags)
            if (change.person_id, name) not in held
        ]
        self._effects.tags += _keys(Tag.objects.bulk_create(made))

    def _set_values(self) -> None:
        changed = []
        for change in self._changes:
            person = self._people[change.person_id]
            before: dict[str, str] = {}
            if change.sex and change.sex != person.sex:
                before["sex"], person.sex = person.sex, change.sex
            if change.birth and change.birth != person.birth_on:
                before["birth_on"] = person.birth_on.isoformat() if person.birth_on else ""
                person.birth_on = change.birth
            if before:
                self._effects.values[str(person.pk)] = before
                changed.append(person)
        Person.objects.bulk_update(changed, ["sex", "birth_on"])

    def _set_relations(self) -> None:
        changed = []
        for change in self._changes:
            home = self._homes.get(change.person_id)
            if home is not None and change.relation and change.relation != home.relation:
                self._effects.relations[str(home.pk)] = home.relation
                home.relation = change.relation[:20]
                changed.append(home)
        Residence.objects.bulk_update(changed, ["relation"])

    def _move(self) -> None:
        """Moving ends a row and begins another; nothing is deleted (LG-01)."""
        closed, opened, moved = [], [], {}
        for change in self._changes:
            door = change.door if change.door is not None and change.door.is_known else None
            if door is None and not change.moves_out:
                continue
            home = self._homes.get(change.person_id)
            dwelling = self._dwellings[door] if door is not None else None
            if (
                home is not None
                and dwelling is not None
                and home.dwelling_id == dwelling.pk
                and not change.kind
            ):
                continue
            if home is not None:
                self._effects.closed[str(home.pk)] = home.is_current
                home.to_on, home.is_current = max(self._on, home.from_on), False
                closed.append(home)
            if dwelling is not None and door is not None:
                opened.append(self._residence(change, dwelling, self._households[door], home))
                moved[change.person_id] = dwelling.area_path
        Residence.objects.bulk_update(closed, ["to_on", "is_current"])
        self._effects.opened += _keys(Residence.objects.bulk_create(opened))
        for person_id, path in moved.items():
            if self._people[person_id].area_path != path:
                self._effects.paths[str(person_id)] = self._people[person_id].area_path
        carry_paths({key: path for key, path in moved.items() if str(key) in self._effects.paths})

    def _residence(
        self, change: Change, dwelling: Dwelling, household: Household, home: Residence | None
    ) -> Residence:
        kind = change.kind or (home.kind if home is not None else ResidenceKind.USUAL)
        return Residence(
            person_id=change.person_id,
            dwelling=dwelling,
            household=household,
            kind=ResidenceKind.USUAL if kind == ResidenceKind.FOUND else kind,
            relation=change.relation or (home.relation if home is not None else ""),
            source=self._source,
            from_on=self._on,
            area_path=dwelling.area_path,
            seen_by=self._people[change.person_id].seen_by,
        )

    def _send_away(self) -> None:
        chosen = [change for change in self._changes if change.away_at]
        open_now = Absence.objects.filter(
            person_id__in=[change.person_id for change in chosen], returned_on=None
        )
        held = set(open_now.values_list("person_id", flat=True))
        made = [
            Absence(
                person_id=change.person_id,
                area_path=self._people[change.person_id].area_path,
                seen_by=self._people[change.person_id].seen_by,
                place=change.away_at[:100],
                left_on=self._on,
                source=self._source,
                noted_by_name=self._by_name[:60],
                noted_at=self._at,
            )
            for change in chosen
            if change.person_id not in held
        ]
        self._effects.absences += _keys(Absence.objects.bulk_create(made))


@transaction.atomic
def put_back(effects: Effects, *, at: datetime) -> None:
    """Undo what `apply_changes` did. Rows that only repeated the file go; what was ended stands again."""
    Phone.objects.filter(pk__in=effects.phones).delete()
    Document.objects.filter(pk__in=effects.documents).delete()
    Absence.objects.filter(pk__in=effects.absences).delete()
    Tag.objects.filter(pk__in=effects.tags, until=None).update(until=clock.day_of(at))
    Residence.objects.filter(pk__in=effects.opened).update(to_on=clock.day_of(at), is_current=False)
    again = Residence.objects.filter(pk__in=list(effects.closed))
    Household.objects.filter(residences__in=again).update(closed_on=None)
    for key, was_current in effects.closed.items():
        Residence.objects.filter(pk=key).update(to_on=None, is_current=was_current)
    for key, relation in effects.relations.items():
        Residence.objects.filter(pk=key).update(relation=relation)
    for key, before in effects.values.items():
        plain = {name: value or ("" if name == "sex" else None) for name, value in before.items()}
        Person.objects.filter(pk=key).update(**plain)
    carry_paths({UUID(key): path for key, path in effects.paths.items()})


def carry_paths(moved: Mapping[UUID, str]) -> None:
    """A person's rows carry the path of the door they live behind: some statements for all of them."""
    if not moved:
        return
    with connection.cursor() as cursor:
        for table, key in (
            ("people_person", "id"),
            ("people_document", "person_id"),
            ("people_phone", "person_id"),
            ("people_tag", "person_id"),
            ("people_code", "person_id"),
            ("people_absence", "person_id"),
        ):
            cursor.execute(
                f"""UPDATE {table} t SET area_path = moved.path
                    FROM unnest(%s::uuid[], %s::text[]) AS moved (id, path) WHERE t.{key} = moved.id""",
                [list(moved), list(moved.values())],
            )


def close_empty_households(area_path: str, on: date) -> int:
    """A household in which nobody lives any more is closed, not deleted."""
    lived_in = Residence.objects.filter(to_on=None, household__isnull=False).values("household_id")
    empty = Household.objects.filter(area_path__startswith=area_path, closed_on=None)
    return empty.exclude(pk__in=lived_in).update(closed_on=on)


def _keys(rows: Iterable[Any]) -> list[str]:
    return [str(row.pk) for row in rows]
