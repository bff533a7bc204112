"""The first day of a register: set up once, by somebody who started the server, and never with a weak door."""

import os
import pty
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import Client

from tests import factories
from tongxin.access.models import Account, Entry, Grant, Installation
from tongxin.access.services.accounts import mark_installation
from tongxin.access.services.demo import make_demo_accounts
from tongxin.config import first_page, founding
from tongxin.config.founding import FirstAccount
from tongxin.core import scope
from tongxin.core.refusals import Refusal
from tongxin.places.enums import AreaLevel, CodeSource
from tongxin.places.models import Area

NOW = datetime(2022, 3, 1, tzinfo=UTC)
PASSWORD = "einundzwanzig Birnen"


@pytest.fixture
def county(db_everywhere: None) -> Area:
    """A county of the national list with one street."""
    above = None
    for key, path, name, level in (
        ("43", "/43/", "湖南省", AreaLevel.PROVINCE),
        ("4308", "/43/08/", "张家界市", AreaLevel.CITY),
        ("430802", "/43/08/02/", "永定区", AreaLevel.COUNTY),
        ("430802001", "/43/08/02/001/", "永定街道", AreaLevel.STREET),
    ):
        above = Area.objects.create(
            key=key, path=path, name=name, level=level, parent=above, code_source=CodeSource.NATIONAL
        )
    return Area.objects.get(key="430802")


def operator(password: str = PASSWORD, username: str = "wei") -> FirstAccount:
    return FirstAccount(username, "韦运维", founding.OPERATOR, password)


def test_a_founded_register_has_its_operator_and_is_no_demo(county: Area) -> None:
    founding.found(area_path=county.path, accounts=[operator()], at=NOW)

    account = Account.objects.get()
    assert account.check_password(PASSWORD)
    assert not account.is_demo
    assert [(grant.role, grant.area_path) for grant in Grant.objects.all()] == [("operator", county.path)]
    assert Installation.objects.get().is_demo is False
    assert Entry.objects.filter(act="access.register.founded", area_path=county.path).count() == 1


def test_a_register_is_founded_once(county: Area) -> None:
    founding.found(area_path=county.path, accounts=[operator()], at=NOW)

    with pytest.raises(Refusal, match="register_founded"):
        founding.found(area_path=county.path, accounts=[operator(username="mallory")], at=NOW)

    assert [account.username for account in Account.objects.all()] == ["wei"]


def test_a_demo_register_is_not_founded(county: Area) -> None:
    mark_installation(is_demo=True, area_path=county.path)

    with pytest.raises(Refusal, match="register_is_demo"):
        founding.found(area_path=county.path, accounts=[operator()], at=NOW)

    assert not Account.objects.exists()


def test_a_founded_register_takes_no_demo_accounts(county: Area) -> None:
    founding.found(area_path=county.path, accounts=[operator()], at=NOW)

    with pytest.raises(Refusal, match="register_not_demo"):
        make_demo_accounts(area_path=county.path, county_path=county.path, grid_path=county.path, at=NOW)


@pytest.mark.parametrize("password", ["", "kurz", "password123", "123456789012", "韦运维韦运维韦运维"[:9]])
def test_a_weak_password_founds_nothing(county: Area, password: str) -> None:
    with pytest.raises(ValidationError):
        founding.found(area_path=county.path, accounts=[operator(password)], at=NOW)

    assert not Account.objects.exists()
    assert not Installation.objects.exists()


def test_a_head_alone_founds_nothing(county: Area) -> None:
    head = FirstAccount("tang", "唐书记", "community_head", PASSWORD)

    with pytest.raises(Refusal, match="operator_needed"):
        founding.found(area_path=county.path, accounts=[head], at=NOW)


def test_a_local_code_makes_its_street_and_community(county: Area) -> None:  # ID-03
    area = founding.area_for("430802L01001", ["阳湖坪街道", "双溪社区"], NOW)

    assert (area.path, area.name, area.level) == ("/43/08/02/L01/001/", "双溪社区", AreaLevel.COMMUNITY)
    assert area.parent is not None
    assert (area.parent.key, area.parent.name, area.parent.level) == (
        "430802L01",
        "阳湖坪街道",
        AreaLevel.STREET,
    )
    assert founding.area_for("430802l01001", [], NOW) == area


def test_a_local_code_without_names_says_how_many_are_missing(county: Area) -> None:
    with pytest.raises(Refusal, match="area_needs_name") as refused:
        founding.area_for("430802L01001", ["双溪社区"], NOW)

    assert refused.value.facts == {"key": "430802L01001", "above": "永定区", "count": 2}


