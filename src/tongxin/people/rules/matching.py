"""Which row of a register is about whom: what an import merges by itself (CONTRACT, "Household registers").

Rows are taken in order. People who are in the database already can be preloaded, so that the same register read
again changes nothing and a newer one shows its differences only (LG-05). Other likenesses are proposed to a person
(ID-20), never joined here.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tongxin.people.rules.register import (
    NOWHERE,
    Door,
    Entry,
    Outcome,
    PersonRecord,
    Place,
    Reason,
    RowWarning,
)

Key = Callable[[str], Hashable]
NO_KEYS: frozenset[Hashable] = frozenset()


def same(number: str) -> Hashable:
    return number


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody who is in the database. Document and phones are keys as `Matcher` is told to make them."""

    id: Hashable
    name: str
    document: Hashable = None
    door: Door = NOWHERE
    phones: frozenset[Hashable] = frozenset()
    sex: str = ""
    birth: date | None = None
    relation: str = ""
    tags: frozenset[str] = frozenset()
    other_documents: frozenset[Hashable] = frozenset()  # beside the primary one (ID-21)


@dataclass(frozen=True, slots=True)
class Difference:
    """What a file says of a known person in one field. `contradicts`: the database says otherwise, a person decides."""

    field: str
    value: Any
    contradicts: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one entry: the index of its person, unless it was rejected."""

    outcome: Outcome
    person: int | None = None
    reason: Reason | None = None
    warnings: tuple[RowWarning, ...] = ()


@dataclass(slots=True)
class Candidate:
    """One person as matching sees them: from the file, from the database, or both."""

    record: PersonRecord | None
    known: KnownPerson | None
    name: str
    document: Hashable
    door: Door
    phones: frozenset[Hashable]
    index: int | None = None
    doors: list[Door] = field(default_factory=list)  # as the rows of the file have them


class Matcher:
    """Takes the entries of a file one after the other and says who is who.

    `document_key` and `phone_key` make the keys under which numbers are compared: the numbers themselves, or blind
    indexes where the database keeps them sealed.
    """

    def __init__(
        self, existing: Iterable[KnownPerson] = (), *, document_key: Key = same, phone_key: Key = same
    ) -> None:
        self._document_key = document_key
        self._phone_key = phone_key
        self._people: list[Candidate] = []
        self._by_document: dict[Hashable, Candidate] = {}
        self._at_door: dict[tuple[str, Door], list[Candidate]] = {}
        self._by_name: dict[str, list[Candidate]] = {}
        self._known: list[Candidate] = []
        for known in existing:
            self._preload(known)

    @property
    def records(self) -> list[PersonRecord]:
        """The people of the file, in the order in which they came."""
        return [candidate.record for candidate in self._people if candidate.record]

    def known(self, index: int) -> KnownPerson | None:
        """Who of the database the person with this index is."""
        return self._people[index].known

    def changes(self, index: int) -> frozenset[str]:
        """The fields in which the file says of a known person what the database does not hold."""
        return frozenset(difference.field for difference in self.differences(index))

    def differences(self, index: int) -> tuple[Difference, ...]:
        """What the file says of a known person, field by field, where the database is empty or says otherwise."""
        candidate = self._people[index]
        known, record = candidate.known, candidate.record
        if known is None or record is None:
            return ()
        found = []
        if record.document and known.document is None:
            found.append(Difference("document", record.document))
        if phones := tuple(phone for phone in record.phones if self._phone_key(phone) not in known.phones):
            found.append(Difference("phones", phones))
        if tags := tuple(tag for tag in record.tags if tag not in known.tags):
            found.append(Difference("tags", tags))
        for name in ("sex", "birth", "relation"):
            here, there = getattr(known, name), getattr(record, name)
            if there and there != here:
                found.append(Difference(name, there, contradicts=bool(here)))
        if candidate.doors and known.door not in candidate.doors:
            found.append(Difference("door", candidate.doors[0], contradicts=known.door.is_known))
        return tuple(found)

    @property
    def known_count(self) -> int:
        """How many people the register held before this file."""
        return len(self._known)

    def absent(self) -> list[KnownPerson]:
        """The known people whom no row of the file is about."""
        return [candidate.known for candidate in self._known if candidate.record is None and candidate.known]

    def take(self, entry: Entry, place: Place) -> Taken:
        """Join an entry to the person it is about, make a new one, or reject it."""
        key = self._document_key(entry.document) if entry.document else None
        holder = self._by_document.get(key) if key is not None else None
        if holder is not None:
            if holder.name != entry.name:
                return Taken(Outcome.REJECT, reason=Reason.ID_CONFLICT)
            return self._join(holder, entry, place)
        phones = self._phone_keys(entry)
        namesakes = self._namesakes(entry, key)
        for candidate in namesakes:
            if candidate.phones & phones:
                return self._join(candidate, entry, place)
        if again := self._the_same_again(entry, key, phones):
            return self._join(again, entry, place, *_by_name_alone(again, entry))
        warnings = entry.warnings + ((RowWarning.POSSIBLE_DUPLICATE,) if namesakes else ())
        return Taken(Outcome.ACCEPT, self._add(entry, place, key, phones), warnings=warnings)

    def _namesakes(self, entry: Entry, key: Hashable) -> list[Candidate]:
        """People of the same name behind the same door, where one side has no document."""
        if not entry.door.is_known:
            return []
        there = self._at_door.get((entry.name, entry.door), [])
        return [candidate for candidate in there if key is None or candidate.document is None]

    def _the_same_again(self, entry: Entry, key: Hashable, phones: frozenset[Hashable]) -> Candidate | None:
        """A known person whom this row describes without a document, adding and contradicting nothing.

        Only for people of the database whom no row has been about yet: this is a register read a second time.
        """
        if key is not None or not self._by_name:
            return None
        free = [
            candidate
            for candidate in self._by_name.get(entry.name, [])
            if candidate.record is None and self._agrees(candidate, entry, phones)
        ]
        return min(free, key=lambda candidate: candidate.phones != phones, default=None)

    @staticmethod
    def _agrees(candidate: Candidate, entry: Entry, phones: frozenset[Hashable]) -> bool:
        known = candidate.known
        return (
            known is not None
            and candidate.document is None
            and candidate.door == entry.door
            and phones <= candidate.phones
            and (known.birth == entry.birth or not (known.birth and entry.birth))
            and (known.sex == entry.sex or not (known.sex and entry.sex))
            and (known.relation == entry.relation or not (known.relation and entry.relation))
        )

    def _preload(self, known: KnownPerson) -> None:
        candidate = Candidate(None, known, known.name, known.document, known.door, known.phones)
        self._known.append(candidate)
        self._by_name.setdefault(known.name, []).append(candidate)
        for key in {known.document, *known.other_documents} - {None}:
            self._by_document[key] = candidate
        self._stand(candidate)

    def _stand(self, candidate: Candidate) -> None:
        if candidate.door.is_known:
            self._at_door.setdefault((candidate.name, candidate.door), []).append(candidate)

    def _add(self, entry: Entry, place: Place, key: Hashable, phones: frozenset[Hashable]) -> int:
        candidate = Candidate(_record_of(entry, place), None, entry.name, key, entry.door, phones)
        if key is not None:
            self._by_document[key] = candidate
        self._stand(candidate)
        return self._number(candidate)

    def _number(self, candidate: Candidate) -> int:
        if candidate.index is None:
            candidate.index = len(self._people)
            self._people.append(candidate)
        return candidate.index

    def _join(self, candidate: Candidate, entry: Entry, place: Place, *doubts: RowWarning) -> Taken:
        """Unite phones and tags, fill what is empty; otherwise the first stays."""
        warnings = entry.warnings + doubts
        if candidate.door.is_known and entry.door.is_known and candidate.door != entry.door:
            warnings += (RowWarning.ADDRESS_CONFLICT,)
        if candidate.known is not None and entry.door.is_known:
            candidate.doors.append(entry.door)
        if candidate.record is None:
            candidate.record = _record_of(entry, place)
            if candidate.door.is_known:
                candidate.record.door = candidate.door
        else:
            candidate.record.source_rows.append(place)
        _fill(candidate.record, entry)
        self._settle(candidate, entry)
        return Taken(Outcome.MERGE, self._number(candidate), warnings=warnings)

    def _phone_keys(self, entry: Entry) -> frozenset[Hashable]:
        return frozenset(self._phone_key(phone) for phone in entry.phones) if entry.phones else NO_KEYS

    def _settle(self, candidate: Candidate, entry: Entry) -> None:
        """After a join the person is also found by what the entry has added."""
        candidate.phones |= self._phone_keys(entry)
        if candidate.document is None and entry.document:
            candidate.document = self._document_key(entry.document)
            self._by_document[candidate.document] = candidate
        if not candidate.door.is_known and entry.door.is_known:
            candidate.door = entry.door
            self._stand(candidate)


def _by_name_alone(candidate: Candidate, entry: Entry) -> tuple[RowWarning, ...]:
    """Nothing but the name speaks for it: a person should look."""
    born = candidate.known is not None and candidate.known.birth and entry.birth
    return () if entry.door.is_known or entry.phones or born else (RowWarning.POSSIBLE_DUPLICATE,)


def _record_of(entry: Entry, place: Place) -> PersonRecord:
    return PersonRecord(
        name=entry.name,
        id=entry.id,
        other_document=entry.other_document,
        sex=entry.sex,
        birth=entry.birth,
        phones=list(entry.phones),
        door=entry.door,
        relation=entry.relation,
        tags=list(entry.tags),
        source_rows=[place],
    )


def _fill(record: PersonRecord, entry: Entry) -> None:
    record.phones += [phone for phone in entry.phones if phone not in record.phones]
    record.tags += [tag for tag in entry.tags if tag not in record.tags]
    if not record.document:
        record.id, record.other_document = entry.id, entry.other_document
    record.birth = record.birth or entry.birth
    record.sex = record.sex or entry.sex
    if not record.door.is_known and entry.door.is_known:
        record.door = entry.door
    elif entry.door.is_known and entry.door != record.door and entry.door not in record.other_doors:
        record.other_doors.append(entry.door)
