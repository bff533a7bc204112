"""The ledger of holds and the desk of restrictions, with the attempt of Zhengzhou (X1)."""

import io
from datetime import timedelta
from uuid import uuid4

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from tests import cast, factories
from tests.testing.services.test_pools import T0, Night, night_of
from tests.testing.views.test_results_and_pools import logged_in
from tongxin.access.models import Entry
from tongxin.containment.models import Proposal, Restriction
from tongxin.containment.queries import evidence
from tongxin.containment.services import holds
from tongxin.core import clock, scope
from tongxin.core.ids import new_id
from tongxin.people.models import Person
from tongxin.places.models import RuleRow
from tongxin.testing.models import PositivePool

pytestmark = pytest.mark.usefixtures("db_everywhere")


@pytest.fixture
def night() -> Night:
    made = night_of(cast.town())
    PositivePool.objects.filter(pk=made.pool.pk).update(opened_at=clock.now())
    return made


def hold() -> None:
    holds.hold_members(Entry.objects.get(act="testing.pool.opened"))


def test_the_ledger_says_ground_end_and_where_to_appeal(client: Client, night: Night) -> None:
    hold()

    text = logged_in(client, night.town, "he").get(reverse("containment:restrictions")).content.decode()

    assert "pool waiting for recheck" in text
    assert "社区居委会 24 小时值班电话" in text
    assert "23 h 59 min left" in text
    assert "not reached yet" in text


def test_the_ledger_costs_the_same_for_one_and_for_ten(
    client: Client, night: Night, queries: list[str]
) -> None:
    page = logged_in(client, night.town, "he")
    hold()
    Restriction.objects.exclude(person=night.members[0]).update(starts_at=cast.NOON, ends_at=T0)
    counts = []
    for _time in range(2):
        queries.clear()
        page.get(reverse("containment:restrictions"))
        counts.append(len(queries))
        scope.set_scope(["/"])
        Restriction.objects.update(starts_at=clock.now(), ends_at=clock.now() + timedelta(hours=24))

    assert counts[0] == counts[1]


def test_the_next_community_sees_no_hold(client: Client, night: Night) -> None:
    hold()
    gao = night.town.accounts["gao"]
    from tests.factories.access import LONG_AGO
    from tongxin.access.models import Grant

    Grant.objects.create(account=gao, role="auditor", area_path=cast.NEXT_DOOR, valid_from=LONG_AGO)

    text = logged_in(client, night.town, "gao").get(reverse("containment:restrictions")).content.decode()

    assert "Nobody is held now" in text


def test_1317_people_without_evidence_are_refused_as_a_whole_and_shown_to_the_auditor(
    client: Client, night: Night
) -> None:  # X1, LE-14
    Person.objects.bulk_create(
        Person(id=new_id(), name="储户", name_folded="储户", area_path=cast.SHUANGXI, source="desk")
        for _each in range(1316)
    )
    one = evidence.of_person(night.members[0].pk, clock.now())[0]
    people = Person.objects.filter(name="储户").values_list("pk", flat=True)

    answer = logged_in(client, night.town, "he").post(
        reverse("containment:restriction_new"),
        {"record": one.key, "person": [str(each) for each in people], "ends_at": "2099-01-01T00:00"},
    )

    assert answer.status_code == 409
    assert "Lists without evidence are refused" in answer.content.decode()
    with scope.scoped([cast.SHUANGXI]):  # what the auditor's grant shows
        noted = Entry.objects.get(act="containment.restriction.refused")
        assert noted.why == "evidence_needed"
        assert (noted.facts_row.facts["count"], noted.facts_row.facts["without_evidence"]) == (1317, 1316)
        assert Restriction.objects.count() == 0  # not even for the one with a record
    desk = logged_in(Client(), night.town, "auditor").get(reverse("containment:audit")).content.decode()
    assert "<b>1,317</b>" in desk
    assert "何医生" in desk


