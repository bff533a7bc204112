"""How long the server takes for every page, at 3,000 and at 100,000 people: p95 of each, the slowest first.

The addresses are walked from the URL conf with the ids of a built town (bench/town.py), each list again with every
filter, part and further page that its own page offers. Requests go through the whole of Django as an account of
every role, over the application's connection with row-level security; the time of the network is not in it.
"""

import json
import math
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

SIZES = (3_000, 100_000)
LIMIT = 300.0  # ms of server time (DESIGN.md: every page, at both sizes)
DOCUMENT_LIMIT = 10_000.0  # a PDF, a workbook or a whole printed list of 100,000 is a document, not a page
WARM, TIMES, VARIANTS = 2, 20, 12
DOCUMENTS = re.compile(r"\.(pdf|xlsx)$|sheet|print=|cards|/whole")
NOT_ASKED: list[str] = []
NOT_OURS = re.compile(r"^(accounts/|language|api/|healthz|field/)")
LINK = re.compile(r'(?:href|hx-get)="([^"#]+)"')
SELECT = re.compile(r'<select[^>]*\bname="([^"]+)"[^>]*>(.*?)</select>', re.S)
OPTION = re.compile(r'<option value="([^"]+)"')


def run() -> dict[str, dict[str, Any]]:
    figures: dict[str, dict[str, Any]] = {}
    for size in SIZES:
        with TemporaryDirectory(prefix="tongxin-bench-") as folder:
            env = os.environ | {"TONGXIN_HOME": folder}
            env.pop("TONGXIN_DATABASE_URL", None)
            command = [sys.executable, "-m", "bench.pages", str(size), f"{folder}/figures.json"]
            subprocess.run(command, env=env, check=True)
            figures |= json.loads(Path(f"{folder}/figures.json").read_text())
    return figures


