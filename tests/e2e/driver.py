"""People at desks and at lanes, each with a browser window of their own, in front of one real server."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.e2e.words import zh
from tongxin.access.services.demo import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
SAVED = ROOT / "shots" / "failed"
DESK = {"width": 1366, "height": 900}
PIN = "803156"
PHONE = {"width": 390, "height": 844}
MEND = "the browser tests need Chromium: run `make e2e`, or set TONGXIN_CHROMIUM to a Chromium or Chrome"


expect.set_options(timeout=45_000)  # a machine with other work to do


def chromium() -> str:
    """Where the browser is. Without one these tests fail: skipped tests show nothing."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = os.environ.get("TONGXIN_CHROMIUM") or next(filter(None, map(shutil.which, names)), "")
    if not found or not Path(found).exists():
        raise AssertionError(MEND)
    return found


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(
        executable_path=chromium(),
        args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--force-color-profile=srgb"],
    )


@dataclass
class Server(AbstractContextManager["Server"]):
    """tests/e2e/server.py in a process of its own; it ends when its input is closed."""

    words: tuple[str, ...] = ()
    address: str = ""
    process: subprocess.Popen[str] | None = None

    def __enter__(self) -> "Server":
        environment = {key: value for key, value in os.environ.items() if not key.startswith("TONGXIN_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.server", *self.words],
            cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.address = self._answer()["address"]
        return self

    def obey(self, word: str) -> None:
        assert self.process is not None
        assert self.process.stdin is not None
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        assert self._answer() == {"done": word}

    def _answer(self) -> dict[str, Any]:
        assert self.process is not None
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("{"):
                answer: dict[str, Any] = json.loads(line)
                return answer
        raise AssertionError(f"the server ended with code {self.process.wait()}; its words stand above")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.process is not None
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


class Window:
    """One window: its page, and what the browser complained about."""

    def __init__(self, browser: Browser, server: Server, name: str, **settings: Any) -> None:
        self.name = name
        self.server = server
        settings = {"viewport": DESK, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"} | settings
        self.context: BrowserContext = browser.new_context(base_url=server.address, **settings)
        self.context.set_default_timeout(60_000)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._note)

    def _note(self, message: Any) -> None:
        # What the network or a refusal brings about is part of the tests; a broken script or a policy is not.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def go(self, address: str) -> None:
        self.page.goto(address)

    def button(self, text: str) -> Any:
        return self.page.get_by_role("button", name=text, exact=True)

    def link(self, text: str, *, exact: bool = True) -> Any:
        return self.page.get_by_role("link", name=text, exact=exact)

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def close(self, *, failed: bool) -> None:
        if failed and not self.page.is_closed():
            SAVED.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=SAVED / f"{self.name}.png", full_page=True)
            (SAVED / f"{self.name}.txt").write_text("\n".join([self.page.url, *self.complaints]), "utf-8")
        self.context.close()


class Desk(Window):
    """Somebody logged in at the office."""

    def __init__(self, browser: Browser, server: Server, username: str, **settings: Any) -> None:
        super().__init__(browser, server, username, **settings)
        self.go("/accounts/login/")
        self.page.get_by_label(zh("User name")).fill(username)
        self.page.get_by_label(zh("Password")).fill(PASSWORD)
        self.button(zh("Log in")).click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(zh("My work today"))

    def heading(self) -> Any:
        return self.page.get_by_role("heading", level=1)

    def open(self, noun: str) -> None:
        """A work area, by its noun at the left."""
        self.page.locator(".tx-nav, nav").get_by_role("link", name=noun).first.click()

    def fill(self, label: str, value: str) -> None:
        self.page.get_by_label(label).fill(value)

    def enrolment_link(self, board: str, point: str) -> str:
        """A code for a phone of this point, as the board offers it."""
        self.go(board)
        self.link(zh("Enrol a phone for %(point)s", point=point)).click()
        self.button(zh("Make the code")).click()
        link: str = self.page.locator("code").inner_text()
        return link

    def confirm(self) -> None:
        """Say yes to the one question."""
        self.page.locator("dialog[open] [data-confirm-yes]").click()


class Phone(Window):
    """A registrar's phone at a lane."""

    def __init__(self, browser: Browser, server: Server, name: str = "phone", **settings: Any) -> None:
        settings = {"viewport": PHONE, "has_touch": True, "is_mobile": True} | settings
        super().__init__(browser, server, name, **settings)

    def enrol(self, link: str, name: str) -> None:
        self.go(link)
        self.page.get_by_label("设备名或使用人").fill(name)
        self.button("登记").click()
        self.type_pin("设一个六位口令")
        self.type_pin("再输一次口令")
        self.page.get_by_role("heading", name="选通道").wait_for()
        self.page.evaluate("navigator.serviceWorker.ready.then((it) => it.active !== null)")

    def type_pin(self, label: str = "输入口令", pin: str = PIN) -> None:
        self.page.get_by_label(label, exact=True).fill(pin)

    def restart(self) -> None:
        """The app is started again: it asks for its PIN before it shows anything but what is unsent."""
        self.page.reload()
        self.type_pin()

    def choose_lane(self, number: int) -> None:
        self.page.get_by_role("button", name=f"{number} 通道").click()
        self.page.get_by_role("searchbox").wait_for()

    def open_tube(self, code: str) -> None:
        self.page.get_by_role("searchbox").fill(code)
        self.page.get_by_role("searchbox").press("Enter")
        self.sees("已开管")

    def swab(self, name: str) -> None:
        self.page.get_by_role("searchbox").fill(name)
        self.page.locator(".results button").filter(has_text=" ".join(_parts(name))).first.click()
        self.page.wait_for_timeout(400)  # the screen takes no second tap for 350 ms
        self.page.get_by_role("button", name="确认").click()
        self.sees(f"已采：{name}")

    def close_tube(self, held: int, reason: str = "") -> None:
        spoken = self.page.get_by_role("group", name="请采样员报拭子数").get_by_role(
            "button", name=str(held), exact=True
        )
        if not spoken.is_visible():
            self.page.wait_for_timeout(400)
            self.button("封管").click()
        spoken.click()
        if reason:
            self.button(reason).click()
        self.page.get_by_role("button", name=f"共 {held} 人").click()
        self.sees("已封管")

    def all_sent(self) -> None:
        expect(self.page.get_by_text("已全部上传").first).to_be_visible(timeout=60_000)


def _parts(name: str) -> list[str]:
    return list(name) if len(name) == 2 else [name]