def test_a_tampered_ground_or_record_is_no_evidence(client: Client, night: Night) -> None:  # LE-11
    page = logged_in(client, night.town, "he")
    whom = night.members[0].pk
    for key in (f"{whom}:unpaid_fee:{night.pool.pk}", f"{whom}:pool_recheck:{uuid4()}", "x", ""):
        answer = page.post(
            reverse("containment:restriction_new"), {"record": key, "ends_at": "2099-01-01T00:00"}
        )
        assert answer.status_code == 409

    with scope.everywhere():
        assert Restriction.objects.count() == 0
        assert Entry.objects.filter(act="containment.restriction.refused").count() == 4


def test_a_restriction_begins_at_the_person_with_a_record_chosen_from_rows(
    client: Client, night: Night
) -> None:
    page = logged_in(client, night.town, "he")
    address = reverse("containment:restriction_of_person", args=[night.members[0].pk])

    shown = page.get(address)
    record = shown.context["records"][0]
    ends_at = (clock.now() + timedelta(hours=9)).astimezone(clock.SHANGHAI).strftime("%Y-%m-%dT%H:%M")
    done = page.post(address, {"record": record.key, "ends_at": ends_at})

    with scope.everywhere():
        made = Restriction.objects.get()
    assert done["Location"] == reverse("containment:restriction", args=[made.pk])
    assert (made.person_id, made.ground, made.decided_by_name) == (
        night.members[0].pk,
        "pool_recheck",
        "何医生",
    )
    panel = page.get(reverse("people:person", args=[made.person_id])).content.decode()
    assert "pool waiting for recheck" in panel
    assert reverse("containment:appeal_new", args=[made.pk]) in panel


def test_who_has_no_record_cannot_be_restricted(client: Client, night: Night) -> None:
    page = logged_in(client, night.town, "he")
    address = reverse("containment:restriction_of_person", args=[night.town.zhang_wei.pk])

    text = page.get(address).content.decode()

    assert "No record about this person grounds a restriction" in text


def test_more_than_a_day_waits_for_a_second_person(client: Client, night: Night) -> None:  # LE-10
    he = logged_in(client, night.town, "he")
    record = evidence.of_person(night.members[0].pk, clock.now())[0]
    ends_at = (clock.now() + timedelta(hours=40)).astimezone(clock.SHANGHAI).strftime("%Y-%m-%dT%H:%M")
    asked = he.post(reverse("containment:restriction_new"), {"record": record.key, "ends_at": ends_at})
    with scope.everywhere():
        proposal = Proposal.objects.get()
        assert Restriction.objects.count() == 0
    assert asked["Location"] == reverse("containment:proposal", args=[proposal.pk])
    sign = reverse("containment:proposal_approve", args=[proposal.pk])

    oneself = he.post(sign)
    second = logged_in(Client(), night.town, "lv")
    waiting = second.get(reverse("containment:restrictions")).content.decode()
    signed = second.post(sign)
    again = second.post(sign)

    assert "1 proposal waits for a second signature" in waiting
    assert (oneself.status_code, signed.status_code, again.status_code) == (409, 302, 409)
    with scope.everywhere():
        made = Restriction.objects.get()
        assert (made.decided_by_name, made.approved_by_name) == ("何医生", "吕法制")


def test_a_declined_proposal_restricts_nobody(client: Client, night: Night) -> None:
    he = logged_in(client, night.town, "he")
    record = evidence.of_person(night.members[0].pk, clock.now())[0]
    ends_at = (clock.now() + timedelta(hours=40)).astimezone(clock.SHANGHAI).strftime("%Y-%m-%dT%H:%M")
    he.post(reverse("containment:restriction_new"), {"record": record.key, "ends_at": ends_at})
    with scope.everywhere():
        proposal = Proposal.objects.get()
    second = logged_in(Client(), night.town, "commander")
    address = reverse("containment:proposal_decline", args=[proposal.pk])

    bare = second.post(address, {"why": ""})
    said = second.post(address, {"why": "依据不足"})

    assert (bare.status_code, said.status_code) == (422, 302)
    with scope.everywhere():
        proposal.refresh_from_db()
        assert (proposal.state, proposal.why, Restriction.objects.count()) == ("declined", "依据不足", 0)


