"""Story A: round 10 of Shuangxi, from the messy register to the closing, through the real doors."""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from tongxin.access.actors import SYSTEM
from tongxin.access.services.demo import make_demo_accounts
from tongxin.access.services.devices import offer_enrolment
from tongxin.core import clock, scope
from tongxin.core.ids import new_id
from tongxin.exchange.models import Batch, Upload
from tongxin.exchange.services import uploads
from tongxin.people.enums import Source
from tongxin.people.models import Person, Residence
from tongxin.places.models import Dwelling
from tongxin.simulation.cast import LAST, Parts, Visitor, cast_of
from tongxin.simulation.client import Phone
from tongxin.simulation.lanes import VirtualLane, acknowledged, lanes_of
from tongxin.simulation.newcomers import newcomers
from tongxin.simulation.places import POINT, Shuangxi, build_shuangxi
from tongxin.simulation.stage import Stage
from tongxin.testing.enums import LaneKind, PoolKind, RoundState
from tongxin.testing.models import Lane, Round
from tongxin.testing.services import rounds, tubes

REGISTER = Path(__file__).resolve().parent / "data" / "shuangxi_register.xlsx"
REGISTER_DAY = date(2022, 3, 20)
NUMBER = 10  # story A4: the tenth round
LANES = 2
RATE = 160.0  # persons an hour at a lane (story C10)
OFFLINE_LANE = 2
FOUND = {
    "name": "覃晓雨",
    "document": "990001202002290031",
    "phone": "13900000042",
    "building": "5",
    "unit": "1",
    "room": "101",
    "note": "来双溪投亲，昨日到",
}
BEFORE_ALL = timedelta(days=6)  # the register stood before the first round of the story
CARRIED_CARD = "永定社区-0417"  # a paper card of the next community (D6)
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Play:
    """The round while it is played: lanes, who waits for them, and what was done on the way."""

    stage: Stage
    round_id: UUID
    lanes: list[VirtualLane]
    mobile: VirtualLane
    parts: Parts
    queue: deque[str]
    found: list[dict[str, Any]]
    total: int
    taken: int = 0
    happened: set[str] = field(default_factory=set)
    voided: str = ""
    doubled: str = ""


def set_up(stage: Stage) -> Shuangxi:
    """The community with its register, grids and demo accounts. Safe to repeat."""
    before = stage.opened_at - BEFORE_ALL
    ground = build_shuangxi(before)
    with scope.everywhere():
        _import_register(ground.community.path, before, stage)
        ground = build_shuangxi(before)
        grants_from = datetime(2022, 1, 1, tzinfo=UTC)
        make_demo_accounts(
            area_path=ground.community.path,
            county_path=ground.county.path,
            grid_path=ground.first_grid.path,
            neighbour_path=ground.neighbour.path,
            at=grants_from,
        )
    return ground


def _import_register(area_path: str, at: datetime, stage: Stage) -> None:
    content = REGISTER.read_bytes()
    held = Upload.objects.filter(area_path=area_path, digest=sha256(content).digest(), state="stored")
    if held.exists():
        return
    stage.tell("reading the register")
    upload = uploads.take_in(
        file_name="双溪社区居民底册.xlsx",
        content=content,
        area_path=area_path,
        by=SYSTEM,
        at=at,
        list_day=REGISTER_DAY,
    )
    uploads.store(upload_id=upload.pk, by=SYSTEM, at=at)


def everybody(area_path: str, at: datetime) -> list[Visitor]:
    """Who lives here now, as the cast is chosen from: key, age, and whether a lane found them."""
    day = clock.day_of(at)
    living = Residence.objects.filter(
        is_current=True, to_on=None, area_path__startswith=area_path, person__voided_at=None
    )
    return [
        {
            "id": str(each.person_id),
            "age": each.person.age_on(day),
            "is_found": each.person.source == Source.LANE,
        }
        for each in living.select_related("person")
    ]


def registered(area_path: str) -> int:
    """How many people the register brought, also those who have left since."""
    return Person.objects.live().filter(area_path__startswith=area_path, source=Source.IMPORT).count()


