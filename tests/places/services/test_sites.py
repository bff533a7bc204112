"""Sites: opened, changed, closed, never deleted; positions and emergency openings (A2, CP-03)."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import IntegrityError

from tests import cast
from tongxin.access.models import Entry, EntryFacts
from tongxin.core import scope
from tongxin.core.refusals import Refusal
from tongxin.places.enums import Datum, SiteKind
from tongxin.places.models import Site
from tongxin.places.services import sites
from tongxin.places.services.sites import Details

HERE = Details(address="双溪桥头", latitude=Decimal("29.100000"), longitude=Decimal("110.400000"))
BLOCK = Details(emergency="值守民警，钥匙在东门卡口")


@pytest.fixture
def town(db_everywhere: None) -> cast.Town:
    return cast.town()


def _open(town: cast.Town, who: str = "tang", **more: Any) -> Site:
    wanted = {"area_path": cast.SHUANGXI, "kind": SiteKind.CHECKPOINT, "name": "东门卡口", "details": HERE}
    return sites.open_site(**{**wanted, **more}, by=town.actor(who), at=cast.NOON)


def _change(town: cast.Town, site: Site, name: str, details: Details, who: str = "tang") -> Site:
    return sites.change_site(site_id=site.pk, name=name, details=details, by=town.actor(who), at=cast.NOON)


def test_a_site_is_opened_once_closed_with_a_reason_and_opened_again(town: cast.Town) -> None:
    site = _open(town)
    same = _open(town)
    closed = sites.close_site(site_id=site.pk, why="轮次结束", by=town.actor("tang"), at=cast.NOON)
    twice = sites.close_site(site_id=site.pk, why="又一次", by=town.actor("tang"), at=cast.NOON)
    again = _open(town)

    assert site == same == closed == twice == again
    assert (closed.closed_at, again.closed_at) == (cast.NOON, None)
    acts = Entry.objects.filter(subject_id=site.pk).order_by("sequence").values_list("act", "why")
    assert list(acts) == [
        ("places.site.opened", ""),
        ("places.site.closed", "轮次结束"),
        ("places.site.reopened", ""),
    ]


def test_a_change_says_in_the_journal_what_it_was(town: cast.Town) -> None:
    site = _open(town)

    _change(town, site, "东大门卡口", Details(address="双溪桥头", latitude=None, longitude=None))
    _change(town, site, "东大门卡口", Details(address="双溪桥头", latitude=None, longitude=None))

    site.refresh_from_db()
    assert (site.name, site.latitude) == ("东大门卡口", None)
    facts = EntryFacts.objects.get(entry__act="places.site.changed").facts
    assert facts["name"] == {"was": "东门卡口", "now": "东大门卡口"}
    assert facts["latitude"] == {"was": "29.100000", "now": ""}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": " "}, "site_name"),
        ({"kind": SiteKind.ROADBLOCK, "name": "老街口"}, "roadblock_emergency"),
        ({"details": Details(latitude=Decimal("29.1"))}, "position_half"),
        ({"details": Details(latitude=Decimal("110.4"), longitude=Decimal("29.1"))}, "position_exchanged"),
        ({"details": Details(latitude=Decimal("-29.1"), longitude=Decimal("110.4"))}, "position_outside"),
        ({"area_path": f"{cast.SHUANGXI}B099/"}, "area_unknown"),
    ],
)
def test_a_site_is_refused(town: cast.Town, change: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal, match=code):
        _open(town, **change)

    assert Site.objects.count() == 1  # the point of the town


def test_a_roadblock_keeps_its_emergency_opening(town: cast.Town) -> None:  # A2, CP-03
    site = _open(town, kind=SiteKind.ROADBLOCK, name="老街口", details=BLOCK)

    with pytest.raises(Refusal, match="roadblock_emergency"):
        _change(town, site, "老街口", Details())
    site.refresh_from_db()
    assert site.emergency == "值守民警，钥匙在东门卡口"


def test_a_name_belongs_to_one_site_of_a_kind(town: cast.Town) -> None:
    site = _open(town)
    _open(town, name="西门卡口")

    with pytest.raises(Refusal, match="site_taken"):
        _change(town, site, "西门卡口", HERE)


def test_a_closed_site_is_not_changed_and_closing_needs_a_reason(town: cast.Town) -> None:
    site = _open(town)
    with pytest.raises(Refusal, match="site_why"):
        sites.close_site(site_id=site.pk, why=" ", by=town.actor("tang"), at=cast.NOON)
    sites.close_site(site_id=site.pk, why="撤点", by=town.actor("tang"), at=cast.NOON)

    with pytest.raises(Refusal, match="site_closed"):
        _change(town, site, "东门", HERE)


@pytest.mark.parametrize("who", ["lin", "qin", "zhao", "auditor", "gao"])
def test_only_who_may_touches_sites(town: cast.Town, who: str) -> None:
    site = _open(town)

    for act in (
        lambda: _open(town, who, name="新点"),
        lambda: _change(town, site, "新名", HERE, who),
        lambda: sites.close_site(site_id=site.pk, why="撤点", by=town.actor(who), at=cast.NOON),
    ):
        with pytest.raises(Refusal, match="not_allowed"):
            act()


def test_a_site_of_another_community_is_not_found(town: cast.Town) -> None:
    site = _open(town)

    with scope.scoped([cast.NEXT_DOOR]), pytest.raises(Refusal, match="not_found"):
        sites.close_site(site_id=site.pk, why="撤点", by=town.actor("gao"), at=cast.NOON)


def test_the_database_takes_no_half_position(town: cast.Town) -> None:
    with pytest.raises(IntegrityError, match="position_has_both_halves"), transaction.atomic():
        Site.objects.create(
            area_path=cast.SHUANGXI, kind="checkpoint", name="半", latitude=Decimal("29.1"), datum=Datum.WGS84
        )
