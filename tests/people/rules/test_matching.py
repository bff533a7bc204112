"""Who is who: what an import merges by itself (CONTRACT, ID-20), and reading a register again (LG-05)."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tongxin.people.rules.matching import KnownPerson, Matcher, Taken
from tongxin.people.rules.register import Door, Entry, Outcome, Place, Reason, RowWarning

HOME = Door("3", "2", "401")
OTHER = Door("5", "1", "101")
ID = "990001194901010016"
ID_2 = "990001198808080026"


def _take(matcher: Matcher, *entries: Entry) -> list[Taken]:
    return [matcher.take(entry, Place("s", number)) for number, entry in enumerate(entries, 1)]


def _entry(name: str = "张伟", **facts: object) -> Entry:
    return Entry(name, **{"door": HOME, **facts})  # type: ignore[arg-type]


def test_the_same_number_and_name_merge() -> None:
    matcher = Matcher()

    first, second = _take(
        matcher,
        _entry(id=ID, phones=("13800000000",), tags=("低保",), relation="户主"),
        _entry(id=ID, phones=("13900000001",), tags=("党员",), relation="子", birth=date(1949, 1, 1)),
    )

    person = matcher.records[0]
    assert (first.outcome, second.outcome, second.person) == (Outcome.ACCEPT, Outcome.MERGE, 0)
    assert person.phones == ["13800000000", "13900000001"]
    assert (person.tags, person.relation, person.birth) == (["低保", "党员"], "户主", date(1949, 1, 1))
    assert [str(place) for place in person.source_rows] == ["s!1", "s!2"]


def test_the_same_document_and_name_merge() -> None:
    taken = _take(Matcher(), _entry(other_document="E12345678"), _entry(other_document="E12345678"))

    assert taken[1].outcome is Outcome.MERGE


def test_the_same_number_under_another_name_is_a_conflict() -> None:
    taken = _take(Matcher(), _entry(id=ID), _entry("李娜", id=ID))

    assert (taken[1].outcome, taken[1].reason, taken[1].person) == (Outcome.REJECT, Reason.ID_CONFLICT, None)


def test_another_dwelling_is_a_warning_and_the_first_stays() -> None:
    matcher = Matcher()

    taken = _take(matcher, _entry(id=ID), _entry(id=ID, door=OTHER))

    assert (taken[1].outcome, taken[1].warnings) == (Outcome.MERGE, (RowWarning.ADDRESS_CONFLICT,))
    assert (matcher.records[0].door, matcher.records[0].other_doors) == (HOME, [OTHER])


def test_a_missing_address_is_filled() -> None:
    matcher = Matcher()

    taken = _take(matcher, _entry(id=ID, door=Door()), _entry(id=ID))

    assert (taken[1].warnings, matcher.records[0].door) == ((), HOME)


def test_without_a_number_a_shared_phone_behind_one_door_merges() -> None:
    matcher = Matcher()

    taken = _take(matcher, _entry(phones=("13800000000",)), _entry(id=ID, phones=("13800000000",)))

    assert taken[1].outcome is Outcome.MERGE
    assert matcher.records[0].id == ID


def test_the_number_that_a_merge_has_filled_is_known_afterwards() -> None:
    phones = ("13800000000",)

    taken = _take(Matcher(), _entry(phones=phones), _entry(id=ID, phones=phones), _entry("李娜", id=ID))

    assert taken[2].reason is Reason.ID_CONFLICT


def test_without_a_shared_phone_both_stay() -> None:
    taken = _take(Matcher(), _entry(id=ID, phones=("13800000000",)), _entry(phones=("13900000001",)))

    assert (taken[1].outcome, taken[1].warnings) == (Outcome.ACCEPT, (RowWarning.POSSIBLE_DUPLICATE,))


def test_two_numbers_are_two_people() -> None:
    taken = _take(Matcher(), _entry(id=ID, phones=("13800000000",)), _entry(id=ID_2, phones=("13800000000",)))

    assert (taken[1].outcome, taken[1].warnings) == (Outcome.ACCEPT, ())


def test_a_shared_phone_behind_another_door_is_not_enough() -> None:
    taken = _take(Matcher(), _entry(phones=("13800000000",)), _entry(phones=("13800000000",), door=OTHER))

    assert (taken[1].outcome, taken[1].warnings) == (Outcome.ACCEPT, ())


def test_two_unknown_addresses_are_not_one_dwelling() -> None:
    nowhere = Door()

    taken = _take(
        Matcher(),
        _entry(phones=("13800000000",), door=nowhere),
        _entry(phones=("13800000000",), door=nowhere),
    )

    assert (taken[1].outcome, taken[1].warnings) == (Outcome.ACCEPT, ())


# ---- against the database


def _known(matcher: Matcher) -> list[KnownPerson]:
    """What a database holds after a register was stored."""
    return [
        KnownPerson(
            id=number,
            name=record.name,
            document=record.document or None,
            door=record.door,
            phones=frozenset(record.phones),
            sex=record.sex,
            birth=record.birth,
            relation=record.relation,
            tags=frozenset(record.tags),
        )
        for number, record in enumerate(matcher.records)
    ]


entries = st.builds(
    Entry,
    name=st.sampled_from(["张伟", "李娜", "王强"]),
    id=st.sampled_from(["", ID, ID_2]),
    phones=st.sampled_from([(), ("13800000000",), ("13900000001",), ("13800000000", "13900000001")]),
    door=st.sampled_from([HOME, OTHER, Door()]),
    tags=st.sampled_from([(), ("低保",)]),
)


@given(st.lists(entries, max_size=8))
def test_every_entry_is_a_person_or_rejected(rows: list[Entry]) -> None:
    matcher = Matcher()

    taken = _take(matcher, *rows)

    assert sum(len(record.source_rows) for record in matcher.records) == sum(
        one.person is not None for one in taken
    )
    assert [one.person is None for one in taken] == [one.outcome is Outcome.REJECT for one in taken]
    assert len({record.id for record in matcher.records if record.id}) == sum(
        bool(record.id) for record in matcher.records
    )


def test_the_same_register_again_changes_nothing() -> None:
    rows = [
        _entry(id=ID, phones=("13800000000",), tags=("低保",), relation="户主"),
        _entry("李娜", phones=("13800000000",), relation="配偶"),
        _entry("李娜", relation="配偶"),  # a possible duplicate, stored beside her
        _entry("王强", birth=date(1990, 1, 1), door=Door()),
        _entry(id=ID, door=OTHER),
    ]
    stored = Matcher()
    _take(stored, *rows)

    again = Matcher(_known(stored))
    taken = _take(again, *rows)

    assert {one.outcome for one in taken} == {Outcome.MERGE}
    assert again.absent() == []
    changes = [again.changes(index) for index in range(len(again.records))]
    assert changes == [frozenset()] * 4


@given(st.lists(entries.filter(lambda entry: entry.id or entry.door.is_known), max_size=6, unique=True))
def test_stored_people_with_a_number_are_found_again(rows: list[Entry]) -> None:
    stored = Matcher()
    _take(stored, *rows)

    again = Matcher(_known(stored))
    taken = _take(again, *rows)

    for entry, one in zip(rows, taken, strict=True):
        if entry.id and one.person is not None:
            assert again.known(one.person) is not None


def test_a_newer_register_shows_its_differences() -> None:
    known = [
        KnownPerson("a", "张伟", ID, HOME, frozenset({"13800000000"}), relation="户主"),
        KnownPerson("b", "李娜", ID_2, HOME),
        KnownPerson("c", "王强", None, OTHER),
    ]
    matcher = Matcher(known)

    taken = _take(
        matcher,
        _entry(id=ID, phones=("13800000000", "13900000001"), relation="户主", tags=("低保",)),
        _entry("李娜", id=ID_2),
        _entry("赵敏", door=OTHER),
    )

    assert [one.outcome for one in taken] == [Outcome.MERGE, Outcome.MERGE, Outcome.ACCEPT]
    assert [person.id if (person := matcher.known(index)) else None for index in range(3)] == ["a", "b", None]
    assert [matcher.changes(index) for index in range(3)] == [
        frozenset({"phones", "tags"}),
        frozenset(),
        frozenset(),
    ]
    assert [person.id for person in matcher.absent()] == ["c"]


def test_a_name_alone_is_never_joined_without_a_look() -> None:
    matcher = Matcher([KnownPerson("a", "张伟")])

    taken = _take(matcher, _entry(door=Door()))

    assert (taken[0].outcome, taken[0].warnings) == (Outcome.MERGE, (RowWarning.POSSIBLE_DUPLICATE,))


def test_a_known_person_with_a_number_is_not_taken_for_a_row_without_one() -> None:
    matcher = Matcher([KnownPerson("a", "张伟", ID, HOME)])

    taken = _take(matcher, _entry())

    assert (taken[0].outcome, taken[0].warnings) == (Outcome.ACCEPT, (RowWarning.POSSIBLE_DUPLICATE,))


def test_a_second_document_finds_its_person_too() -> None:  # ID-21
    known = KnownPerson("a", "张伟", "E12345678", HOME, other_documents=frozenset({ID}))
    matcher = Matcher([known])

    taken = _take(matcher, _entry(id=ID))

    assert (taken[0].outcome, matcher.known(0), matcher.changes(0)) == (Outcome.MERGE, known, frozenset())


def test_numbers_may_be_compared_by_their_sealed_keys() -> None:
    known = KnownPerson("a", "张伟", "sealed:" + ID, HOME, frozenset({"key:13800000000"}))
    matcher = Matcher(
        [known], document_key=lambda number: "sealed:" + number, phone_key=lambda number: "key:" + number
    )

    taken = _take(matcher, _entry(id=ID, phones=("13800000000",)))

    assert (taken[0].outcome, matcher.changes(0)) == (Outcome.MERGE, frozenset())