def doors(area_path: str) -> list[tuple[str, str, str]]:
    """Homes where somebody can come to stay."""
    homes = Dwelling.objects.filter(area_path__startswith=area_path, compound="").exclude(room="")
    return list(homes.order_by("area_path", "unit", "room").values_list("building", "unit", "room")[:400])


def open_round(stage: Stage, ground: Shuangxi, number: int | None = None) -> Round:
    """Plan, approve, announce and open the round; one point, two lanes and a mobile team, tubes dealt."""
    path = ground.community.path
    head, chief, commander = (stage.actor(name) for name in ("tang", "zhao", "commander"))
    with scope.scoped([path]):
        held = Round.objects.filter(area_path=path).order_by("-number").first()
        if held is not None and held.state == RoundState.OPEN:
            return held
        number = number or max(NUMBER, held.number + 1 if held else 0)
        early = stage.hour(-3)
        round_ = rounds.plan_round(
            area_path=path,
            opens_at=stage.hour(0),
            closes_at=stage.hour(12),
            number=number,
            pool=PoolKind.POOL10,
            by=head,
            at=early,
        )
        lanes = rounds.add_point(round_id=round_.pk, site_name=POINT, lanes=LANES, by=head, at=early)
        lanes += rounds.add_point(
            round_id=round_.pk,
            site_name=POINT,
            lanes=1,
            kind=LaneKind.MOBILE,
            pool=PoolKind.SINGLE,
            by=head,
            at=early,
        )
        document = f"永疫指〔2021〕{number}号"
        for state, by, at in (
            (RoundState.APPROVED, commander, stage.hour(-2.5)),
            (RoundState.ANNOUNCED, head, stage.hour(-2)),
        ):
            rounds.advance(round_id=round_.pk, to=state, ground=document, by=by, at=at)
        for lane, count in zip(lanes, (160, 160, 90), strict=True):
            prefix = f"SX{number:02d}{lane.number}"
            tubes.deal_tubes(
                lane_id=lane.pk,
                count=count,
                prefix=prefix,
                batch_label=f"双溪第{number}轮",
                by=chief,
                at=stage.hour(-1),
            )
        rounds.advance(round_id=round_.pk, to=RoundState.OPEN, ground=document, by=chief, at=stage.hour(0))
        round_.refresh_from_db()
    stage.tell(f"round {number} is open")
    return round_


def enrol_lanes(stage: Stage, round_: Round) -> list[VirtualLane]:
    """A phone for each lane, let in by the point chief's code, each with the pack of the point."""
    chief, path = stage.actor("zhao"), round_.area_path
    with scope.scoped([path]):
        posts = list(Lane.objects.filter(round=round_, closed_at=None).order_by("number"))
    phones = []
    for lane in posts:
        with scope.scoped([path]):
            code = offer_enrolment(area_path=path, post_id=lane.site_id, by=chief, at=clock.now())
        phones.append(Phone.enrol(stage.server, code, f"{lane.number}通道"))
    pack = phones[0].pack()
    return lanes_of(pack, phones, stage.opened_at, offline_lane=OFFLINE_LANE)


def start(stage: Stage, round_: Round) -> Play:
    """Deal the people of the pack to their parts and stand them in the queue."""
    lanes = enrol_lanes(stage, round_)
    with scope.scoped([round_.area_path]):
        people = everybody(round_.area_path, stage.opened_at)
        parts = cast_of(people, registered=registered(round_.area_path), leaving=LAST.went)
        found = [{"person": str(new_id()), **FOUND}]
        found += newcomers(round_.number, LAST.came - 1, doors(round_.area_path))
    queue = deque(str(person["id"]) for person in parts.here)
    return Play(
        stage=stage,
        round_id=round_.pk,
        lanes=lanes[:LANES],
        mobile=lanes[LANES],
        parts=parts,
        queue=queue,
        found=found,
        total=len(parts.here) + len(parts.mobile) + len(found),
    )


