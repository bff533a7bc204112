"""The ledger of holds and the desk of restrictions, with the attempt of Zhengzhou (X1)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from tests import cast
from tests.testing.services.test_pools import T0, Night, night_of
from tests.testing.views.test_results_and_pools import logged_in
from tongxin.access.models import Entry
from tongxin.containment.models import Restriction
from tongxin.containment.services import holds
from tongxin.core import clock, scope
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


def test_1317_people_without_evidence_are_refused_and_shown_to_the_auditor(
    client: Client, night: Night
) -> None:  # X1, LE-14
    people = "\n".join([str(night.town.chen_wei.pk), *(str(uuid4()) for _each in range(1316))])

    answer = logged_in(client, night.town, "he").post(
        reverse("containment:restriction_new"),
        {"people": people, "ground": "risk_origin", "evidence": "", "ends_at": "2099-01-01T00:00"},
    )

    assert answer.status_code == 409
    assert "Lists without evidence are refused" in answer.content.decode()
    with scope.scoped([cast.SHUANGXI]):  # what the auditor's grant shows
        noted = Entry.objects.get(act="containment.restriction.refused")
        assert noted.why == "evidence_needed"
        assert noted.facts_row.facts == {
            "count": 1317,
            "grounds": {"risk_origin": 1317},
            "without_evidence": 1317,
        }
        assert Restriction.objects.count() == 0


def test_a_ground_outside_the_closed_list_is_no_choice(client: Client, night: Night) -> None:  # LE-11
    answer = logged_in(client, night.town, "he").post(
        reverse("containment:restriction_new"),
        {"people": str(night.town.chen_wei.pk), "ground": "unpaid_fee", "ends_at": "2099-01-01T00:00"},
    )

    assert answer.status_code == 422


def test_the_officer_lifts_and_extends(client: Client, night: Night) -> None:
    hold()
    first, second, *_rest = Restriction.objects.order_by("pk")
    page = logged_in(client, night.town, "he")

    page.post(reverse("containment:restriction_lift", args=[first.pk]), {"why": "误列"})
    page.post(reverse("containment:restriction_extend", args=[second.pk]), {"hours": "12"})

    with scope.everywhere():
        first.refresh_from_db()
        assert (first.lifted_at is not None, first.lift_reason) == (True, "误列")
        assert Restriction.objects.filter(person=second.person).count() == 2


def test_an_auditor_reads_and_decides_nothing(client: Client, night: Night) -> None:
    hold()
    page = logged_in(client, night.town, "auditor")
    one = Restriction.objects.first()
    assert one is not None

    shown = page.get(reverse("containment:restrictions"))
    tried = page.post(reverse("containment:restriction_lift", args=[one.pk]), {"why": "误列"})

    assert shown.status_code == 200
    assert tried.status_code == 403
