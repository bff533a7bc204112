"""How fast the capture door takes batches, beside raw COPY into the reference table, in the same run.

Reference (PERFORMANCE.md, "Method"): PK uuid v7, UNIQUE (round, person), index on tube, FK to persons, CHECK on
position; COPY over 2 connections. Ours: HTTP to gunicorn on the loopback, 2 clients, each waiting for its answer
before it sends the next batch; every answer after commit, fsync on, receipts read. Rounds are interleaved.
"""

import gzip
import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

import psycopg

PORT = int(os.environ.get("TONGXIN_BENCH_PORT", "8149"))
PERSONS = (
    50_000  # a tenth of the reference's, for time: its FK index still does not fit the processor's cache
)
LANES = 200
CAPACITY = 10
CLIENTS = 2
EVENTS_A_ROUND = 40_000
ROUNDS = 3
AREA = "/43/08/02/L01/001/"


def run() -> dict[str, dict[str, Any]]:
    with TemporaryDirectory(prefix="tongxin-bench-") as folder:
        os.environ["TONGXIN_HOME"] = folder
        os.environ.pop("TONGXIN_DATABASE_URL", None)
        return _measure()


def _measure() -> dict[str, dict[str, Any]]:
    from tongxin.config import database, embedded, serve

    with embedded.start(database.data_dir()) as cluster:  # fsync and synchronous_commit on, as in service
        database.ensure_roles(database.owner_params())
        serve.setup_django()
        from django.core.management import call_command

        call_command("migrate", database="owner", verbosity=0)
        stage = _make_stage(database.owner_params())
        _warn_of_others()
        postmaster = int((cluster.data / "postmaster.pid").read_text().split()[0])
        with _server() as server:
            return _rounds(stage, database.owner_params(), Meter(postmaster, server))


# ---- the stage: persons, a round, lanes, tubes, devices, and the reference table


@dataclass
class Stage:
    """Who may be swabbed, and where; each measurement has a round of its own, as COPY has."""

    persons: list[UUID]
    site: UUID
    rounds: int = 0


REFERENCE = """
    CREATE TABLE persons (id uuid PRIMARY KEY);
    CREATE TABLE samples (
        id uuid PRIMARY KEY, round uuid NOT NULL, person uuid NOT NULL REFERENCES persons (id),
        tube text NOT NULL, lane integer NOT NULL, position smallint NOT NULL CHECK (position BETWEEN 1 AND 40),
        taken_at timestamptz NOT NULL, UNIQUE (round, person));
    CREATE INDEX ON samples (tube)"""


def _make_stage(owner: dict[str, str]) -> Stage:
    from tongxin.core.ids import new_id

    persons = [new_id() for _ in range(PERSONS)]
    account, site = new_id(), new_id()
    with psycopg.connect(**owner) as conn:  # type: ignore[arg-type]
        conn.execute("SELECT set_config('tongxin.scope', '/', false)")
        conn.execute(REFERENCE)
        _copy(conn, "persons (id)", ((person,) for person in persons))
        _copy(
            conn,
            "people_person (id, area_path, seen_by, name, name_folded, pinyin, initials, sex, source, marks,"
            " void_reason, recorded_at)",
            (
                (
                    person,
                    f"{AREA}B{n % 40:03}/",
                    "{}",
                    f"甲{n}",
                    f"甲{n}",
                    "",
                    "",
                    "",
                    "desk",
                    "{}",
                    "",
                    "now",
                )
                for n, person in enumerate(persons)
            ),
        )
        conn.execute(
            """INSERT INTO access_account (id, password, username, name, email, language, is_active, is_demo,
                                           created_at) VALUES (%s, '', 'b', '乙', '', 'en', true, true, now())""",
            [account],
        )
        conn.execute(
            """INSERT INTO places_site (id, area_path, kind, name, address)
               VALUES (%s, %s, 'sampling_point', 'A点', '')""",
            [site, AREA],
        )
        conn.execute(
            """INSERT INTO places_rulerow (id, name, path, value, unit, valid_from, document, is_verified)
               VALUES (%s, 'testing.clock.tolerance_seconds', '/', '120', 's', '2020-01-01', 'bench', false)""",
            [new_id()],
        )
        _copy(
            conn,
            "access_device (id, area_path, name, token_digest, post_id, enrolled_by_id, enrolled_at, owed_count)",
            (
                (new_id(), AREA, f"D{n}", sha256(f"token-{n}".encode()).digest(), site, account, "now", 0)
                for n in range(LANES)
            ),
        )
        conn.commit()
        conn.autocommit = True
        conn.execute("VACUUM (ANALYZE)")
    return Stage(persons, site)


