"""Keys are made once, whole, and for nobody else's eyes."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tongxin.config import home


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TONGXIN_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_secrets_have_every_key_in_its_length(folder: Path) -> None:
    found = home.secrets()

    current = found["field_keys"]["current"]
    assert len(base64.b64decode(found["field_keys"]["keys"][current])) == 32
    assert len(base64.b64decode(found["index_key"])) == 32
    assert len(base64.b64decode(found["signing_key"])) == 32
    assert min(len(found[name]) for name in ("django_key", "app_password", "owner_password")) >= 32


def test_only_the_owner_can_read_the_secrets(folder: Path) -> None:
    old = os.umask(0)
    try:
        home.secrets()
    finally:
        os.umask(old)

    assert oct((folder / "secrets.json").stat().st_mode & 0o777) == "0o600"
    assert oct(folder.stat().st_mode & 0o777) == "0o700"


def test_many_first_starts_at_once_agree_on_the_secrets(folder: Path) -> None:
    code = "from tongxin.config import home; print(home.secrets()['index_key'])"
    processes = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(8)
    ]

    said = {process.communicate()[0].strip() for process in processes}

    assert said == {json.loads((folder / "secrets.json").read_text())["index_key"]}


def test_later_release_adds_a_key_and_keeps_the_others(folder: Path) -> None:
    folder.mkdir()
    (folder / "secrets.json").write_text(json.dumps({"index_key": "kept"}))

    found = home.secrets()

    assert found["index_key"] == "kept"
    assert json.loads((folder / "secrets.json").read_text()) == found
    assert "signing_key" in found


def test_lost_secrets_of_a_database_are_not_made_anew(folder: Path) -> None:
    (folder / "pg").mkdir(parents=True)
    (folder / "pg" / "PG_VERSION").write_text("18\n")

    with pytest.raises(home.SecretsMissing, match="backup"):
        home.secrets()

    assert not (folder / "secrets.json").exists()


def test_half_written_secrets_stop_the_start(folder: Path) -> None:
    folder.mkdir()
    (folder / "secrets.json").write_text('{"index_key": "cut o')

    with pytest.raises(home.SecretsMissing, match="cannot be read"):
        home.secrets()
