"""A backup is whole or it is none; what comes back is the register, its keys and its chain."""

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.config import debian
from tongxin.config.backups import vault

ROOT = Path(__file__).resolve().parents[2]
PASSPHRASE = "fünf Wörter, die nichts verbindet"
MAKE = """
from tests import cast
from tongxin.access.services import journal
from tongxin.core import scope
with scope.everywhere():
    town = cast.town()
    journal.record("people.person.corrected", by=town.actor("qin"), area_path=cast.SHUANGXI, on=town.chen_wei, facts={"name": "陈伟"})
journal.seal_all()
with scope.everywhere():
    journal.record("people.person.corrected", by=town.actor("qin"), area_path=cast.SHUANGXI, on=town.chen_fang)
"""
TELL = """
import json
from django.contrib.sessions.models import Session
from tests.cast import NOON, SHUANGXI
from tongxin.access.actors import SYSTEM
from tongxin.access.models import Account, Entry, Seal
from tongxin.access.queries import actor_of
from tongxin.access.services import journal
from tongxin.core import clock, scope
from tongxin.people.models import Person
from tongxin.people.services.reveal import reveal_document
def revealed():
    with scope.everywhere():
        clerk = actor_of(Account.objects.get(username="qin"), NOON)
        people = Person.objects.order_by("name")
        return {p.name: reveal_document(person_id=p.pk, by=clerk, why="checking", at=NOON) for p in people}
with scope.everywhere():
    before = list(Entry.objects.order_by("sequence").values_list("act", flat=True))
told = {"before": before, "numbers": revealed(), "broken": journal.broken_links()}
journal.seal_all()
with scope.everywhere():
    journal.record("people.person.corrected", by=SYSTEM, area_path=SHUANGXI)
journal.seal_all()
told["broken later"] = journal.broken_links()
with scope.everywhere():
    sealed = sum(Seal.objects.values_list("count", flat=True))
    told["unsealed"] = Entry.objects.count() - sealed
    told["people"] = sorted(Person.objects.values_list("name", flat=True))
print(json.dumps(told))
"""


def tongxin(home: Path, *words: str, typed: str = "", url: str = "") -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("TONGXIN_")}
    more = {"TONGXIN_HOME": str(home), "LANGUAGE": "en", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "tongxin.config.cli", *words],
        env=clean | more | ({"TONGXIN_DATABASE_URL": url} if url else {}),
        input=typed, capture_output=True, text=True, check=False,
    )  # fmt: skip


def shell(home: Path, code: str, url: str = "") -> str:
    done = tongxin(home, "manage", "shell", "-v", "0", "-c", code, url=url)
    assert done.returncode == 0, done.stderr
    return done.stdout


def told(home: Path, url: str = "") -> dict[str, object]:
    return dict(json.loads(shell(home, TELL, url).splitlines()[-1]))


def restore(
    home: Path, file: Path, *words: str, url: str = "", typed: str = PASSPHRASE
) -> subprocess.CompletedProcess[str]:
    return tongxin(home, "restore", str(file), *words, typed=typed + "\n", url=url)


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a small register with sealed numbers, a chain and an uploaded file."""
    home = tmp_path_factory.mktemp("register") / "home"
    assert tongxin(home, "manage", "migrate", "--database", "owner", "-v", "0").returncode == 0
    shell(home, MAKE)
    (home / "uploads" / "2022").mkdir(parents=True)
    (home / "uploads" / "2022" / "底册.xlsx").write_bytes(os.urandom(3_000_000))
    return home


@pytest.fixture(scope="module")
def file(register: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("backup") / "town.backup"
    done = tongxin(register, "backup", str(path), typed=PASSPHRASE + "\n")
    assert done.returncode == 0, done.stderr
    assert "read back and found whole" in done.stderr
    return path


def test_nobody_reads_it_without_the_passphrase(register: Path, file: Path) -> None:
    keys = file.with_name("town.backup.keys")
    secret = json.loads((register / "secrets.json").read_text())["index_key"]

    for path in (file, keys):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        content = path.read_bytes()
        for word in ("陈伟", "access_account", secret, PASSPHRASE):
            assert word.encode() not in content
    assert sorted(path.name for path in file.parent.iterdir()) == ["town.backup", "town.backup.keys"]
    assert b"".join(vault.read(keys, PASSPHRASE)).count(secret.encode()) == 1


@pytest.fixture(scope="module")
def restored(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty machine that got the whole register."""
    home = tmp_path_factory.mktemp("restored") / "home"
    done = restore(home, file)
    assert done.returncode == 0, done.stderr
    assert "the journal's chain holds" in done.stderr
    return home


