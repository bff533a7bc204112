"""`make shots`: every page in both languages, at a desk's and a phone's size, from a played round.

    python -m tests.e2e.shots [--server ADDRESS] [--only WORD]

Without an address it plays the story of Shuangxi on a throw-away server of its own. The pictures and an index
that shows them side by side go to shots/, which is not committed.
"""

import argparse
import html
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

from tests.e2e.driver import DESK, PHONE, ROOT, Server, launch

TARGET = ROOT / "shots"
SIZES = {"desk": DESK, "phone": PHONE}
LANGUAGES = {"zh": "zh-hans", "en": "en"}
PASSWORD = "tongxin-demo-2022"
ROUND = "/testing/rounds/"


@dataclass(frozen=True)
class Shot:
    """One page as one person sees it: an address, or links to follow from it by what they point to."""

    name: str
    who: str
    address: str
    follow: tuple[str, ...] = ()
    act: str = ""


SHOTS = (
    Shot("home-head", "tang", "/"),
    Shot("home-clerk", "qin", "/"),
    Shot("home-chief", "zhao", "/"),
    Shot("home-officer", "he", "/"),
    Shot("home-commander", "commander", "/"),
    Shot("home-outsider", "gao", "/"),
    Shot("register", "qin", "/people/"),
    Shot("register-empty", "gao", "/people/"),
    Shot("person", "qin", "/people/", ("tbody a[data-drawer]",)),
    Shot("person-drawer", "qin", "/people/", act="tbody a[data-drawer]"),
    Shot("calls", "qin", "/people/calls/"),
    Shot("uploads", "qin", "/exchange/registers/"),
    Shot("upload-new", "qin", "/exchange/registers/new"),
    Shot("upload", "qin", "/exchange/registers/", ("main a[href*='/registers/0']",)),
    Shot("upload-rejects", "qin", "/exchange/registers/", ("main a[href*='/registers/0']", "main a[href*='outcome=reject']")),
    Shot("rounds", "tang", ROUND),
    Shot("rounds-empty", "gao", ROUND),
    Shot("round-new", "tang", "/testing/rounds/new"),
    Shot("round", "tang", ROUND, ("tbody a[data-open]",)),
    Shot("round-step", "tang", ROUND, ("tbody a[data-open]",), "main a.btn-primary[data-drawer]"),
    Shot("round-people", "tang", ROUND, ("tbody a[data-open]", "a[href*='class=here']")),
    Shot("board", "zhao", ROUND, ("tbody a[data-open]", "main a[href*='/board/']")),
    Shot("deal", "zhao", ROUND, ("tbody a[data-open]", "main a[href*='/board/']", "main a[href*='/lanes/']")),
    Shot("tubes", "zhao", ROUND, ("tbody a[data-open]", "main a[href*='/tubes/']")),
    Shot("tube", "zhao", ROUND, ("tbody a[data-open]", "main a[href*='state=closed']", "tbody a[href*='/tubes/']")),
    Shot("not-yet", "lin", "/testing/not-yet/"),
    Shot("not-yet-person", "lin", "/testing/not-yet/", act="main a[href*='/reason']"),
    Shot("not-yet-sheet", "lin", "/testing/not-yet/", ("main a[href*='/sheet']",)),
    Shot("closing", "tang", ROUND, ("tbody a[data-open]", "main a[href$='/closing']")),
    Shot("codes", "qin", "/testing/codes/"),
    Shot("cards", "qin", "/testing/codes/cards"),
    Shot("results", "he", "/testing/results/"),
    Shot("results-all", "he", "/testing/results/", ("main a[href*='view=all']",)),
    Shot("lab-new", "lab", "/testing/results/", ("main a[href*='/laboratory/new']",)),
    Shot("lab-sheets", "lab", "/exchange/laboratory/"),
    Shot("pools", "he", "/testing/pools/"),
    Shot("pool", "he", "/testing/pools/", ("tbody a",)),
    Shot("holds", "he", "/containment/restrictions/"),
    Shot("holds-over", "he", "/containment/restrictions/?view=over"),
    Shot("hold-new", "he", "/containment/restrictions/new"),
    Shot("report", "tang", "/", ("main a[href*='/reports/rounds/'].btn",)),
    Shot("report-rows", "tang", "/", ("main a[href*='/reports/rounds/'].btn", "main table a[href*='/figures/']")),
    Shot("briefings", "qin", "/reports/briefings/"),
    Shot("briefing-new", "qin", "/reports/briefings/new"),
    Shot("places", "tang", "/places/"),
    Shot("areas", "tang", "/places/areas"),
    Shot("rules", "tang", "/places/rules"),
    Shot("devices", "zhao", "/access/devices"),
    Shot("enrol", "zhao", "/access/devices/enrolment"),
    Shot("enrolment", "zhao", "/access/devices/enrolment", act="main form.tx-form button.btn-primary"),
    Shot("accounts", "operator", "/access/accounts/"),
    Shot("journal", "auditor", "/access/journal"),
    Shot("roles", "auditor", "/access/roles"),
    Shot("account", "qin", "/access/account"),
    Shot("not-found", "qin", "/nowhere"),
    Shot("not-allowed", "registrar", "/people/"),
    Shot("login", "", "/accounts/login/"),
)  # fmt: skip


