"""Rejected rows are mended in place and judged again by the same rules; what is stored goes back with its import."""

from datetime import date

import pytest

from tests import cast
from tongxin.access.models import Entry
from tongxin.core.refusals import Refusal
from tongxin.exchange.models import Upload, UploadRow
from tongxin.exchange.services import mending, uploads
from tongxin.people.models import Document, Person

pytestmark = pytest.mark.usefixtures("db_everywhere")

HEAD = "姓名,身份证号,联系电话,楼栋,单元,房号,与户主关系,备注\n"
LI = "李娜,990001202002290031,13800000011,5,1,501,户主,\n"
BAD = "赵六,990001195106150048,13800000013,5,1,502,户主,低保\n"
RIGHT = "990001195106150049"
ID = 1


@pytest.fixture
def town(db_everywhere: None) -> cast.Town:
    return cast.town()


def take(town: cast.Town, *lines: str) -> Upload:
    return uploads.take_in(
        file_name="list.csv",
        content=(HEAD + "".join(lines)).encode("utf-8-sig"),
        area_path=cast.SHUANGXI,
        by=town.actor("qin"),
        at=cast.NOON,
        list_day=date(2021, 8, 1),
    )


def store(town: cast.Town, upload: Upload) -> Upload:
    return uploads.store(upload_id=upload.pk, by=town.actor("qin"), at=cast.NOON)


def mend(town: cast.Town, upload: Upload, number: str, who: str = "qin", why: str = "") -> UploadRow:
    row = UploadRow.objects.get(upload=upload, row=3)
    return mending.mend(row_id=row.pk, cells={ID: number}, by=town.actor(who), at=cast.NOON, allow_why=why)


def test_the_form_names_each_cell_by_its_heading(town: cast.Town) -> None:
    upload = take(town, LI, BAD)

    cells = mending.cells_of(upload, UploadRow.objects.get(upload=upload, row=3))

    assert [(cell.meaning, cell.heading, cell.value) for cell in cells[:2]] == [
        ("name", "姓名", "赵六"),
        ("id", "身份证号", "990001195106150048"),
    ]


def test_a_row_mended_before_storing_is_stored_with_the_file(town: cast.Town) -> None:
    upload = take(town, LI, BAD)

    row = mend(town, upload, RIGHT)
    stored = store(town, upload)

    zhao = Person.objects.get(name="赵六")
    assert (row.outcome, row.mended_by_name) == ("accept", "秦红")
    assert (stored.counts["reject"], stored.counts["reasons"], stored.counts["new"]) == (0, {}, 2)
    assert [paper.reveal() for paper in zhao.documents.all()] == [RIGHT]
    assert list(zhao.tags.values_list("name", flat=True)) == ["低保"]


def test_a_row_mended_afterwards_is_part_of_the_same_act(town: cast.Town) -> None:
    upload = store(town, take(town, LI, BAD))

    row = mend(town, upload, RIGHT)

    assert Person.objects.live().get(name="赵六").pk == row.subject_id
    assert Entry.objects.get(act="exchange.row.mended").facts_row.facts["reason"] == "id_check"
    uploads.undo(upload_id=upload.pk, by=town.actor("qin"), at=cast.NOON, why="wrong list")
    assert not Person.objects.live().filter(name="赵六").exists()


def test_a_mended_row_about_somebody_known_adds_to_them_and_goes_back(town: cast.Town) -> None:
    known = "陈伟,990001198808080027,13800000077,3,1,302,户主,党员\n"
    upload = store(town, take(town, LI, known))

    row = mend(town, upload, "990001198808080026")

    assert (row.outcome, row.subject_id) == ("merge", town.chen_wei.pk)
    assert [line.reveal() for line in town.chen_wei.phones.order_by("position")] == [
        "13800000001",
        "13800000077",
    ]
    uploads.undo(upload_id=upload.pk, by=town.actor("qin"), at=cast.NOON, why="wrong list")
    assert [line.reveal() for line in town.chen_wei.phones.all()] == ["13800000001"]


def test_what_is_still_wrong_stays_to_verify(town: cast.Town) -> None:
    upload = store(town, take(town, LI, BAD))

    with pytest.raises(Refusal, match="row_unchanged"):
        mend(town, upload, "99000119510615004")

    assert UploadRow.objects.get(upload=upload, row=3).outcome == "reject"
    assert not Person.objects.filter(name="赵六").exists()


def test_the_number_of_somebody_else_is_still_a_conflict(town: cast.Town) -> None:
    upload = store(town, take(town, LI, BAD))

    with pytest.raises(Refusal, match="row_unchanged"):
        mend(town, upload, "990001198808080026")


def test_a_supervisor_answers_for_a_number_that_fails(town: cast.Town) -> None:  # ID-13
    upload = store(town, take(town, LI, BAD))

    row = mend(town, upload, "990001195106150048", "tang", "卡面如此, 已核对原件")

    paper = Document.objects.get(person_id=row.subject_id)
    assert (paper.reveal(), paper.kind) == ("990001195106150048", "other")
    assert Person.objects.get(pk=row.subject_id).marks == ["document_unproven"]
    assert Entry.objects.get(act="exchange.row.mended").why == "卡面如此, 已核对原件"


def test_a_clerk_does_not_answer_for_a_failing_number(town: cast.Town) -> None:
    upload = store(town, take(town, LI, BAD))

    with pytest.raises(Refusal, match="not_allowed"):
        mend(town, upload, "990001195106150048", "qin", "卡面如此")

    assert not Person.objects.filter(name="赵六").exists()


def test_an_allowed_number_is_found_again_by_the_next_list(town: cast.Town) -> None:
    upload = take(town, LI, BAD)
    mend(town, upload, "990001195106150048", "tang", "卡面如此, 已核对原件")

    stored = store(town, upload)

    assert stored.counts["new"] == 2


def test_a_row_is_mended_once(town: cast.Town) -> None:
    upload = store(town, take(town, LI, BAD))
    mend(town, upload, RIGHT)

    with pytest.raises(Refusal, match="row_stands"):
        mend(town, upload, RIGHT)

    assert Person.objects.live().filter(name="赵六").count() == 1


def test_somebody_new_can_be_left_out(town: cast.Town) -> None:
    upload = take(town, LI, BAD)
    row = UploadRow.objects.get(upload=upload, row=2)

    mending.leave_row(row_id=row.pk, is_left=True, by=town.actor("qin"))
    stored = store(town, upload)

    assert stored.counts["new"] == 0
    assert not Person.objects.filter(name="李娜").exists()


def test_the_next_community_mends_nothing_here(town: cast.Town) -> None:
    upload = take(town, LI, BAD)

    with pytest.raises(Refusal, match="not_allowed"):
        mend(town, upload, RIGHT, "gao")


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("103.0", "103"),
        ("13900000042.0", "13900000042"),
        ("990001195106150048.0", "990001195106150048.0"),  # a long number cell has lost digits: as it came
        ("1.5", "1.5"),
        ("3-2-401", "3-2-401"),
        ("", ""),
    ],
)
def test_a_number_cell_is_shown_as_it_was_typed(kept: str, shown: str) -> None:
    assert mending.plain(kept) == shown
