"""A register file is read, shown, stored whole and taken back whole (LG-05)."""

from datetime import date
from pathlib import Path

import pytest

from tests import cast
from tongxin.access.models import Entry
from tongxin.core.refusals import Refusal
from tongxin.exchange.enums import UploadState
from tongxin.exchange.models import Upload, UploadRow
from tongxin.exchange.services import uploads
from tongxin.exchange.services.register_export import export_register
from tongxin.people.models import Document, Person, Phone, Residence, Tag
from tongxin.places.models import Dwelling
from tongxin.testing.enums import RoundState
from tongxin.testing.models import Expected, Round

pytestmark = pytest.mark.usefixtures("db_everywhere")

HEAD = "姓名,身份证号,联系电话,楼栋,单元,房号,与户主关系,备注\n"
LI = "李娜,990001202002290031,13800000011,5,1,501,户主,低保\n"
WANG = "王强,,13800000012,5,1,501,子,\n"
BAD = "赵六,990001195106150048,13800000013,5,1,502,户主,\n"
VACANT = "空置,,,5,2,601,,\n"


def _take(town: cast.Town, *lines: str, name: str = "list.csv") -> Upload:
    content = (HEAD + "".join(lines)).encode("utf-8-sig")
    return uploads.take_in(
        file_name=name,
        content=content,
        area_path=cast.SHUANGXI,
        by=town.actor("qin"),
        at=cast.NOON,
        list_day=date(2021, 8, 1),
    )


def _store(town: cast.Town, *lines: str) -> Upload:
    upload = _take(town, *lines)
    return uploads.store(upload_id=upload.pk, by=town.actor("qin"), at=cast.NOON)


def test_reading_stores_no_person() -> None:
    town = cast.town()

    upload = _take(town, LI, WANG, BAD, VACANT)

    assert Person.objects.count() == 3
    assert (upload.counts["accept"], upload.counts["reject"], upload.counts["household_only"]) == (2, 1, 1)
    assert upload.counts["reasons"] == {"id_check": 1}


def test_storing_makes_persons_with_sealed_numbers_homes_and_tags() -> None:
    town = cast.town()

    _store(town, LI, WANG, BAD, VACANT)

    li = Person.objects.get(name="李娜")
    assert li.area_path == f"{cast.SHUANGXI}B005/"
    document = Document.objects.get(person=li)
    assert (document.masked, document.reveal()) == ("9900**********0031", "990001202002290031")
    assert b"990001202002290031" not in bytes(document.sealed)
    assert [phone.reveal() for phone in Phone.objects.filter(person=li)] == ["13800000011"]
    assert str(Residence.objects.get(person=li).dwelling) == "5栋1单元501"
    assert list(Tag.objects.filter(person=li).values_list("name", flat=True)) == ["低保"]
    assert li.codes.filter(revoked_at=None).count() == 1
    assert Dwelling.objects.get(building="5", unit="2", room="601").is_vacant


def test_rejected_rows_are_kept_with_reason_and_cells() -> None:
    town = cast.town()

    upload = _store(town, LI, BAD)

    row = UploadRow.objects.get(upload=upload, outcome="reject")
    assert (row.row, row.reason, row.subject_id) == (3, "id_check", None)
    assert uploads.values_of(row)[0] == "赵六"


def test_the_same_register_twice_changes_nothing() -> None:
    town = cast.town()
    _store(town, LI, WANG)
    before = set(Person.objects.live().values_list("pk", flat=True))

    again = _store(town, LI, WANG)

    assert set(Person.objects.live().values_list("pk", flat=True)) == before
    assert (again.counts["known"], again.counts["changed"], again.counts["new"]) == (2, 0, 0)


def test_an_updated_register_adds_only_the_differences() -> None:
    town = cast.town()
    _store(town, LI, WANG)

    again = _store(town, LI.replace("13800000011", "13800000099"), WANG)

    phones = Phone.objects.filter(person__name="李娜").order_by("position")
    assert [phone.reveal() for phone in phones] == ["13800000011", "13800000099"]
    assert (again.counts["known"], again.counts["changed"]) == (2, 1)


def test_undo_takes_everything_back_and_the_file_can_be_stored_anew() -> None:
    town = cast.town()
    upload = _store(town, LI, WANG)

    uploads.undo(upload_id=upload.pk, by=town.actor("qin"), at=cast.NOON, why="wrong list")

    assert not Person.objects.live().filter(name__in=["李娜", "王强"]).exists()
    assert Upload.objects.get(pk=upload.pk).state == UploadState.UNDONE
    _store(town, LI, WANG)
    assert Person.objects.live().filter(name__in=["李娜", "王强"]).count() == 2


def test_undo_removes_what_the_file_added_to_people_who_were_there() -> None:
    town = cast.town()
    _store(town, LI)
    second = _store(town, LI.replace("13800000011", "13800000099").replace("低保", "低保 党员"))

    uploads.undo(upload_id=second.pk, by=town.actor("qin"), at=cast.NOON, why="wrong list")

    li = Person.objects.live().get(name="李娜")
    assert [phone.reveal() for phone in li.phones.all()] == ["13800000011"]
    assert list(li.tags.filter(until=None).values_list("name", flat=True)) == ["低保"]


def test_undo_is_refused_once_people_stand_in_a_round() -> None:
    town = cast.town()
    upload = _store(town, LI)
    round_ = Round.objects.create(
        area_path=cast.SHUANGXI,
        number=1,
        state=RoundState.OPEN,
        opens_at=cast.NOON,
        closes_at=cast.NOON.replace(hour=12),
        capacity=10,
        made_at=cast.NOON,
    )
    li = Person.objects.get(name="李娜")
    Expected.objects.create(round=round_, person=li, area_path=li.area_path, added_at=cast.NOON)

    with pytest.raises(Refusal, match="upload_used"):
        uploads.undo(upload_id=upload.pk, by=town.actor("qin"), at=cast.NOON, why="wrong list")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 200, "file_not_a_sheet"),
        (b"PK\x03\x04 torn", "file_truncated"),
        ("姓名,电话\n张三,1\x002\n李四,13800000001\n".encode(), "file_nul_bytes"),
    ],
)
def test_a_file_that_is_no_list_is_refused_and_nothing_is_kept(content: bytes, code: str) -> None:
    town = cast.town()

    with pytest.raises(Refusal) as refused:
        uploads.take_in(
            file_name="x.xlsx", content=content, area_path=cast.SHUANGXI, by=town.actor("qin"), at=cast.NOON
        )

    assert refused.value.code == code
    assert refused.value.says != code
    assert not Upload.objects.exists()


def test_a_clerk_of_another_community_may_not_import_here() -> None:
    town = cast.town()

    with pytest.raises(Refusal, match="not_allowed"):
        uploads.take_in(
            file_name="x.csv",
            content=HEAD.encode(),
            area_path=cast.SHUANGXI,
            by=town.actor("gao"),
            at=cast.NOON,
        )


def test_export_is_recorded_as_a_reveal(tmp_path: Path) -> None:
    town = cast.town()
    upload = _store(town, LI, WANG, BAD, VACANT)

    paths = export_register(upload=upload, folder=tmp_path, stem="list", by=town.actor("tang"), at=cast.NOON)

    assert [path.name for path in paths] == ["list.csv", "list.households.csv", "list.rows.csv"]
    assert "李娜,990001202002290031,,女" in paths[0].read_text("utf-8") or "李娜,990001202002290031" in paths[
        0
    ].read_text("utf-8")
    entry = Entry.objects.get(act="access.register_export.seen")
    assert entry.facts_row.facts["count"] == 2