def test_the_ledger_warns_before_the_end_and_lists_who_was_released(client: Client, night: Night) -> None:
    hold()
    now = clock.now()
    first, second, third, *_rest = Restriction.objects.order_by("pk")
    Restriction.objects.filter(pk=first.pk).update(ends_at=now + timedelta(minutes=40))
    Restriction.objects.filter(pk=second.pk).update(ends_at=now + timedelta(hours=5))
    Restriction.objects.filter(pk=third.pk).update(
        starts_at=now - timedelta(seconds=3), ends_at=now - timedelta(seconds=1)
    )
    page = logged_in(client, night.town, "he")

    ending = page.get(reverse("containment:restrictions"), {"view": "ending"}).context["table"].rows
    released = page.get(reverse("containment:restrictions"), {"view": "ended_today"}).context["table"].rows

    assert [(row.pk, row.warning) for row in ending][:2] == [(first.pk, 1), (second.pk, 6)]
    assert [row.pk for row in released] == [third.pk]


def test_a_copy_needs_a_purpose_and_carries_name_and_time(client: Client, night: Night) -> None:  # LE-32
    hold()
    page = logged_in(client, night.town, "he")
    address = reverse("containment:export")

    bare = page.post(address, {"purpose": "", "kind": "xlsx"})
    sheet = page.post(address, {"purpose": "夜班交接", "kind": "xlsx"})
    paper = page.post(address, {"purpose": "夜班交接", "kind": "pdf"})

    assert bare.status_code == 422
    rows = list(openpyxl.load_workbook(io.BytesIO(sheet.content)).active.values)
    assert "何医生" in str(rows[0][0])
    assert "夜班交接" in str(rows[0][0])
    assert len(rows) == 12
    assert paper.content.startswith(b"%PDF")
    with scope.everywhere():
        taken = Entry.objects.filter(act="access.holds_export.seen")
        assert [entry.why for entry in taken] == ["夜班交接", "夜班交接"]
        assert taken[0].sights.count() == 10


def test_a_copy_of_more_rows_than_the_rule_allows_is_refused(client: Client, night: Night) -> None:
    hold()
    RuleRow.objects.create(
        name="containment.export_rows",
        path=cast.SHUANGXI,
        value=9,
        valid_from=cast.TODAY,
        document="县指〔2021〕6 号",
    )

    answer = logged_in(client, night.town, "he").post(
        reverse("containment:export"), {"purpose": "夜班交接", "kind": "pdf"}
    )

    assert answer.status_code == 409
    assert "10 rows are more than 9" in answer.content.decode()


def test_the_officer_lifts_and_extends(client: Client, night: Night) -> None:
    hold()
    first, second, *_rest = Restriction.objects.order_by("pk")
    Restriction.objects.filter(pk=second.pk).update(ends_at=clock.now() + timedelta(hours=2))
    page = logged_in(client, night.town, "he")

    page.post(reverse("containment:restriction_lift", args=[first.pk]), {"why": "误列"})
    page.post(reverse("containment:restriction_extend", args=[second.pk]), {"hours": "12"})

    with scope.everywhere():
        first.refresh_from_db()
        assert (first.lifted_at is not None, first.lift_reason) == (True, "误列")
        assert Restriction.objects.filter(person=second.person).count() == 2


def test_the_pages_of_a_restriction_open_for_who_reads_and_for_nobody_next_door(
    client: Client, night: Night
) -> None:
    hold()
    one = Restriction.objects.first()
    assert one is not None
    addresses = [
        reverse("containment:restriction", args=[one.pk]),
        reverse("containment:notice", args=[one.pk]),
        reverse("containment:appeal_new", args=[one.pk]),
    ]
    neighbour = factories.account("mo", "莫医生", ("health_officer", cast.NEXT_DOOR))
    night.town.accounts["mo"] = neighbour

    here = [logged_in(client, night.town, "he").get(address).status_code for address in addresses]
    there = [logged_in(Client(), night.town, "mo").get(address).status_code for address in addresses]

    assert (here, there) == ([200, 200, 200], [404, 404, 404])


def test_an_auditor_reads_and_decides_nothing(client: Client, night: Night) -> None:
    hold()
    page = logged_in(client, night.town, "auditor")
    one = Restriction.objects.first()
    assert one is not None

    shown = page.get(reverse("containment:restrictions"))
    tried = page.post(reverse("containment:restriction_lift", args=[one.pk]), {"why": "误列"})

    assert shown.status_code == 200
    assert tried.status_code == 403