def _copy(conn: psycopg.Connection[Any], into: str, rows: Iterator[tuple[Any, ...]]) -> None:
    with conn.cursor().copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


@dataclass
class Plan:
    """A round with its lanes and the tubes that its events will name."""

    round_id: UUID
    lanes: list[UUID]
    tubes: dict[str, UUID]


def _deal(stage: Stage, owner: dict[str, str], plan: Plan) -> None:
    from tongxin.core.ids import new_id

    stage.rounds += 1
    with psycopg.connect(**owner) as conn:  # type: ignore[arg-type]
        conn.execute("SELECT set_config('tongxin.scope', '/', false)")
        conn.execute(
            """INSERT INTO testing_round (id, area_path, number, state, opens_at, closes_at, pool, capacity, made_at)
               VALUES (%s, %s, %s, 'open', now() - interval '6 h', now() + interval '6 h', 'pool10', 10, now())""",
            [plan.round_id, AREA, stage.rounds],
        )
        _copy(
            conn,
            "testing_lane (id, area_path, round_id, site_id, number, kind, pool, capacity)",
            (
                (lane, AREA, plan.round_id, stage.site, n, "fixed", "pool10", 10)
                for n, lane in enumerate(plan.lanes)
            ),
        )
        _copy(
            conn,
            "testing_tube (id, area_path, code, round_id, lane_id, pool, capacity, state, batch_label,"
            " close_reason, held_count, void_reason, result, result_status, reject_reason, accepted_devices,"
            " dropped_devices)",
            (
                (
                    new_id(),
                    AREA,
                    code,
                    plan.round_id,
                    lane,
                    "pool10",
                    10,
                    "issued",
                    "",
                    "",
                    0,
                    "",
                    "",
                    "no_result",
                    "",
                    [],
                    [],
                )
                for code, lane in plan.tubes.items()
            ),
        )


# ---- what is sent


@dataclass
class Load:
    """The batches of one round for one client: bodies that are ready, and how many events they hold."""

    bodies: list[tuple[str, bytes]]
    events: int


def _loads(stage: Stage, size: int, name: str) -> tuple[list[Load], Plan]:
    """Swabs in random person order, ten to a tube, each batch of one lane; made before the clock starts."""
    from tongxin.core.ids import new_id

    people = random.sample(stage.persons, EVENTS_A_ROUND)
    plan = Plan(new_id(), [new_id() for _ in range(LANES)], {})
    loads = [Load([], 0) for _ in range(CLIENTS)]
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    for number, start in enumerate(range(0, EVENTS_A_ROUND, size)):
        lane_number = number % LANES
        lane = plan.lanes[lane_number]
        events = []
        for place, person in enumerate(people[start : start + size]):
            code = f"{name}{(start + place) // CAPACITY:07}"
            plan.tubes[code] = lane
            events.append(
                {
                    "id": str(new_id()), "seq": start + place + 1, "kind": "sample", "at": now,
                    "round": str(plan.round_id), "lane": str(lane), "tube": code,
                    "position": place % CAPACITY + 1, "person": str(person), "how": "scan",
                }
            )  # fmt: skip
        body = {"batch": str(uuid4()), "device_at": now, "app": "bench", "events": events}
        raw = json.dumps(body, separators=(",", ":")).encode()
        load = loads[number % CLIENTS]
        load.bodies.append((f"token-{lane_number}", gzip.compress(raw, 6)))
        load.events += len(events)
    return loads, plan


# ---- what it costs: processor time, which others on the machine do not stretch as much as the clock


@dataclass
class Cost:
    """Microseconds of processor time an event: PostgreSQL, our server, the client."""

    postgres: float = 0.0
    server: float = 0.0
    client: float = 0.0

    @property
    def total(self) -> float:
        return self.postgres + self.server + self.client

    def __str__(self) -> str:
        return f"{self.total:.0f} us (postgres {self.postgres:.0f}, server {self.server:.0f}, client {self.client:.0f})"


