"""A laboratory's sheet is shown, kept whole, and changes nothing when it comes again."""

import io

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests import cast
from tests.factories import lanes
from tests.testing.views.test_results_and_pools import logged_in
from tongxin.core import scope
from tongxin.core.refusals import Refusal
from tongxin.exchange.models import Upload
from tongxin.exchange.services import lab
from tongxin.testing.models import Result, Round, Tube
from tongxin.testing.services import results

pytestmark = pytest.mark.usefixtures("db_everywhere")

ROWS = [
    ("SX100001", "阴性", "NoCt", "市疾控"),
    (100002, "阳性(+)", "27.3", "市疾控"),
    ("sx100003", "未检出", "36.1", "市疾控"),
    ("SX100004", "待复核", "", "市疾控"),
    ("SX100001", "阴性", "", "市疾控"),
    ("SX109999", "阴性", "", "市疾控"),
    ("", "阴性", "", "市疾控"),
    ("SX100005", "看不清", "", "市疾控"),
]


def sheet_of(rows: list[tuple[object, ...]]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("结果")
        for number, row in enumerate([("样本编号", "检测结果", "CT值", "检测机构"), *rows]):
            sheet.write_row(number, 0, row)
    return buffer.getvalue()


@pytest.fixture
def town() -> cast.Town:
    return cast.town()


@pytest.fixture
def round_(town: cast.Town) -> Round:
    made = lanes.running_round(town.point, cast.NOON)
    lane = lanes.lane(made, town.point)
    for number in range(1, 6):
        lanes.filled_tube(lane, f"SX10000{number}", [town.chen_wei] if number == 2 else [], cast.NOON)
    return made


def take_in(town: cast.Town, round_: Round, content: bytes, who: str = "lab") -> Upload:
    return lab.take_in(
        file_name="结果.xlsx", content=content, round_id=round_.pk, by=town.actor(who), at=cast.NOON
    )


def test_a_sheet_is_shown_before_anything_is_kept(town: cast.Town, round_: Round) -> None:
    upload = take_in(town, round_, sheet_of(ROWS))

    assert Result.objects.count() == 0
    assert upload.counts["reasons"] == {"tube_unknown": 1, "code_missing": 1, "result_unreadable": 1}
    assert upload.counts["warnings"] == {"ct_contradicts_result": 1}
    assert (upload.counts["reject"], upload.counts["merge"]) == (3, 1)


def test_every_readable_row_is_kept_and_none_is_released(town: cast.Town, round_: Round) -> None:
    upload = take_in(town, round_, sheet_of(ROWS))

    lab.store(upload_id=upload.pk, by=town.actor("lab"), at=cast.NOON)

    kept = Result.objects.order_by("source_row").values_list("tube__code", "word", "ct")
    assert sorted(kept) == [
        ("SX100001", "neg", ""),
        ("SX100001", "neg", ""),
        ("SX100002", "pos", "27.3"),
        ("SX100003", "neg", "36.1"),
        ("SX100004", "suspect", ""),
    ]
    assert set(Tube.objects.values_list("result", flat=True)) == {""}


def test_the_same_file_again_changes_nothing(town: cast.Town, round_: Round) -> None:
    content = sheet_of(ROWS)
    first = take_in(town, round_, content)
    lab.store(upload_id=first.pk, by=town.actor("lab"), at=cast.NOON)

    again = take_in(town, round_, content)
    lab.store(upload_id=again.pk, by=town.actor("lab"), at=cast.NOON)

    assert again.pk == first.pk
    assert (Upload.objects.count(), Result.objects.count()) == (1, 5)


def test_a_later_sheet_is_read_against_what_was_said_before(town: cast.Town, round_: Round) -> None:
    results.enter_result(
        tube_code="SX100001", word="pos", ct="", laboratory="", by=town.actor("lab"), at=cast.NOON
    )

    upload = take_in(town, round_, sheet_of([("SX100001", "阴性", "", ""), ("SX100003", "阴性", "", "")]))

    assert (upload.counts["conflict"], upload.counts["accept"]) == (1, 1)


def test_a_file_that_is_no_sheet_is_refused(town: cast.Town, round_: Round) -> None:
    with pytest.raises(Refusal, match="file_"):
        take_in(town, round_, b"\x89PNG\r\n\x1a\n" + bytes(200))

    assert Upload.objects.count() == 0


@pytest.mark.parametrize("who", ["tang", "lin", "gao"])
def test_only_who_enters_results_reads_sheets(town: cast.Town, round_: Round, who: str) -> None:
    with pytest.raises(Refusal, match="not_allowed"):
        take_in(town, round_, sheet_of(ROWS), who)


def test_a_sheet_put_away_is_stored_by_nobody(town: cast.Town, round_: Round) -> None:
    upload = take_in(town, round_, sheet_of(ROWS))
    lab.discard(upload_id=upload.pk, by=town.actor("lab"), at=cast.NOON)

    with pytest.raises(Refusal, match="upload_state"):
        lab.store(upload_id=upload.pk, by=town.actor("lab"), at=cast.NOON)


def test_the_desk_reads_corrects_and_enters_a_sheet(client: Client, town: cast.Town, round_: Round) -> None:
    page = logged_in(client, town, "lab")
    file = SimpleUploadedFile("result.xlsx", sheet_of(ROWS))

    sent = page.post(reverse("exchange:lab_new", args=[round_.pk]), {"file": file})
    preview = page.get(sent.headers["Location"])
    columns = page.get(sent.headers["Location"] + "/columns")
    stored = page.post(sent.headers["Location"] + "/store")

    assert "never taken for negative" in preview.content.decode()
    assert "样本编号" in columns.content.decode()
    assert stored.headers["Location"] == reverse("testing:results", args=[round_.pk])
    with scope.everywhere():
        assert Result.objects.count() == 5


def test_the_page_says_what_is_wrong_with_a_file(client: Client, town: cast.Town, round_: Round) -> None:
    file = SimpleUploadedFile("result.xlsx", b"")

    answer = logged_in(client, town, "lab").post(
        reverse("exchange:lab_new", args=[round_.pk]), {"file": file}
    )

    assert answer.status_code == 422


def test_the_next_community_cannot_open_the_sheet(client: Client, town: cast.Town, round_: Round) -> None:
    upload = take_in(town, round_, sheet_of(ROWS))

    answer = logged_in(client, town, "gao").get(reverse("exchange:lab", args=[upload.pk]))

    assert answer.status_code in {403, 404}
