"""Where this installation keeps its files, and its secrets (standard library only)."""

import base64
import fcntl
import json
import os
import secrets as randomness
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parents[1]
PROJECT = SOURCE.parents[1]


class SecretsMissing(Exception):
    """The keys are gone but the data they lock is still there."""


def home() -> Path:
    """The folder of everything that is made at run time: TONGXIN_HOME, else `var/` of the checkout."""
    if chosen := os.environ.get("TONGXIN_HOME"):
        return Path(chosen).expanduser().absolute()
    if (PROJECT / "pyproject.toml").exists():
        return PROJECT / "var"
    return Path.home() / ".local" / "share" / "tongxin"


def make_home() -> Path:
    """Make the folder, closed to other users of the machine."""
    folder = home()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def secrets() -> dict[str, Any]:
    """The keys of this installation, made once on first use and never printed."""
    return _secrets_of(home())


@lru_cache(maxsize=8)
def _secrets_of(folder: Path) -> dict[str, Any]:
    path = folder / "secrets.json"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(folder / "secrets.lock"):
        known = _read(path)
        if not known and (folder / "pg" / "PG_VERSION").exists():
            raise SecretsMissing(
                f"{path} is missing, but the database beside it is not. Put the file back from your backup:"
                " without it names and numbers in the database cannot be read."
            )
        # A later release may need one more key: the others stay as they are.
        wanted = _fresh() | known
        if wanted != known:
            _write_whole(path, json.dumps(wanted, indent=1))
    return wanted


def replace_secrets(wanted: dict[str, Any]) -> None:
    """Other keys in place of the present ones (restoring a backup, rotating a key)."""
    folder = home()
    with locked(folder / "secrets.lock"):
        _write_whole(folder / "secrets.json", json.dumps(wanted, indent=1))
    _secrets_of.cache_clear()


def field_keys() -> dict[str, Any]:
    """The keys that seal fields, as the file has them now."""
    path = home() / "secrets.json"
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        return dict(secrets()["field_keys"])
    return _field_keys_of(path, changed)


@lru_cache(maxsize=4)
def _field_keys_of(path: Path, _changed: int) -> dict[str, Any]:
    return dict(_read(path)["field_keys"])


def add_field_key() -> str:
    """Make a new key that seals from now on; the older ones stay, to be read with. Returns its id."""

    def change(held: dict[str, Any]) -> None:
        numbers = [int(name[1:]) for name in held["keys"] if name[1:].isdigit()]
        held["current"] = f"k{max(numbers, default=0) + 1}"
        held["keys"][held["current"]] = _bytes32()

    return str(_change_field_keys(change)["current"])


def forget_old_field_keys() -> list[str]:
    """Drop every key but the present one. Returns their ids."""
    before = sorted(field_keys()["keys"])

    def change(held: dict[str, Any]) -> None:
        held["keys"] = {held["current"]: held["keys"][held["current"]]}

    kept = _change_field_keys(change)["keys"]
    return [name for name in before if name not in kept]


def _change_field_keys(change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    path = home() / "secrets.json"
    with locked(path.with_name("secrets.lock")):
        whole = _read(path)
        change(whole["field_keys"])
        _write_whole(path, json.dumps(whole, indent=1))
    _secrets_of.cache_clear()
    return dict(whole["field_keys"])


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        return {}
    except ValueError as problem:
        raise SecretsMissing(f"{path} cannot be read ({problem}). Put it back from your backup.") from problem


def _fresh() -> dict[str, Any]:
    return {
        "django_key": randomness.token_urlsafe(48),
        "field_keys": {"current": "k1", "keys": {"k1": _bytes32()}},
        "index_key": _bytes32(),
        "signing_key": _bytes32(),
        "app_password": randomness.token_urlsafe(24),
        "owner_password": randomness.token_urlsafe(24),
    }


def _bytes32() -> str:
    return base64.b64encode(randomness.token_bytes(32)).decode("ascii")


def _write_whole(path: Path, text: str) -> None:
    """Readers see the old file or the new one, never half of it; nobody else can read either."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as f:
        f.write(text)
        f.flush()
        os.fsync(f.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time; the lock falls by itself when its holder dies."""
    with path.open("a") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        yield