def main(words: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="make shots")
    parser.add_argument("--server", default="", help="a running demo (default: one of our own)")
    parser.add_argument("--only", default="", help="pages whose name holds this word")
    chosen = parser.parse_args(words)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongxin.config.settings")
    with _server(chosen.server) as address, sync_playwright() as playwright:
        browser = launch(playwright)
        made = [
            (shot, size, language, problem)
            for size in SIZES
            for language in LANGUAGES
            for shot, problem in _round(browser, address, size, language, chosen.only)
        ]
        browser.close()
    _index(made)
    problems = [f"{shot.name}-{size}-{language}: {word}" for shot, size, language, word in made if word]
    print("\n".join([*problems, f"{len(made)} pictures: {TARGET / 'index.html'}"]))


@contextmanager
def _server(address: str) -> Iterator[str]:
    if address:
        yield address
        return
    with Server() as server:
        server.obey("play")
        yield server.address


def _round(browser: Browser, address: str, size: str, language: str, only: str) -> Iterator[tuple[Shot, str]]:
    """All pages at one size in one language; each person logs in once."""
    pages: dict[str, Page] = {}
    for shot in SHOTS:
        if only not in shot.name:
            continue
        if shot.who not in pages:
            pages[shot.who] = _page(browser, address, size, language, shot.who)
        yield shot, _take(pages[shot.who], shot, f"{shot.name}-{size}-{language}.png")
    for page in pages.values():
        page.context.close()


def _page(browser: Browser, address: str, size: str, language: str, who: str) -> Page:
    settings: dict[str, Any] = {"viewport": SIZES[size], "locale": "zh-CN" if language == "zh" else "en-GB"}
    context = browser.new_context(base_url=address, timezone_id="Asia/Shanghai", **settings)
    context.set_default_timeout(10_000)
    page = context.new_page()
    if who:
        page.goto("/accounts/login/")
        page.locator("[name=login]").fill(who)
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("main button.btn-primary, form button.btn-primary").first.click()
        page.wait_for_url(lambda url: "/login" not in url)
    context.add_cookies([{"name": "django_language", "value": LANGUAGES[language], "url": address}])
    return page


def _take(page: Page, shot: Shot, file: str) -> str:
    """A picture of the page; what was wrong with it, in a word."""
    TARGET.mkdir(exist_ok=True)
    try:
        answer = page.goto(shot.address)
        for link in shot.follow:
            address = page.locator(link).first.get_attribute("href", timeout=3_000) or ""
            answer = page.goto(_joined(page.url, address))
        if shot.act:
            page.locator(shot.act).first.click(timeout=3_000)
            page.wait_for_timeout(700)
    except BrowserError as error:
        return f"not reached: {str(error).splitlines()[0]}"
    page.screenshot(path=TARGET / file, full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    status = answer.status if answer else 0
    return "; ".join(
        filter(None, [f"{status}" if status >= 500 else "", f"{wide} px too wide" if wide > 0 else ""])
    )


def _joined(base: str, address: str) -> str:
    return base.split("?")[0] + address if address.startswith("?") else address


def _index(made: list[tuple[Shot, str, str, str]]) -> None:
    rows = []
    for name in dict.fromkeys(shot.name for shot, *_rest in made):
        cells = "".join(
            f'<figure><a href="{name}-{size}-{language}.png"><img src="{name}-{size}-{language}.png" loading="lazy">'
            f"</a><figcaption>{size} {language} <b>{html.escape(problem)}</b></figcaption></figure>"
            for shot, size, language, problem in made
            if shot.name == name
        )
        rows.append(f"<h2>{name}</h2><div>{cells}</div>")
    style = "body{font:16px sans-serif}div{display:flex;gap:1rem;overflow:auto}img{height:480px}b{color:#b00}"
    (TARGET / "index.html").write_text(
        f"<!doctype html><meta charset=utf-8><title>Shots</title><style>{style}</style>{''.join(rows)}",
        "utf-8",
    )


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    main(sys.argv[1:])