class Meter:
    """Processor seconds of the postmaster's and the server's families, and of this process."""

    def __init__(self, postmaster: int, server: int) -> None:
        self.roots = (postmaster, server)

    def read(self) -> tuple[float, float, float]:
        return _family(self.roots[0]), _family(self.roots[1]), time.process_time()

    def cost(self, work: Callable[[], float], events: int) -> tuple[float, Cost]:
        before = self.read()
        found = work()
        spent = [(after - first) / events * 1e6 for first, after in zip(before, self.read(), strict=True)]
        return found, Cost(*spent)


def _family(root: int) -> float:
    """Seconds of a process, of its children that live, and of those that have ended."""
    total, ticks = 0, os.sysconf("SC_CLK_TCK")
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                words = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(folder.name) == root:
                total += sum(int(word) for word in words[11:15])
            elif int(words[1]) == root:
                total += int(words[11]) + int(words[12])
    return total / ticks


# ---- the two that are compared


@contextmanager
def _server() -> Iterator[int]:
    shared = ["--worker-tmp-dir", "/dev/shm"] if os.access("/dev/shm", os.W_OK) else []
    command = [
        sys.executable, "-m", "gunicorn", "tongxin.config.wsgi:application", "--bind", f"127.0.0.1:{PORT}",
        "--no-control-socket", "--worker-class", "gthread", "--workers", "2", "--threads", "4", *shared,
        "--keep-alive", "15", "--log-level", "warning",
    ]  # fmt: skip
    process = subprocess.Popen(
        command, env=os.environ | {"DJANGO_SETTINGS_MODULE": "tongxin.config.settings"}
    )
    try:
        _wait_for_port()
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def _wait_for_port() -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
            connection.request("GET", "/api/v1/pack")
            if connection.getresponse().status == 401:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not start")


