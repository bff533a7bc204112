"""What each rule takes, and which way is stricter (PO-01, PO-03, LE-20): the table that publishing asks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tongxin.core.verdicts import Verdict

POOLS = ("pool20", "pool10", "pool5", "household", "single")
LANE_FLAGS = ("priority", "single", "door", "apart")
FLAGGED_TAGS = ("孕妇", "婴幼儿", "残疾", "高龄", "独居老人", "单采", "上门采样", "不混采")
MORE, LESS = "more", "less"
MOST_IN_LIST = 10


@dataclass(frozen=True, slots=True)
class Kind:
    """What a rule's value may be. `stricter` says which way it restricts people more; empty: neither way does.

    `keys` names the parts of a value that has several; each part is then a number or one of `choices`. A list holds
    one number or more of that kind.
    """

    unit: str = ""
    least: float | None = None
    most: float | None = None
    is_whole: bool = True
    choices: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    is_text: bool = False
    is_list: bool = False
    stricter: str = ""


def number(
    unit: str = "", least: float = 0, most: float | None = None, *, whole: bool = True, stricter: str = ""
) -> Kind:
    return Kind(unit, least, most, whole, stricter=stricter)


def parts(unit: str, *keys: str, least: float = 0, most: float | None = None, whole: bool = True) -> Kind:
    return Kind(unit, least, most, whole, keys=keys)


RULEBOOK: Mapping[str, Kind] = {
    "testing.round.finish_hours": parts("h", "city", "city_above_5m", "delimited", least=1, most=240),
    "testing.round.wanted": number("rounds", 1, 30),
    "testing.point.people": parts("persons", "least", "most", least=100, most=20000),
    "testing.point.ready_hours": number("h", 1, 48),
    "testing.point.staff": parts("persons", "chief", "security", "disinfector", "carrier", most=50),
    "testing.point.walk_minutes": number("min", 1, 120),
    "testing.point.seats": number("seats", 0, 500),
    "testing.point.fence_m": number("m", 0, 50),
    "testing.lane.people": parts("persons", "least", "most", least=50, most=5000),
    "testing.lane.rate": number("persons/h", 10, 400),
    "testing.lane.plan_rate": number("persons/h", 10, 400),
    "testing.lane.rate_range": parts("persons/h", "least", "most", least=10, most=400),
    "testing.lane.staff": parts("persons", "sampler", "registrar", most=20),
    "testing.lane.furniture": parts("pieces", "tables", "chairs", most=40),
    "testing.lane.register_seconds": number("s", 1, 120),
    "testing.sampler.people": number("persons", 50, 2000),
    "testing.sampler.rotate_hours": number("h", 1, 12),
    "testing.team.output": number("persons", 100, 10000),
    "testing.queue.spacing_m": number("m", 0.5, 5, whole=False),
    "testing.queue.wait_minutes": number("min", 5, 240),
    "testing.temperature.limit": number("°C", 36, 40, whole=False, stricter=LESS),
    "testing.temperature.again": number("tries", 0, 5),
    "testing.temperature.again_minutes": number("min", 1, 120),
    "testing.disinfection.chlorine": parts("mg/L", "surfaces", "vomit", least=100, most=20000),
    "testing.disinfection.minutes": number("min", 5, 240),
    "testing.pool.default": Kind(choices=POOLS),
    "testing.pool.capacity": parts("persons", *POOLS, least=1, most=30),
    "testing.pool.by_zone": Kind(
        choices=POOLS, keys=("isolation_site", "lockdown", "controlled", "precaution", "apart", "recovered")
    ),
    "testing.pool.dilution_percent": number("%", 0, 100, whole=False),
    "testing.pool.command_minutes": number("min", 5, 1440),
    "testing.pool.calls_minutes": number("min", 5, 1440),
    "testing.pool.police_minutes": number("min", 5, 1440),
    "testing.pool.team_minutes": number("min", 5, 1440),
    "testing.pool.results_minutes": number("min", 30, 2880),
    "testing.pool.neighbours_look_at": number("persons", 0, 10, stricter=MORE),
    "testing.tube.open_minutes": number("min", 5, 480),
    "testing.tube.alarm_minutes": number("min", 10, 1440),
    "testing.tube.breach_minutes": number("min", 10, 1440),
    "testing.tube.cold_hours": number("h", 1, 96),
    "testing.tube.reserve": number("", 1, 3, whole=False),
    "testing.make_up.due_minutes": number("min", 5, 1440),
    "testing.result.hours": number("h", 1, 96),
    "testing.result.ct_limit": number("", 20, 45, whole=False, stricter=MORE),
    "testing.result.urgent_hours": parts("h", "fever", "in_patient", "apart", "volunteer", least=1, most=96),
    "testing.result.report_hours": number("h", 1, 24),
    "testing.clock.tolerance_seconds": number("s", 10, 3600),
    "testing.lane.flags": Kind(choices=LANE_FLAGS, keys=FLAGGED_TAGS),
    "testing.box.tubes": parts("tubes", "small", "medium", "large", least=1, most=200),
    "testing.box.degrees": parts("°C", "least", "most", least=-80, most=40),
    "testing.claim.visits_refused": number("visits", 1, 10, stricter=LESS),
    "testing.waste.bag_fill": number("", 0.1, 1, whole=False),
    "testing.waste.store_days": number("days", 1, 14),
    "testing.waste.register_years": number("years", 1, 30),
    "containment.hold.hours": number("h", 1, 168, stricter=MORE),
    "containment.hold.lift_when": Kind(choices=("all_negative", "own_negative")),
    "containment.hold.same_building": number("", 0, 1, stricter=MORE),
    "containment.second_approver_hours": number("h", 0, 168, stricter=MORE),
    "containment.bulk_limit": number("persons", 1, 2000, stricter=MORE),
    "containment.appeal_to": Kind(is_text=True),
    "containment.warn_hours": Kind("h", 1, 168, is_list=True),
    "containment.grace_hours": number("h", 0, 48, stricter=MORE),
    "containment.appeal.answer_hours": number("h", 1, 240, stricter=MORE),
    "containment.appeal.correct_hours": number("h", 1, 72, stricter=MORE),
    "containment.export_rows": number("rows", 1, 100_000),
    "containment.export_days": number("days", 1, 60),
    "people.call.lease_minutes": number("min", 1, 240),
    "people.call.tries": number("tries", 1, 20, stricter=LESS),
    "people.call.again_minutes": number("min", 1, 1440),
    "people.call.follow_up_hours": number("h", 1, 168),
    "people.call.apart_minutes": number("min", 1, 1440),
    "reports.export.rows": number("rows", 1, 100_000),
    "reports.export.hours": number("h", 1, 240),
    "people.person.priority_age": number("years", 18, 120),
    "places.overlay.review_days": number("days", 1, 30),
}

OPEN = (
    Kind()
)  # a rule that is not in the book takes a whole number, a word or parts as it was published first


def kind_of(name: str, like: Any = None) -> Kind:
    """What the rule takes; for one that is not in the book, what its present value shows."""
    if name in RULEBOOK:
        return RULEBOOK[name]
    if isinstance(like, str):
        return Kind(is_text=True)
    if isinstance(like, dict):
        return Kind(keys=tuple(like), is_whole=False)
    return Kind(is_whole=False)


def may_hold(name: str, value: Any, like: Any = None) -> Verdict:
    """Whether the rule may have this value."""
    kind = kind_of(name, like)
    if kind.is_text:
        fits = isinstance(value, str) and 0 < len(value.strip()) <= 120
        return Verdict.yes() if fits else Verdict.no("rule_value", rule=name, value=value)
    if kind.is_list:
        fits = isinstance(value, list) and 0 < len(value) <= MOST_IN_LIST
        return _all(name, value, kind) if fits else Verdict.no("rule_value", rule=name, value=value)
    if kind.keys:
        if not isinstance(value, dict) or set(value) != set(kind.keys):
            return Verdict.no("rule_value", rule=name, value=value)
        return _all(name, value.values(), kind)
    return _may_be(name, value, kind)


def _all(name: str, values: Iterable[Any], kind: Kind) -> Verdict:
    return next((verdict for part in values if not (verdict := _may_be(name, part, kind)).ok), Verdict.yes())


def _may_be(name: str, value: Any, kind: Kind) -> Verdict:
    if kind.choices:
        return Verdict.yes() if value in kind.choices else Verdict.no("rule_value", rule=name, value=value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or (kind.is_whole and value != int(value)):
        return Verdict.no("rule_value", rule=name, value=value)
    low = kind.least is not None and value < kind.least
    high = kind.most is not None and value > kind.most
    if low or high:
        return Verdict.no(
            "rule_range", rule=name, value=value, least=_plain(kind.least), most=_plain(kind.most)
        )
    return Verdict.yes()


def _plain(limit: float | None) -> str:
    return "—" if limit is None else f"{limit:g}"


def is_stricter(name: str, value: Any, national: Any) -> bool:
    """Whether a local value restricts people more than the national one (LE-20); no where the rule has no such way."""
    way = RULEBOOK.get(name, OPEN).stricter
    if not way or not all(isinstance(each, int | float) for each in (value, national)):
        return False
    return bool(value > national) if way == MORE else bool(value < national)


def may_overlay(*, stricter: bool, reason: str, review_on: date | None, begins: date, days: int) -> Verdict:
    """A stricter local row needs a reason and a day, soon, on which somebody looks at it again (LE-20)."""
    if not stricter:
        return Verdict.yes()
    if len(reason.strip()) < SHORTEST_REASON:
        return Verdict.no("rule_stricter_reason")
    if review_on is None or not begins < review_on <= begins + timedelta(days=days):
        return Verdict.no("rule_stricter_review", days=days)
    return Verdict.yes()


SHORTEST_REASON = 4


def may_begin(begins: date, ends: date | None, today: date) -> Verdict:
    """A row begins today or later: what was decided under the old one stands (PO-03)."""
    if begins < today:
        return Verdict.no("rule_in_past", day=begins)
    if ends is not None and ends <= begins:
        return Verdict.no("rule_ends_before", day=ends)
    return Verdict.yes()