def test_an_empty_machine_gets_the_whole_register(register: Path, restored: Path) -> None:
    there = told(restored)

    assert there["people"] == ["张伟", "陈伟", "陈芳"]
    assert there["numbers"] == {
        "张伟": "99000119510615009X", "陈伟": "990001198808080026", "陈芳": "990001194901010016",
    }  # fmt: skip
    assert (there["broken"], there["broken later"], there["unsealed"]) == ([], [], 0)
    uploaded = "uploads/2022/底册.xlsx"
    assert (restored / uploaded).read_bytes() == (register / uploaded).read_bytes()


def test_what_was_laid_off_for_loading_stands_again(restored: Path) -> None:
    answer = shell(
        restored,
        "from django.db import connections\n"
        "with connections['owner'].cursor() as c:\n"
        "    c.execute(\"SELECT count(*) FROM pg_trigger WHERE tgenabled = 'D'\")\n"
        "    print(c.fetchone()[0])\n"
        '    c.execute("SELECT count(*) FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity")\n'
        "    print(c.fetchone()[0])\n",
    )

    assert answer.split()[-2:] == ["0", "0"]


def test_a_second_generation_holds_too(restored: Path, tmp_path: Path) -> None:
    told(restored)  # new entries and links above those below zero
    assert (
        tongxin(restored, "backup", str(tmp_path / "again.backup"), typed=PASSPHRASE + "\n").returncode == 0
    )

    done = restore(restored, tmp_path / "again.backup", "--replace")

    assert done.returncode == 0, done.stderr
    there = told(restored)
    assert (there["broken"], there["broken later"], there["unsealed"]) == ([], [], 0)


@debian.needed
def test_a_server_of_ones_own_gets_it_too(file: Path, tmp_path: Path) -> None:
    with debian.server(tmp_path / "server") as url:
        done = restore(tmp_path / "home", file, url=url)
        assert done.returncode == 0, done.stderr
        there = told(tmp_path / "home", url)
        again = tongxin(
            tmp_path / "home", "backup", str(tmp_path / "b.backup"), typed=PASSPHRASE + "\n", url=url
        )

    assert there["people"] == ["张伟", "陈伟", "陈芳"]
    assert (there["broken"], there["broken later"]) == ([], [])
    assert again.returncode == 0, again.stderr  # by an owner whom the policies bind


def test_a_register_is_not_overwritten_unless_told(register: Path, file: Path) -> None:
    shell(
        register,
        "from tests import factories\nfrom tongxin.core import scope\nwith scope.everywhere(): factories.account('later', 'later')",
    )

    refused = restore(register, file)
    assert refused.returncode == 2
    assert "--replace" in refused.stderr
    assert "later" in accounts(register)

    done = restore(register, file, "--replace")
    assert done.returncode == 0, done.stderr
    assert "later" not in accounts(register)


def accounts(home: Path) -> list[str]:
    code = "from tongxin.access.models import Account\nprint(*Account.objects.values_list('username', flat=True))"
    return shell(home, code).split()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def cut_at_a_frame(path: Path) -> None:
    """Exactly between two frames: each one that is left is perfect."""
    content = path.read_bytes()
    position = len(vault.MAGIC)
    position += 4 + int.from_bytes(content[position : position + 4], "big")
    for _frame in range(2):
        position += 4 + int.from_bytes(content[position : position + 4], "big")
    path.write_bytes(content[:position])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) * 2 // 3] ^= 1
    path.write_bytes(content)


def append(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"more")


def another(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04" + bytes(5000))


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (cut, "cut_off"),
        (cut_at_a_frame, "cut_off"),
        (flip, "damaged"),
        (append, "damaged"),
        (another, "not_a_vault"),
        (empty, "not_a_vault"),
    ],
)
def test_each_way_of_spoiling_a_file_is_told_apart(file: Path, tmp_path: Path, spoil, code: str) -> None:  # type: ignore[no-untyped-def]
    copy = tmp_path / "copy.backup"
    shutil.copy(file, copy)
    spoil(copy)

    with pytest.raises(vault.VaultProblem) as problem:
        list(vault.read(copy, PASSPHRASE))

    assert problem.value.code == code


