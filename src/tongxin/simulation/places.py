"""The ground of story A: Shuangxi in its sub-district, its neighbour, grids, checkpoints, roadblocks, one point."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from tongxin.access.actors import SYSTEM
from tongxin.access.services.accounts import mark_installation
from tongxin.core import areas, clock, scope
from tongxin.places.enums import AreaLevel, Datum, Qualifier, SiteKind
from tongxin.places.models import Area, Outline, Site, StatedCount
from tongxin.places.queries import areas as queries
from tongxin.places.queries.areas import grids_of
from tongxin.places.services.areas import add_local_area, load_divisions
from tongxin.places.services.counts import state_count
from tongxin.places.services.grids import draw_grids
from tongxin.places.services.outlines import store_outlines
from tongxin.places.services.rules import load_default_rules
from tongxin.places.services.sites import Details, open_site
from tongxin.simulation import plan

COUNTY = "430802"
COMMUNITY_PATH = "/43/08/02/L01/001/"
GRIDS = 11  # story A2
CHECKPOINTS = ("东大门卡口", "西门卡口", "集镇路口卡口", "安置区卡口")
ROADBLOCKS = ("双溪桥", "老街口", "卫生院后巷", "安置区南路", "菜市场北口", "河堤路", "学校西侧")
KEYHOLDER = "值守民警随时开启，钥匙在最近卡口，救护、消防先行"  # each roadblock keeps its emergency opening
INSTITUTIONS = ("集镇卫生院", "精神病医院", "安置区服务站")
POINT = "文化广场采样点"
LABORATORY = "区疾控中心核酸实验室"
NEIGHBOURS = (("002", "永定社区"), ("003", "西溪坪社区"))  # Shuangxi lies between two (A1)
STATED, STATED_ON, STATED_IN = 3000, date(2021, 8, 20), "红网 2021-08-26：常住及流动人口约 3000 人"

# The communities and streets of the five stories, by key and by the name the list gives them (ID-02).
STORIES: Mapping[str, Sequence[tuple[str, str]]] = {
    "A": [("430802L01001", "双溪社区")],
    "B": [("440306024003", "红星社区居委会"), ("440306025004", "罗田社区居委会")],
    "C": [
        ("110105006", "香河园街道"), ("110109001", "大峪街道"), ("110109007016", "大峪花园社区居委会"),
    ],
    "D": [("320613", "崇川区")],
    "E": [(f"110101{number:03d}", "") for number in range(1, 18)],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shuangxi:
    """What stands after `build_shuangxi`. `grids` is empty until the register has brought buildings."""

    county: Area
    street: Area
    community: Area
    neighbour: Area
    point: Site
    laboratory: Site
    grids: Mapping[str, Area] = field(default_factory=dict)

    @property
    def first_grid(self) -> Area:
        """The grid of Lin, the grid worker."""
        return next(iter(self.grids.values()))


@transaction.atomic
def build_shuangxi(at: datetime) -> Shuangxi:
    """Mark the register demo and set up story A's ground. Safe to repeat: call it again when buildings are there.

    Refused `register_not_demo` where the register is a real one.
    """
    with scope.everywhere():
        mark_installation(is_demo=True, area_path=COMMUNITY_PATH)
        load_divisions()
        load_default_rules()
        county = queries.find(COUNTY)
        street = _local(county, "L01", "阳湖坪街道", AreaLevel.STREET, at)
        community = _local(street, "001", "双溪社区", AreaLevel.COMMUNITY, at)
        neighbour, _second = (
            _local(street, segment, name, AreaLevel.COMMUNITY, at) for segment, name in NEIGHBOURS
        )
        point = _site(community, SiteKind.SAMPLING_POINT, POINT, at)
        laboratory = _site(community, SiteKind.LABORATORY, LABORATORY, at)
        for kind, names in (
            (SiteKind.CHECKPOINT, CHECKPOINTS),
            (SiteKind.ROADBLOCK, ROADBLOCKS),
            (SiteKind.INSTITUTION, INSTITUTIONS),
        ):
            for name in names:
                _site(community, kind, name, at)
        _stated(community, at)
        grids = _grids(community, at)
        _outlines(street, community, grids, at)
        return Shuangxi(county, street, community, neighbour, point, laboratory, grids)


def story_areas() -> dict[str, list[Area]]:
    """The areas of each of the five stories, found by their keys. Refuses `area_unknown` when one is missing."""
    return {story: [queries.find(key) for key, _name in keys] for story, keys in STORIES.items()}


def _local(parent: Area, segment: str, name: str, level: str, at: datetime) -> Area:
    return add_local_area(parent=parent, segment=segment, name=name, level=level, by=SYSTEM, at=at)


def _site(community: Area, kind: str, name: str, at: datetime) -> Site:
    latitude, longitude = plan.SITES[name]
    details = Details(
        address=f"双溪社区{name.removesuffix('卡口').removesuffix('采样点')}",
        latitude=Decimal(f"{latitude:.6f}"),
        longitude=Decimal(f"{longitude:.6f}"),
        emergency=KEYHOLDER if kind == SiteKind.ROADBLOCK else "",
        is_flagged=kind == SiteKind.INSTITUTION,
    )
    return open_site(area_path=community.path, kind=kind, name=name, details=details, by=SYSTEM, at=at)


def _stated(community: Area, at: datetime) -> None:
    """About 3,000 stays about 3,000 (A1)."""
    if not StatedCount.objects.filter(area_path=community.path, stated_on=STATED_ON).exists():
        state_count(
            area_path=community.path, persons=STATED, qualifier=Qualifier.ABOUT, stated_on=STATED_ON,
            source=STATED_IN, by=SYSTEM, at=at,
        )  # fmt: skip


def _grids(community: Area, at: datetime) -> dict[str, Area]:
    """Eleven grids over the buildings that are there, each building in exactly one; none without buildings."""
    held = list(queries.below(community.path, AreaLevel.GRID))
    if held:
        return {grid.name: grid for grid in held}
    buildings = list(queries.below(community.path, AreaLevel.BUILDING).values_list("path", flat=True))
    if not buildings:
        return {}
    return draw_grids(
        community_path=community.path, grids=split(buildings, GRIDS), on=clock.day_of(at), by=SYSTEM, at=at
    )


def _outlines(street: Area, community: Area, grids: Mapping[str, Area], at: datetime) -> None:
    """The invented plan on the map, once: communities, grids and buildings, through the door of the import."""
    if not grids or Outline.objects.filter(area=community).exists():
        return
    drawn = grids_of(community.path, at)
    houses: dict[str, list[str]] = {grid.path: [] for grid in grids.values()}
    for path, grid in sorted(drawn.items()):
        houses[grid.path].append(path)
    files = {community.path: plan.community(community.path, houses)}
    for side, (segment, _name) in zip((-1, 1), NEIGHBOURS, strict=True):
        path = areas.child(street.path, segment)
        files[path] = plan.neighbour(path, side)
    for path, content in files.items():
        store_outlines(
            content=content,
            file_name="双溪示意图.geojson",
            community_path=path,
            datum=Datum.WGS84,
            by=SYSTEM,
            at=at,
        )


def split(numbers: Sequence[str], count: int) -> dict[str, list[str]]:
    """Neighbouring buildings into `count` grids of nearly equal size; fewer grids when there are fewer buildings."""
    count = min(count, len(numbers))
    size, larger = divmod(len(numbers), count)
    grids: dict[str, list[str]] = {}
    start = 0
    for number in range(1, count + 1):
        end = start + size + (1 if number <= larger else 0)
        grids[f"第{number}网格"] = list(numbers[start:end])
        start = end
    return grids
