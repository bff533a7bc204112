"""Pages of an updated register and of a row to mend: what they show, to whom, and what they cost."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import cast
from tongxin.access.models import Entry
from tongxin.core import scope
from tongxin.exchange.models import Difference, Upload, UploadRow
from tongxin.exchange.reading import read_workbook
from tongxin.exchange.services import uploads
from tongxin.people.models import Residence
from tongxin.places.models import RuleRow

pytestmark = pytest.mark.usefixtures("db")

HEAD = "姓名,身份证号,联系电话,楼栋,单元,房号,与户主关系,备注\n"
CHEN = "陈伟,990001198808080026,13800000099,6,1,101,户主,\n"
BAD = "赵六,990001195106150048,13800000013,5,1,502,户主,\n"


@pytest.fixture
def town() -> cast.Town:
    with scope.everywhere():
        return cast.town()


def as_(town: cast.Town, name: str) -> Client:
    client = Client()
    client.cookies.load({"django_language": "en"})
    client.force_login(town.accounts[name])
    return client


@pytest.fixture
def upload(town: cast.Town) -> Upload:
    with scope.everywhere():
        return uploads.take_in(
            file_name="list.csv",
            content=(HEAD + CHEN + BAD).encode("utf-8-sig"),
            area_path=cast.SHUANGXI,
            by=town.actor("qin"),
            at=cast.NOON,
            list_day=date(2021, 8, 1),
        )


def address(upload: Upload, tail: str = "") -> str:
    return f"/exchange/registers/{upload.pk}{tail}"


def test_differences_stand_side_by_side_with_numbers_masked(town: cast.Town, upload: Upload) -> None:
    page = as_(town, "qin").get(address(upload, "/differences")).content.decode()

    assert "Building 6, Unit 1, 101" in page
    assert "Building 3, Unit 1, 302" in page
    assert "*******0099" in page
    assert "13800000099" not in page


def test_the_file_says_what_waits_for_a_decision(town: cast.Town, upload: Upload) -> None:
    response = as_(town, "qin").get(address(upload))

    lines = {(line.kind, line.field): (line.count, line.waiting) for line in response.context["lines"]}
    assert lines == {
        ("missing", ""): (2, 2),
        ("differs", "door"): (1, 1),
        ("adds", "phones"): (1, 0),
    }


def test_one_is_decided_by_its_tick_and_all_of_a_kind_at_once(town: cast.Town, upload: Upload) -> None:
    client = as_(town, "qin")
    with scope.everywhere():
        door = Difference.objects.get(upload=upload, field="door")

    client.post(address(upload, "/differences/decide"), {"choice": "take", "keys": [door.pk]})
    client.post(
        address(upload, "/differences/decide"), {"choice": "moved_out", "everybody": "1", "kind": "missing"}
    )
    client.post(address(upload, "/store"))

    with scope.everywhere():
        assert str(Residence.objects.get(person=town.chen_wei, to_on=None)) == "6栋1单元101"
        assert not Residence.objects.filter(person=town.zhang_wei, to_on=None).exists()


@pytest.mark.parametrize(
    "sent",
    [
        {"choice": "take"},
        {"choice": "take", "everybody": "1"},
        {"choice": "burn", "everybody": "1", "kind": "missing"},
        {"choice": "take", "keys": ["not-a-key"]},
        {"choice": "take", "everybody": "1", "kind": "missing"},
    ],
)
def test_a_senseless_decision_changes_nothing(town: cast.Town, upload: Upload, sent: dict[str, Any]) -> None:
    response = as_(town, "qin").post(address(upload, "/differences/decide"), sent)

    assert response.status_code == 302
    with scope.everywhere():
        assert set(Difference.objects.values_list("kind", "choice")) == {
            ("adds", "take"),
            ("differs", ""),
            ("missing", ""),
        }


def test_a_row_is_mended_on_its_page(town: cast.Town, upload: Upload) -> None:
    with scope.everywhere():
        row = UploadRow.objects.get(upload=upload, outcome="reject")
    client = as_(town, "qin")
    path = address(upload, f"/rows/{row.pk}")

    shown = client.get(path)
    wrong = client.post(path, {"cell_0": "赵六", "cell_1": "990001195106150040", "cell_5": "502"})
    right = client.post(
        path, {"cell_0": "赵六", "cell_1": "990001195106150049", "cell_3": "5", "cell_5": "502"}
    )

    assert "990001195106150048" in shown.content.decode()
    assert (wrong.status_code, right.status_code) == (422, 302)
    assert "990001195106150040" in wrong.content.decode()
    with scope.everywhere():
        assert UploadRow.objects.get(pk=row.pk).outcome == "accept"
        assert Entry.objects.filter(act="access.rejected_rows.seen").exists()


def test_only_a_supervisor_is_offered_to_keep_a_failing_number(
    town: cast.Town, upload: Upload
) -> None:  # ID-13
    with scope.everywhere():
        row = UploadRow.objects.get(upload=upload, outcome="reject")
    path = address(upload, f"/rows/{row.pk}")

    assert "allow_why" not in as_(town, "qin").get(path).content.decode()
    assert "allow_why" in as_(town, "tang").get(path).content.decode()


@pytest.mark.parametrize("tail", ["", "/differences", "/rows/{row}"])
def test_the_next_community_opens_none_of_it(town: cast.Town, upload: Upload, tail: str) -> None:
    with scope.everywhere():
        row = UploadRow.objects.get(upload=upload, outcome="reject")

    response = as_(town, "gao").get(address(upload, tail.format(row=row.pk)))

    assert response.status_code == 404
    assert "赵六" not in response.content.decode()


def test_the_list_costs_the_same_with_more_differences(town: cast.Town, upload: Upload) -> None:
    client = as_(town, "qin")
    client.get(address(upload, "/differences"))

    with CaptureQueriesContext(connection) as one:
        client.get(address(upload, "/differences?kind=differs&field=door"))
    with CaptureQueriesContext(connection) as all_of_them:
        client.get(address(upload, "/differences"))

    assert len(all_of_them) == len(one)


def test_the_rows_to_verify_leave_the_house_for_a_purpose_and_marked(
    town: cast.Town, upload: Upload
) -> None:  # LE-32
    client = as_(town, "qin")

    unsaid = client.post(address(upload, "/rejects.xlsx"), {"purpose": ""})
    taken = client.post(address(upload, "/rejects.xlsx"), {"purpose": "逐户核对"})

    rows = [row.values for row in read_workbook(taken.content).sheets[0].rows]
    assert unsaid.status_code == 302
    assert rows[0] == ("list.csv", *[None] * (len(rows[0]) - 1))
    assert "秦红" in str(rows[1][0])
    assert "逐户核对" in str(rows[1][0])
    assert rows[3][1:5] == (
        "3",
        "The last character of the ID number does not fit: one digit is wrong.",
        "赵六",
        "990001195106150048",
    )
    with scope.everywhere():
        assert "逐户核对" in Entry.objects.get(act="access.rejected_rows.seen").why


def test_more_rows_than_the_rule_allows_are_a_supervisors_to_take(
    town: cast.Town, upload: Upload
) -> None:  # LE-32
    with scope.everywhere():
        RuleRow.objects.create(
            name="reports.export.rows", path=cast.SHUANGXI, value=0, valid_from=date(2021, 8, 1)
        )

    said = {"purpose": "逐户核对"}
    assert as_(town, "qin").post(address(upload, "/rejects.xlsx"), said).status_code == 409
    assert as_(town, "tang").post(address(upload, "/rejects.xlsx"), said).status_code == 200