def test_a_spoiled_file_changes_nothing(file: Path, register: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.backup"
    shutil.copy(file, copy)
    shutil.copy(file.with_name("town.backup.keys"), tmp_path / "copy.backup.keys")
    flip(copy)
    keys, before = (register / "secrets.json").read_bytes(), accounts(register)

    done = restore(register, copy, "--replace")

    assert done.returncode == 2
    complaint = [line for line in done.stderr.splitlines() if line.startswith("tongxin: ")]
    assert len(complaint) == 1
    assert "damaged" in complaint[0]
    assert accounts(register) == before
    assert (register / "secrets.json").read_bytes() == keys


def test_a_wrong_passphrase_is_told_from_a_damaged_file(file: Path, tmp_path: Path) -> None:
    done = restore(tmp_path / "home", file, typed="another one altogether")

    assert done.returncode == 2
    assert "passphrase does not open" in done.stderr


def test_missing_and_foreign_keys_are_told(file: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone.backup"
    shutil.copy(file, alone)
    foreign = tmp_path / "foreign.keys"
    with vault.Writer(foreign, PASSPHRASE, {"kind": "keys", "keys": "0" * 16}) as writer:
        writer.write(b"{}")
        writer.finish()
        writer.keep()

    missing = restore(tmp_path / "home", alone)
    wrong = restore(tmp_path / "home", alone, "--keys", str(foreign))
    swapped = restore(tmp_path / "home", file.with_name("town.backup.keys"))

    assert [done.returncode for done in (missing, wrong, swapped)] == [2, 2, 2]
    assert "keys are missing" in missing.stderr
    assert "another register" in wrong.stderr
    assert "holds keys" in swapped.stderr


def test_a_newer_and_an_older_register_are_told(register: Path, tmp_path: Path) -> None:
    made = tmp_path / "made"
    assert tongxin(made, "manage", "migrate", "--database", "owner", "-v", "0").returncode == 0
    assert tongxin(made, "manage", "migrate", "mfa", "0002", "--database", "owner", "-v", "0").returncode == 0
    older, newer = tmp_path / "older.backup", tmp_path / "newer.backup"
    assert tongxin(made, "backup", str(older), typed=PASSPHRASE + "\n").returncode == 0
    shell(
        made,
        "from django.db import connections\n"
        "with connections['owner'].cursor() as c:\n"
        "    c.execute(\"INSERT INTO django_migrations (app, name, applied) VALUES ('people', '9999_later', now())\")",
    )
    assert tongxin(made, "backup", str(newer), typed=PASSPHRASE + "\n").returncode == 0

    refused = restore(tmp_path / "a", newer, "--upgrade")
    asked = restore(tmp_path / "a", older)
    done = restore(tmp_path / "b", older, "--upgrade")

    assert (refused.returncode, "newer Tongxin" in refused.stderr) == (2, True)
    assert (asked.returncode, "--upgrade" in asked.stderr) == (2, True)
    assert done.returncode == 0, done.stderr
    waiting = tongxin(tmp_path / "b", "manage", "migrate", "--check", "--database", "owner")
    assert waiting.returncode == 0


@pytest.mark.parametrize(("typed", "says"), [("short\n", "at least 12"), ("", "at least 12")])
def test_a_weak_passphrase_makes_no_backup(register: Path, tmp_path: Path, typed: str, says: str) -> None:
    done = tongxin(register, "backup", str(tmp_path / "b"), typed=typed)

    assert done.returncode == 2
    assert says in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_backup_is_not_written_over_another_unless_told(register: Path, file: Path) -> None:
    before = file.read_bytes()

    refused = tongxin(register, "backup", str(file), typed=PASSPHRASE + "\n")

    assert refused.returncode == 2
    assert "--overwrite" in refused.stderr
    assert file.read_bytes() == before


def test_frames_cannot_be_exchanged(tmp_path: Path) -> None:
    path = tmp_path / "v"
    with vault.Writer(path, PASSPHRASE, {}) as writer:
        writer.write(os.urandom(3 * vault.FRAME))
        writer.finish()
        writer.keep()
    content = path.read_bytes()
    start = len(vault.MAGIC)
    start += 4 + int.from_bytes(content[start : start + 4], "big")
    start += 4 + int.from_bytes(content[start : start + 4], "big")  # the frame with the known word
    size = 4 + vault.FRAME + 16
    one, two = content[start : start + size], content[start + size : start + 2 * size]
    path.write_bytes(content[:start] + two + one + content[start + 2 * size :])

    with pytest.raises(vault.VaultProblem, match="damaged"):
        list(vault.read(path, PASSPHRASE))


def test_an_error_while_writing_leaves_no_half_file(tmp_path: Path) -> None:
    def cut_short() -> None:
        with vault.Writer(tmp_path / "v", PASSPHRASE, {}) as writer:
            writer.write(b"x" * 5_000_000)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cut_short()

    assert list(tmp_path.iterdir()) == []