def _post_all(load: Load, latencies: list[float]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    for token, body in load.bodies:
        headers = {
            "Authorization": f"Device {token}", "Content-Type": "application/json", "Content-Encoding": "gzip",
            "Accept-Encoding": "gzip",
        }  # fmt: skip
        began = time.perf_counter()
        connection.request("POST", "/api/v1/capture", body, headers)
        answer = connection.getresponse()
        answered = answer.read()
        latencies.append(time.perf_counter() - began)
        if answer.status != 200:
            raise SystemExit(f"{answer.status}: {answered[:300]!r}")
    connection.close()


def _together(work: list[Callable[[], None]]) -> float:
    threads = [threading.Thread(target=each) for each in work]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began


def _ours(
    stage: Stage, owner: dict[str, str], size: int, name: str, meter: Meter
) -> tuple[float, list[float], Cost]:
    loads, plan = _loads(stage, size, name)
    _deal(stage, owner, plan)
    latencies: list[float] = []
    posts = [lambda load=load: _post_all(load, latencies) for load in loads]  # type: ignore[misc]
    seconds, cost = meter.cost(lambda: _together(posts), EVENTS_A_ROUND)
    sent = sum(load.events for load in loads)
    with psycopg.connect(**owner) as conn:  # type: ignore[arg-type]
        conn.execute("SELECT set_config('tongxin.scope', '/', false)")
        ((stored,),) = conn.execute(
            "SELECT count(*) FROM testing_sample WHERE tube_code ^@ %s", [name]
        ).fetchall()
    if stored != sent:
        raise SystemExit(f"{sent} acknowledged, {stored} stored")
    return sent / seconds, latencies, cost


def _raw_copy(stage: Stage, owner: dict[str, str], meter: Meter) -> tuple[float, Cost]:
    from tongxin.core.ids import new_id

    round_id = new_id()
    people = random.sample(stage.persons, EVENTS_A_ROUND)
    lines = [
        f"{new_id()}\t{round_id}\t{person}\tT{n // CAPACITY:07}\t{n % LANES}\t{n % CAPACITY + 1}\t"
        "2021-08-20 12:00:00+08\n"
        for n, person in enumerate(people)
    ]
    halves = ["".join(lines[: len(lines) // 2]).encode(), "".join(lines[len(lines) // 2 :]).encode()]
    connections = [psycopg.connect(**owner) for _ in halves]  # type: ignore[arg-type]

    def send(conn: psycopg.Connection[Any], half: bytes) -> None:
        with conn.cursor().copy("COPY samples FROM STDIN") as copy:
            copy.write(half)
        conn.commit()

    pairs = zip(connections, halves, strict=True)
    sends = [lambda pair=pair: send(*pair) for pair in pairs]  # type: ignore[misc]
    seconds, cost = meter.cost(lambda: _together(sends), EVENTS_A_ROUND)
    for conn in connections:
        conn.close()
    return EVENTS_A_ROUND / seconds, cost


def _again(stage: Stage, owner: dict[str, str], name: str) -> float:
    """A replay: the same batches once more, each answered with the receipts it had lost."""
    loads, plan = _loads(stage, 500, name)
    _deal(stage, owner, plan)
    first = _together([lambda load=load: _post_all(load, []) for load in loads])  # type: ignore[misc]
    again = _together([lambda load=load: _post_all(load, []) for load in loads])  # type: ignore[misc]
    return again / first


def _rounds(stage: Stage, owner: dict[str, str], meter: Meter) -> dict[str, dict[str, Any]]:
    copies: list[float] = []
    copy_costs: list[Cost] = []
    rates: dict[int, list[float]] = {500: [], 100: []}
    costs: dict[int, list[Cost]] = {500: [], 100: []}
    latencies: dict[int, list[float]] = {500: [], 100: []}
    _ours(stage, owner, 500, "W", meter)  # warm: connections, plans, caches
    _raw_copy(stage, owner, meter)
    for number in range(ROUNDS):
        rate, cost = _raw_copy(stage, owner, meter)
        copies.append(rate)
        copy_costs.append(cost)
        for size in rates:
            rate, waits, cost = _ours(stage, owner, size, f"R{number}S{size}X", meter)
            rates[size].append(rate)
            costs[size].append(cost)
            latencies[size] += waits
        print(
            f"   round {number + 1}: COPY {copies[-1]:,.0f}/s; batches of 500 {rates[500][-1]:,.0f}/s,"
            f" of 100 {rates[100][-1]:,.0f}/s"
        )
    replay = _again(stage, owner, "REPLAY")
    copy, copy_cost = statistics.median(copies), min(copy_costs, key=lambda each: each.total)
    print(f"   COPY over 2 connections {copy:,.0f}/s, processor {copy_cost}")
    figures: dict[str, dict[str, Any]] = {
        "copy_reference": {"value": round(copy), "unit": "rows/s", "limit": None, "ratio": 1.0},
        "copy_reference_cpu": {"value": round(copy_cost.total, 1), "unit": "us", "limit": None, "ratio": 1.0},
    }
    for size, found in rates.items():
        rate, cost = statistics.median(found), min(costs[size], key=lambda each: each.total)
        best = max(ours / theirs for ours, theirs in zip(found, copies, strict=True))
        p99 = statistics.quantiles(latencies[size], n=100)[98] * 1000
        figures[f"capture_batch_{size}"] = {
            "value": round(rate), "unit": "events/s", "limit": round(copy), "ratio": round(rate / copy, 3),
        }  # fmt: skip
        figures[f"capture_batch_{size}_cpu"] = {
            "value": round(cost.total, 1), "unit": "us", "limit": round(copy_cost.total, 1),
            "ratio": round(copy_cost.total / cost.total, 3),
        }  # fmt: skip
        figures[f"capture_batch_{size}_p99"] = {
            "value": round(p99, 1), "unit": "ms", "limit": None, "ratio": None,
        }  # fmt: skip
        print(
            f"   batches of {size}: {rate:,.0f}/s = {rate / copy:.2f} of COPY (best {best:.2f}), p99 {p99:.0f} ms"
        )
        print(f"      processor {cost}: {copy_cost.total / cost.total:.2f} of COPY")
    figures["capture_replay"] = {
        "value": round(replay, 3), "unit": "of a new batch's time", "limit": 0.5, "ratio": round(replay / 0.5, 2),
    }  # fmt: skip
    print(f"   a replay costs {replay:.2f} of a new batch")
    return figures


def _warn_of_others() -> None:
    load = Path("/proc/loadavg")
    if load.exists() and float(load.read_text().split()[0]) > 0.5:
        print(
            f"   note: other work shares this machine (load {load.read_text().split()[0]}): ratios hold, rates do not"
        )