def sample_everybody(play: Play, progress: Progress, *, until: datetime | None = None) -> None:
    """Run the lanes until nobody waits (or until the story's clock reaches `until`)."""
    while play.queue:
        lane = min(play.lanes, key=lambda each: each.elapsed)
        if until is not None and lane.at >= until:
            break
        step(play, lane)
        if play.taken % 50 == 0:
            flush(play)
            progress(play.taken, play.total)
    if not play.queue:
        while play.found:
            play.lanes[1].take_found(play.found.pop(0))
            play.taken += 1
        _finish_lanes(play)
    flush(play)
    progress(play.taken, play.total)


def step(play: Play, lane: VirtualLane) -> None:
    """One person at one lane, and what happens beside."""
    person = play.queue.popleft()
    lane.take(person)
    play.taken += 1
    _mishaps(play, lane, person)


def flush(play: Play) -> None:
    """Every lane with a network sends what it owes."""
    for lane in (*play.lanes, play.mobile):
        lane.flush(clock.now())


def _mishaps(play: Play, lane: VirtualLane, person: str) -> None:
    """A failed swab, an unknown person, a double at the other lane, a broken tube: once each."""
    is_first = lane is play.lanes[0]
    if play.taken > 40 and is_first and lane.members and _once(play, "failed swab"):
        lane.reject_last("failed_swab")
        lane.take(person)
    if play.found and not is_first and play.taken > 120 and play.taken % 40 < 3:
        lane.take_found(play.found.pop(0))
        play.taken += 1
    if play.taken > 160 and is_first and _once(play, "carried card"):
        lane.bind(person, CARRIED_CARD)
    if play.taken > 180 and is_first and _once(play, "proof from elsewhere"):
        shown = play.parts.elsewhere[0]
        lane.prove_elsewhere(str(shown["id"]), place="区人民医院", proof="采样回执 0412，当日 07:40")
    if play.taken > 240 and is_first and _once(play, "doubtful swab"):
        lane.take(person, how="search", repeat="doubtful_swab", allowed_by="赵敏")
    if play.taken > 200 and is_first and _once(play, "same person in both lanes"):
        play.doubled = person
        play.lanes[1].take(person, how="search")
    if play.taken > 300 and is_first and lane.tube is None and lane.ready and _once(play, "broken tube"):
        _void_last_tube(play, lane)


def _once(play: Play, what: str) -> bool:
    is_new = what not in play.happened
    play.happened.add(what)
    return is_new


def _void_last_tube(play: Play, lane: VirtualLane) -> None:
    """A tube leaks: voided before two people, its members stand in the queue again (MT-30)."""
    lane.flush(clock.now())
    play.voided = lane.used[-1]
    lane.ready = [each for each in lane.ready if each[0] != play.voided]
    chief, head = play.stage.actor("zhao"), play.stage.actor("tang")
    with scope.scoped([chief.home]):
        owed = tubes.void_tube(code=play.voided, why="管体破裂渗漏", second=head, by=chief, at=lane.at)
    play.queue.extendleft(str(make_up.person_id) for make_up in owed)
    play.total += len(owed)
    play.stage.tell(f"tube {play.voided} voided, {len(owed)} people are sampled again")


def _finish_lanes(play: Play) -> None:
    for person in play.parts.mobile:
        if any(event["person"] == person["id"] for event in play.mobile.outbox if event["kind"] == "sample"):
            continue
        play.mobile.take(person["id"], how="search")
        play.taken += 1
    for lane in (*play.lanes, play.mobile):
        lane.end_shift()


def all_acknowledged(play: Play) -> set[UUID]:
    """The ids of every event the server has acknowledged as applied and that has a row of its own."""
    lanes = (*play.lanes, play.mobile)
    return acknowledged(lanes) - {UUID(event["id"]) for lane in lanes for event in lane.bound}


def all_bound(play: Play) -> dict[str, UUID]:
    """The carried cards that were bound, by what is printed on them."""
    lanes = (*play.lanes, play.mobile)
    return {event["token"]: UUID(event["person"]) for lane in lanes for event in lane.bound}


def write_json(path: Path, figures: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8")


def unsettled() -> int:
    """How many batches the projectors still owe."""
    with scope.everywhere():
        return Batch.objects.filter(projected_at=None).count()
