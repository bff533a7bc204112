"""The small town of every test: Lin the grid worker, Zhao who swabs, the Chens of door 302, Gao from next door.

Everybody here is invented; ID numbers begin 99 (ID-15).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from tests import factories
from tongxin.access.actors import Actor
from tongxin.access.models import Account
from tongxin.access.queries import actor_of
from tongxin.people.models import Person
from tongxin.places.enums import AreaLevel, CodeSource
from tongxin.places.models import Area, Dwelling, Site
from tongxin.places.services.rules import load_default_rules

SHUANGXI = "/43/08/02/L01/001/"
NEXT_DOOR = "/43/08/02/L01/002/"
NOON = datetime(2021, 8, 20, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
TODAY = date(2021, 8, 20)


@dataclass
class Town:
    """Who and what stands in Shuangxi. Make it inside a transaction that sees everything."""

    community: Area
    next_door: Area
    grid: Area
    buildings: dict[str, Area]
    door_302: Dwelling
    chen_wei: Person
    chen_fang: Person
    zhang_wei: Person
    point: Site
    accounts: dict[str, Account]

    def actor(self, name: str, at: datetime = NOON) -> Actor:
        return actor_of(self.accounts[name], at)


def town() -> Town:
    """Shuangxi with two buildings in one grid, three people, one point, and an account of each role."""
    load_default_rules()
    community = _community("双溪社区", "430802L01001", SHUANGXI)
    next_door = _community("永定社区", "430802L01002", NEXT_DOOR)
    grid = factories.area(community, "G001", "第1网格", AreaLevel.GRID)
    buildings = {number: factories.building(community, number, grid) for number in ("1", "3")}
    door = factories.dwelling(buildings["3"], "3", "1", "302")
    other = factories.dwelling(buildings["1"], "1", "2", "401")
    accounts = {
        "lin": factories.account("lin", "林志强", ("grid_worker", grid.path)),
        "zhao": factories.account("zhao", "赵敏", ("point_chief", SHUANGXI)),
        "qin": factories.account("qin", "秦红", ("clerk", SHUANGXI)),
        "tang": factories.account("tang", "唐书记", ("community_head", SHUANGXI)),
        "he": factories.account("he", "何医生", ("health_officer", SHUANGXI)),
        "lab": factories.account("lab", "罗检验", ("lab_liaison", SHUANGXI)),
        "lv": factories.account("lv", "吕法制", ("legal_officer", "/43/08/02/")),
        "commander": factories.account("commander", "彭指挥", ("commander", "/43/08/02/")),
        "auditor": factories.account("auditor", "审计员", ("auditor", SHUANGXI)),
        "operator": factories.account("operator", "运维", ("operator", "/")),
        "gao": factories.account("gao", "高远", ("community_head", NEXT_DOOR)),
    }
    return Town(
        community=community,
        next_door=next_door,
        grid=grid,
        buildings=buildings,
        door_302=door,
        chen_wei=factories.person("陈伟", door, "990001198808080026", "13800000001", relation="户主"),
        chen_fang=factories.person("陈芳", door, "990001194901010016", "13800000001", relation="母亲"),
        zhang_wei=factories.person("张伟", other, "99000119510615009X", "13800000002"),
        point=factories.site(community, "A点"),
        accounts=accounts,
    )


def _community(name: str, key: str, path: str) -> Area:
    return Area.objects.create(
        key=key, path=path, name=name, level=AreaLevel.COMMUNITY, code_source=CodeSource.LOCAL
    )
