"""How long a household register takes from file to preview, and from preview to stored; peak memory beside.

Each size runs in a process of its own on a throw-away server with fsync on: the messy sheet of 3,193 rows that the
demo is made of, then clean lists of 30,000 and 100,000 made here. Limits are those of the specification at 100,000:
preview 60 s, store 120 s, 1 GB.
"""

import json
import os
import random
import resource
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

SIZES = (3_000, 30_000, 100_000)
LIMITS = {"preview": (60.0, "s"), "store": (120.0, "s"), "memory": (1024.0, "MB")}
MESSY = (
    Path(__file__).resolve().parents[1] / "src" / "tongxin" / "simulation" / "data" / "shuangxi_register.xlsx"
)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"


def run() -> dict[str, dict[str, Any]]:
    figures: dict[str, dict[str, Any]] = {}
    for size in SIZES:
        with TemporaryDirectory(prefix="tongxin-bench-") as folder:
            env = os.environ | {"TONGXIN_HOME": folder}
            env.pop("TONGXIN_DATABASE_URL", None)
            child = subprocess.run(
                [sys.executable, "-m", "bench.import_register", str(size)],
                env=env,
                capture_output=True,
                text=True,
            )
        if child.returncode:
            raise RuntimeError(child.stderr)
        measured = json.loads(child.stdout.splitlines()[-1])
        for name, (limit, unit) in LIMITS.items():
            value = measured[name]
            figures[f"import_{size // 1000}k_{name}"] = {
                "value": value, "unit": unit, "limit": limit, "ratio": round(value / limit, 3),
            }  # fmt: skip
        print(
            f"   {size:>7,} rows: "
            + ", ".join(f"{name} {measured[name]} {LIMITS[name][1]}" for name in LIMITS)
        )
    return figures


def _measure(size: int) -> dict[str, float]:
    from tongxin.config import database, embedded, serve

    with embedded.start(database.data_dir()):
        database.ensure_roles(database.owner_params())
        serve.setup_django()
        from django.core.management import call_command

        call_command("migrate", database="owner", verbosity=0)
        return _import(size)


def _import(size: int) -> dict[str, float]:
    from tongxin.access.actors import SYSTEM
    from tongxin.core import scope
    from tongxin.exchange.services import uploads
    from tongxin.places.enums import AreaLevel, CodeSource
    from tongxin.places.models import Area

    at = datetime.now(UTC)
    content = MESSY.read_bytes() if size == SIZES[0] else _register(size)
    with scope.everywhere():
        area = Area.objects.create(
            key="430802L01001",
            path="/43/08/02/L01/001/",
            name="双溪社区",
            level=AreaLevel.COMMUNITY,
            code_source=CodeSource.LOCAL,
        )
        began = time.perf_counter()
        upload = uploads.take_in(
            file_name="register",
            content=content,
            area_path=area.path,
            by=SYSTEM,
            at=at,
            list_day=date(2022, 3, 20),
        )
        read = time.perf_counter()
        uploads.store(upload_id=upload.pk, by=SYSTEM, at=at)
    stored = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"preview": round(read - began, 1), "store": round(stored - read, 1), "memory": round(peak)}


def _register(size: int) -> bytes:
    rng = random.Random(size)
    lines = ["姓名,身份证号,联系电话,楼栋,单元,房号,与户主关系,备注"]
    for number in range(size):
        door = number // 3
        born = date(1930, 1, 1) + timedelta(days=rng.randrange(33_000))
        digits = f"9900{rng.randrange(100):02d}{born:%Y%m%d}{number % 1000:03d}"
        check = "10X98765432"[sum(int(d) * w for d, w in zip(digits, WEIGHTS, strict=True)) % 11]
        name = rng.choice(SURNAMES) + rng.choice(GIVEN) + rng.choice(GIVEN)
        building, floor, room = door // 120 + 1, door % 30 + 1, door // 30 % 4 + 1
        lines.append(f"{name},{digits}{check},139{number:08d},{building},1,{floor}{room:02d},户主,")
    return "\n".join(lines).encode("utf-8-sig")


if __name__ == "__main__":
    print(json.dumps(_measure(int(sys.argv[1]))))