@dataclass
class Timed:
    """One address and how long the server took for it, in milliseconds."""

    address: str
    times: list[float] = field(default_factory=list)
    status: int = 0
    size: int = 0
    queries: int = 0

    @property
    def p50(self) -> float:
        return sorted(self.times)[len(self.times) // 2]

    @property
    def p95(self) -> float:
        return sorted(self.times)[math.ceil(0.95 * len(self.times)) - 1]

    @property
    def limit(self) -> float:
        return DOCUMENT_LIMIT if DOCUMENTS.search(self.address) else LIMIT


def measure(size: int, *, only: str = "", times: int = TIMES) -> list[Timed]:
    """Every page of a town of this size, in an installation that is running and empty."""
    from bench import town
    from tongxin.config import database

    began = time.monotonic()
    built = town.build(database.owner_params(), size)
    print(f"   a town of {size:,} built in {time.monotonic() - began:.0f} s", flush=True)
    ids = stage(built)
    return walk(ids, only=only, times=times)


def walk(ids: dict[str, list[Any]], *, only: str = "", times: int = TIMES) -> list[Timed]:
    client = _client()
    found: dict[str, Timed] = {}
    waiting = [(address, 0) for address in addresses(ids)]
    variants: dict[str, int] = {}
    while waiting:
        address, depth = waiting.pop(0)
        path = address.partition("?")[0]
        if address in found or (only and only not in address):
            continue
        timed, body = _ask(client, address, times if depth == 0 else max(8, times // 2))
        found[address] = timed
        for other in _variants(path, body) if depth < 2 else ():
            if other not in found and variants.get(path, 0) < VARIANTS:
                variants[path] = variants.get(path, 0) + 1
                waiting.append((other, depth + 1))
    return sorted(found.values(), key=lambda each: each.p95 / each.limit, reverse=True)


def _client() -> Any:
    from django.test import Client

    from tongxin.access.models import Account

    client = Client(raise_request_exception=False)
    client.force_login(Account.objects.get(username="all"))
    return client


def _ask(client: Any, address: str, times: int) -> tuple[Timed, str]:
    timed, body = Timed(address), b""
    warm = WARM
    spent = 0.0
    while len(timed.times) < times and (spent < 12 or not timed.times):
        began = time.perf_counter()
        answer = client.get(address)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        took = 1000 * (time.perf_counter() - began)
        spent += took / 1000
        timed.status, timed.size = answer.status_code, len(body)
        if answer.status_code in (405, 404, 500) or (answer.status_code == 302 and not timed.times):
            warm = 0
            times = 1
        if warm:
            warm -= 1
            if took < 4000:
                continue
        timed.times.append(took)
    text = body.decode(errors="replace") if answer.headers["Content-Type"].startswith("text/html") else ""
    return timed, text


def _variants(path: str, body: str) -> Iterator[str]:
    """The same page with other words behind the question mark: its links to itself, and each choice of its filters."""
    main = body.partition("<main")[2]
    for link in LINK.findall(main):
        link = unescape(link)
        if link.startswith("?") and len(link) > 1:
            yield path + link
        elif link.startswith(f"{path}?") and len(link) > len(path) + 1:
            yield link
    for form in re.findall(r'<form[^>]*method="get"[^>]*>.*?</form>', main, re.S):
        for name, options in SELECT.findall(form):
            values = [unescape(each) for each in OPTION.findall(options)]
            for value in {values[0], values[-1]} if values else ():
                yield f"{path}?{name}={value}"


# ---- which addresses


def addresses(ids: dict[str, list[Any]]) -> list[str]:
    """Every address of the product with ids that exist. One that no id is known for is named, and counted as over."""
    from django.urls import get_resolver

    made, unknown = [], []
    for pattern, names in _patterns(get_resolver()):
        if NOT_OURS.search(pattern):
            continue
        known = [ids.get(f"{pattern}:{name}") or ids.get(name) for name in names]
        if not all(known):
            unknown.append(pattern)
            continue
        for index in range(max((len(values) for values in known if values), default=1)):
            address = pattern
            for name, values in zip(names, known, strict=True):
                assert values is not None
                address = re.sub(rf"<(?:\w+:)?{name}>", str(values[min(index, len(values) - 1)]), address)
            made.append(
                f"/{address}" + (f"?round={ids['round_id'][0]}" if pattern.endswith("<slug:kind>") else "")
            )
    for pattern in unknown:
        print(f"   not asked, no id is known for it: {pattern}")
    NOT_ASKED[:] = unknown
    return list(dict.fromkeys(made))


def _patterns(resolver: Any, before: str = "") -> Iterator[tuple[str, list[str]]]:
    for each in resolver.url_patterns:
        here = before + str(each.pattern)
        if hasattr(each, "url_patterns"):
            yield from _patterns(each, here)
        else:
            yield here, re.findall(r"<(?:\w+:)?(\w+)>", here)


def stage(town: Any) -> dict[str, list[Any]]:
    """The rest that pages need, made by the product's own acts; then an id for every name in the URL conf."""
    from datetime import timedelta

    from bench.town import AREA, ROLES
    from tongxin.access.models import Account, Device, Grant, Installation
    from tongxin.access.queries import actor_of
    from tongxin.core import clock, scope
    from tongxin.places.services.rules import load_default_rules

    at = clock.now()
    with scope.everywhere():
        Installation.objects.get_or_create(pk=1, defaults={"area_path": AREA})
        load_default_rules()
        for username, roles in (("all", ROLES), ("second", ("health_officer", "community_head"))):
            account = Account.objects.create(username=username, name=f"{username} 唐书记")
            for role in roles:
                path = "/" if role == "operator" else AREA
                Grant.objects.create(
                    account=account, role=role, area_path=path, valid_from=at - timedelta(days=1)
                )
        Device.objects.create(
            area_path=AREA, name="D1", token_digest=b"1", post_id=town.lanes[0], enrolled_by=account,
            enrolled_at=at, owed_count=3,
        )  # fmt: skip
    for act in _acts(town, at):
        with scope.everywhere():
            act(actor_of(Account.objects.get(username="all"), at))
    with scope.everywhere():
        return _ids(town)


def _acts(town: Any, at: Any) -> list[Callable[[Any], Any]]:
    from bench.import_register import _register
    from bench.town import AREA
    from tongxin.access.models import Entry
    from tongxin.containment.services import holds
    from tongxin.exchange.services import lab, uploads
    from tongxin.people.services import calls
    from tongxin.reports.services import briefings, exports
    from tongxin.testing.services import results

    unknown = _unknown(town, 40)
    sheet = "试管编号,检测结果\n" + "".join(
        f"T{number:07},阴性\n" for number in range(min(200, town.size // 40))
    )
    return [
        lambda by: results.release_results(tube_codes=[town.positive_tube], by=by, at=at),
        lambda by: [holds.hold_members(entry) for entry in Entry.objects.filter(act="testing.pool.opened")],
        lambda by: calls.owe(purpose="not_yet", about_id=town.round_id, person_ids=unknown, due_at=at, at=at),
        lambda by: briefings.write(area_path=AREA, text="今日双溪。", by=by, at=at),
        lambda by: exports.ask(
            kind="tubes", filters={"round": str(town.round_id)}, purpose="核对试管", by=by, at=at
        ),
        lambda by: uploads.take_in(
            file_name="register.csv", content=_register(300), area_path=AREA, by=by, at=at
        ),
        lambda by: lab.take_in(
            file_name="lab.csv", content=sheet.encode(), round_id=town.round_id, by=by, at=at
        ),
    ]


def _unknown(town: Any, count: int) -> list[Any]:
    from tongxin.core import scope
    from tongxin.testing.models import Expected

    with scope.everywhere():
        rows = Expected.objects.filter(round_id=town.round_id, klass="unknown")
        return list(rows.values_list("person_id", flat=True)[:count])


def _ids(town: Any) -> dict[str, list[Any]]:
    """Names in the URL conf, or `pattern:name` where a name means something else there, to ids that exist."""
    from bench.town import AREA
    from tongxin.access.models import Account, Device, Grant
    from tongxin.containment.models import Restriction
    from tongxin.exchange.models import Upload
    from tongxin.people.models import CallTask, Household, Phone
    from tongxin.places.models import Site
    from tongxin.reports.figures import FIGURES
    from tongxin.reports.models import Briefing, Export
    from tongxin.reports.queries.exports import KINDS
    from tongxin.reports.queries.rows import has_rows
    from tongxin.testing.models import PositivePool, Recheck

    inside = AREA.strip("/")
    firsts = {
        "account_id": Account.objects.filter(username="second"),
        "device_id": Device.objects.all(),
        "grant_id": Grant.objects.all(),
        "restriction_id": Restriction.objects.all(),
        "task_id": CallTask.objects.all(),
        "household_id": Household.objects.all(),
        "phone_id": Phone.objects.filter(person_id=town.people[0]),
        "briefing_id": Briefing.objects.all(),
        "export_id": Export.objects.all(),
        "site_id": Site.objects.all(),
        "pool_id": PositivePool.objects.all(),
    }
    ids: dict[str, list[Any]] = {
        "round_id": [town.round_id],
        "reports/rounds/<uuid:round_id>/:round_id": [town.round_id, town.before_id],
        "testing/rounds/<uuid:round_id>/closing:round_id": [town.round_id, town.before_id],
        "person_id": [town.people[0]],
        "lane_id": town.lanes[:1],
        "code": [town.positive_tube],
        "to": ["sampling_closed", "cancelled"],
        "key": [key for key in FIGURES if has_rows(key)],
        "inside": [inside, town.buildings[0].strip("/"), "43/08/02"],
        "kind": list(KINDS),
        "name": ["testing.pool.default"],
        "upload_id": list(Upload.objects.filter(kind="register").values_list("pk", flat=True)[:1]),
    }
    ids |= {name: list(rows.values_list("pk", flat=True)[:1]) for name, rows in firsts.items()}
    labs = list(Upload.objects.filter(kind="lab").values_list("pk", flat=True)[:1])
    member = Recheck.objects.values_list("person_id", flat=True)[:1]
    standing = _unknown(town, 1)
    for tail in ("", "/columns", "/store", "/discard"):
        ids[f"exchange/laboratory/<uuid:upload_id>{tail}:upload_id"] = labs
    for tail in ("", "call", "visit", "reason", "withdrawn", "removal", "back"):
        ids[f"testing/rounds/<uuid:round_id>/people/<uuid:person_id>/{tail}:person_id"] = standing
    for tail in ("swab", "result", "call"):
        ids[f"testing/pools/<uuid:pool_id>/members/<uuid:person_id>/{tail}:person_id"] = list(member)
    return {name: values for name, values in ids.items() if values}


# ---- what is kept


def figures_of(size: int, timed: list[Timed]) -> dict[str, dict[str, Any]]:
    """The slowest page and document, how many are over, and every page by its address."""
    name = f"pages_{size // 1000}k"
    pages = [each for each in timed if each.limit == LIMIT and each.status == 200]
    documents = [each for each in timed if each.limit != LIMIT and each.status == 200]
    return {
        f"{name}_p95_worst": _figure(max(each.p95 for each in pages), LIMIT),
        f"{name}_p95_documents": _figure(max(each.p95 for each in documents), DOCUMENT_LIMIT),
        f"{name}_over": {
            "value": sum(each.p95 > each.limit for each in timed if each.status == 200), "unit": "pages",
            "limit": 0, "ratio": None,
        },
        f"{name}_not_asked": {"value": len(NOT_ASKED), "unit": "pages", "limit": 0, "ratio": None},
        f"{name}_count": {"value": len(pages) + len(documents), "unit": "pages", "limit": None, "ratio": None},
    }  # fmt: skip


def _figure(value: float, limit: float) -> dict[str, Any]:
    return {"value": round(value), "unit": "ms", "limit": limit, "ratio": round(value / limit, 2)}


def tell(timed: list[Timed], shown: int = 25) -> None:
    for each in timed[:shown]:
        over = " OVER" if each.p95 > each.limit else ""
        print(
            f"   {each.p95:7.0f} ms p95 {each.p50:7.0f} p50 {each.size // 1024:6} KB  {each.status} "
            f"{each.address[:110]}{over}"
        )
    for each in timed:
        if each.status in (404, 500):
            print(f"   {each.status} {each.address}")


def _start(size: int) -> list[Timed]:
    from tongxin.config import database, embedded, serve

    with embedded.start(database.data_dir()):
        database.ensure_roles(database.owner_params())
        serve.setup_django()
        from django.conf import settings
        from django.core.management import call_command

        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
        settings.TONGXIN_SECOND_FACTOR_ROLES = ()  # the reader of every page logs in without one
        call_command("migrate", database="owner", verbosity=0)
        return measure(size)


if __name__ == "__main__":
    measured = _start(int(sys.argv[1]))
    tell(measured)
    Path(sys.argv[2]).write_text(json.dumps(figures_of(int(sys.argv[1]), measured)))