@pytest.mark.parametrize("text", ["999999", "430802001009", "nowhere", "43080"])
def test_an_area_that_nobody_knows_is_refused(county: Area, text: str) -> None:
    with pytest.raises(Refusal, match="area_unknown"):
        founding.area_for(text, ["x", "y"], NOW)

    assert Area.objects.count() == 4


# ---- the page


@pytest.fixture
def code(monkeypatch: pytest.MonkeyPatch) -> str:
    """A console has printed this code; the office knows its digest."""
    made = first_page.new_code()
    monkeypatch.setenv(first_page.DIGEST, first_page.digest_of(made))
    position = settings.MIDDLEWARE.index("allauth.account.middleware.AccountMiddleware")
    middleware = [*settings.MIDDLEWARE]
    middleware.insert(position, "tongxin.config.first_page.FirstRunMiddleware")
    monkeypatch.setattr(settings, "MIDDLEWARE", middleware)
    return made


def answers(**changes: str) -> dict[str, str]:
    return {
        "operator_username": "wei",
        "operator_name": "韦运维",
        "operator_password": PASSWORD,
        "operator_again": PASSWORD,
    } | changes


def test_every_page_leads_to_the_first_one_until_somebody_can_log_in(county: Area, code: str) -> None:
    client = Client()
    for address in ("/", "/people/", "/accounts/login/", "/access/accounts/"):
        answer = client.get(address)
        assert (answer.status_code, answer["Location"]) == (302, "/first-run/")
    assert client.get("/healthz").status_code in (200, 503)

    founding.found(area_path=county.path, accounts=[operator()], at=NOW)

    assert Client().get("/accounts/login/").status_code == 200
    assert Client().get("/first-run/")["Location"] == "/accounts/login/"


def test_without_the_code_no_question_is_answered(county: Area, code: str) -> None:
    client = Client()

    guessed = client.post("/first-run/", {"code": "AAAA-AAAA-AAAA"})
    skipped = client.post(f"/first-run/?area={county.path}", answers())

    assert guessed.status_code == 422
    assert skipped.status_code == 422
    assert not Account.objects.exists()


def test_ten_wrong_codes_close_the_door_for_a_while(county: Area, code: str) -> None:
    client = Client()
    for _try in range(first_page.TRIES):
        client.post("/first-run/", {"code": "AAAA-AAAA-AAAA"})

    right = client.post("/first-run/", {"code": code})

    assert right.status_code == 422
    assert first_page.OPENED not in client.session


def test_the_page_asks_and_sets_up(county: Area, code: str) -> None:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    assert client.post("/first-run/", {"code": code.lower().replace("-", " ")}).status_code == 302
    assert "永定区" in client.get("/first-run/", {"q": "永定"}).content.decode()
    done = client.post(f"/first-run/?area={county.path}", answers(head_role="commander", head_username="peng", head_name="彭指挥", head_password=PASSWORD + "2", head_again=PASSWORD + "2"))  # fmt: skip

    assert (done.status_code, done["Location"]) == (302, "/accounts/login/")
    with scope.everywhere():
        given = {(grant.account.username, grant.role) for grant in Grant.objects.select_related("account")}
    assert given == {
        ("wei", "operator"), ("peng", "commander"),
    }  # fmt: skip
    assert client.login(username="wei", password=PASSWORD)


def test_the_page_makes_a_community_that_the_list_lacks(county: Area, code: str) -> None:
    client = Client()
    client.post("/first-run/", {"code": code})

    client.post("/first-run/?area=/43/08/02/001/", answers(local_name="双溪社区", local_code="l01"))

    assert Installation.objects.get().area_path == "/43/08/02/001/L01/"
    assert Area.objects.get(path="/43/08/02/001/L01/").name == "双溪社区"


@pytest.mark.parametrize(
    "wrong",
    [
        {"operator_again": "something else"},
        {"operator_password": "kurz", "operator_again": "kurz"},
        {"operator_username": ""},
        {"head_role": "commander"},
        {"head_role": "commander", "head_username": "wei", "head_name": "x", "head_password": PASSWORD, "head_again": PASSWORD},
        {"local_name": "双溪社区", "local_code": "L01"},
    ],
)  # fmt: skip
def test_a_wrong_answer_comes_back_and_makes_nothing(county: Area, code: str, wrong: dict[str, str]) -> None:
    client = Client()
    client.post("/first-run/", {"code": code})

    answer = client.post(f"/first-run/?area={county.path}", answers(**wrong))

    assert answer.status_code == 422
    assert PASSWORD not in answer.content.decode()
    assert not Account.objects.exists()


def test_an_ordinary_register_has_no_first_page(db_everywhere: None) -> None:
    factories.account("wei", "韦运维", ("operator", "/"))

    assert Client().get("/first-run/")["Location"] == "/accounts/login/"


# ---- the console


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(home: Path) -> dict[str, str]:
    return os.environ | {"TONGXIN_HOME": str(home), "LANGUAGE": "en", "TERM": "dumb"}


def serve(port: int, *words: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "tongxin.config.cli",
        "serve",
        "--workers",
        "1",
        "--port",
        str(port),
        *words,
    ]


class Terminal:
    """`tongxin serve` on a terminal of its own, and somebody who types."""

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        self.master, slave = pty.openpty()
        self.shown = ""
        self.process = subprocess.Popen(
            command, env=env, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )
        os.close(slave)

    def expect(self, words: str, seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while words not in self.shown:
            assert time.monotonic() < deadline, self.shown
            try:
                self.shown += os.read(self.master, 4096).decode("utf-8", "replace")
            except OSError as ended:
                raise AssertionError(self.shown) from ended

    def answer(self, question: str, text: str) -> None:
        self.expect(question)
        self.shown = ""
        os.write(self.master, text.encode() + b"\n")

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(60)
        os.close(self.master)


@pytest.fixture
def terminal(tmp_path: Path, port: int) -> Iterator[Terminal]:
    terminal = Terminal(serve(port), environment(tmp_path / "home"))
    yield terminal
    terminal.close()


def test_the_console_asks_three_things_then_serves(terminal: Terminal, tmp_path: Path, port: int) -> None:
    terminal.answer("Which area is it for?", "永定区")
    terminal.answer("Number;", "+")
    terminal.answer("Below which number", "1")
    terminal.answer("local code", "L01")
    terminal.answer("Name", "阳湖坪街道")
    terminal.answer("User name", "wei")
    terminal.answer("Name of the person", "韦运维")
    terminal.answer("Password", "kurz")
    terminal.answer("The same again", "kurz")
    terminal.answer("User name", "wei")
    terminal.answer("Name of the person", "韦运维")
    terminal.answer("Password", PASSWORD)
    terminal.answer("The same again", PASSWORD)
    terminal.answer("Somebody who leads the work", "")
    terminal.expect(f"http://127.0.0.1:{port}")

    assert PASSWORD not in terminal.shown
    assert "tongxin-demo" not in terminal.shown


def test_words_and_a_password_on_standard_input_set_up_too(tmp_path: Path, port: int) -> None:
    words = serve(port, "--area", "430802L01001", "--area-names", "阳湖坪街道,双溪社区", "--account", "wei")
    process = subprocess.Popen(
        words, env=environment(tmp_path / "home"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(PASSWORD + "\n")
        process.stdin.close()
        told = ""
        for line in process.stdout:
            told += line
            if "http://" in line:
                break
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()

    assert "the register is set up for 双溪社区 430802L01001" in told
    assert "one-time" not in told
    assert not re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", told)
    assert PASSWORD not in told


@pytest.fixture(scope="module")
def unanswered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for all who are refused: nothing of theirs stays in it."""
    return tmp_path_factory.mktemp("unanswered") / "home"


@pytest.mark.parametrize(
    ("words", "typed", "told"),
    [
        (("--area", "430802", "--account", "wei"), "kurz\n", "too short"),
        (("--area", "430802", "--account", "wei"), "", "too short"),
        (("--area", "nowhere", "--account", "wei"), PASSWORD + "\n", "nowhere"),
        (("--area", "430802"), PASSWORD + "\n", "--account"),
        (("--host", "0.0.0.0"), "", "--lan"),
    ],
)
def test_what_is_not_safe_or_not_known_ends_in_one_line(
    unanswered: Path, port: int, words: tuple[str, ...], typed: str, told: str
) -> None:
    done = subprocess.run(
        serve(port, *words), env=environment(unanswered), input=typed, capture_output=True, text=True,
        check=False,
    )  # fmt: skip

    assert done.returncode == 2
    complaint = [line for line in done.stderr.splitlines() if line.startswith("tongxin: ")]
    assert len(complaint) == 1
    assert told in complaint[0]
    assert not (unanswered / "pg" / "postmaster.pid").exists()
