"""Every page in both languages at desktop and phone size, into shots/LANGUAGE/SIZE/PAGE.png: shots.py [PART OF NAME].

A throw-away installation plays the story of Shuangxi to its end and the next round by half; the demo accounts walk
every link they may follow, one page of each kind is kept, and each is photographed. index.html shows them together.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import pypdfium2
from django.urls import Resolver404, resolve
from pages import PAGES, PAPERS, PRINTED
from playwright.sync_api import Browser, BrowserContext, Cookie, Error, sync_playwright

from tongxin.config import database, serve
from tongxin.config.crew import Crew, started

ROOT = Path(__file__).resolve().parent.parent
SHOTS = ROOT / "shots"
LANGUAGES = ("zh-hans", "en")
Answer = TypeVar("Answer")
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
STORY_SECONDS = 900
ANSWER_SECONDS = 120  # a busy machine answers late, and a late page is still a page
TRIES = 3
HOME = "reports.home"  # looks different to each role: one picture for each
# Leaving, and what is a file rather than a page.
NOT_FOLLOWED = re.compile(r"/accounts/logout|/static/|/api/|\.(xlsx|csv|json|webmanifest|js|crt)$")


def main(part: str) -> int:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with database.temporary("shots"):
        serve.prepare()
        serve.collect_static()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with started("127.0.0.1", port) as crew:
            story = ["-m", "tongxin.config.cli", "simulate", "shuangxi", "--server", crew.address]
            subprocess.run([sys.executable, *story], check=True)
            crew.tell("shuangxi")
            wait_for_story(crew)
            return photograph(crew.address, part)


def wait_for_story(crew: Crew) -> None:
    """Until a part of the community is sampled again: a round in full swing."""
    from tongxin.core import scope  # noqa: PLC0415 -- needs Django, which is up now
    from tongxin.testing.enums import RoundState  # noqa: PLC0415 -- the same
    from tongxin.testing.models import Round, Sample  # noqa: PLC0415 -- the same

    deadline = time.monotonic() + STORY_SECONDS
    while time.monotonic() < deadline:
        with scope.everywhere():
            running = Round.objects.filter(state=RoundState.OPEN).values("pk")
            if Sample.objects.filter(round_id__in=running).count() > 500:
                return
        if crew.story is None or crew.story.died():
            sys.exit("the story ended before it had begun")
        time.sleep(1)
    sys.exit("the story is too slow")


def photograph(address: str, part: str) -> int:
    from tongxin.access.services.demo import demo_accounts  # noqa: PLC0415 -- needs Django, which is up now

    shutil.rmtree(SHOTS, ignore_errors=True)
    bad = 0
    with sync_playwright() as p:
        browser = p.chromium.launch(
            executable_path=os.environ.get("TONGXIN_CHROMIUM"), args=["--no-sandbox", "--lang=zh-CN"]
        )
        seen: dict[str, str] = {}
        for account in demo_accounts():
            context = new_context(browser)
            cookies = log_in(context, address, account.username, account.password)
            pages = {
                name: url
                for name, url in as_told_apart(walk(context, address), account.username).items()
                if name not in seen and part in name
            }
            seen |= pages
            context.close()
            papers = {name: pages.pop(name) for name in list(pages) if name in PAPERS}
            for language in LANGUAGES:
                bad += print_out(browser, address, cookies, papers, language)
                if "testing.codes" in pages:
                    print_cards(browser, address, cookies, pages["testing.codes"], language)
                for size in SIZES:
                    bad += shoot(browser, address, cookies, pages, language, size)
            print(f"{account.username}: {len(pages)} pages", flush=True)
        browser.close()
    index(sorted(seen))
    missing = sorted(name for name in PAGES - {HOME} if part in name and name not in seen)
    print(f"{len(seen)} pages in {SHOTS}, {bad} answered with an error")
    print("\n".join(["no link led to:", *missing]) if missing else "every page of tools/pages.py was reached")
    return int(bad > 0 or not seen)


def new_context(browser: Browser, width: int = 1280, height: int = 900) -> BrowserContext:
    context = browser.new_context(viewport={"width": width, "height": height})
    context.set_default_timeout(ANSWER_SECONDS * 1000)
    return context


def patiently(ask: Callable[[], Answer]) -> Answer:
    """Its answer, asked for again when there is none: one lost link must not cost all pictures."""
    for _ in range(TRIES - 1):
        try:
            return ask()
        except Error as problem:
            print(f"asked again: {problem.message.splitlines()[0]}", flush=True)
            time.sleep(2)
    return ask()


def as_told_apart(pages: dict[str, str], username: str) -> dict[str, str]:
    """The first page of each role is a page of its own."""
    return {f"{HOME}.{username}" if name == HOME else name: url for name, url in pages.items()}


def log_in(context: BrowserContext, address: str, username: str, password: str) -> list[Cookie]:
    page = context.new_page()
    patiently(partial(page.goto, f"{address}/accounts/login/"))
    page.fill("[name=login]", username)
    page.fill("[name=password]", password)
    page.click("form:has([name=password]) button:not([name])")
    page.wait_for_url(lambda url: "/accounts/login" not in url)
    return context.cookies()


def walk(context: BrowserContext, address: str) -> dict[str, str]:
    """One address for each kind of page that links lead to, by the name of its view.

    Links are read from two of a kind: an ended round leads to pages that a running one has not.
    """
    found: dict[str, str] = {}
    read: Counter[str] = Counter()
    done: set[str] = set()
    queue = [f"{address}/", f"{address}/field/", f"{address}/trust"]
    while queue:
        url = queue.pop(0)
        name = name_of(url, address)
        if name is None or url in done or read[name] == 2:
            continue
        done.add(url)
        answer = patiently(partial(context.request.get, url, timeout=ANSWER_SECONDS * 1000))
        kind = answer.headers.get("content-type", "")
        if answer.status in (403, 404, 405) or not ("text/html" in kind or "application/pdf" in kind):
            continue
        if "application/pdf" in kind:
            found.setdefault(name, url)
            done.add(url)
            continue
        read[name] += 1
        found.setdefault(name, url)
        links = re.findall(r'<a\b[^>]*\bhref="([^"#]+)', answer.text())
        queue += [urljoin(url, link.replace("&amp;", "&")) for link in links]
    return found


def name_of(url: str, address: str) -> str | None:
    if not url.startswith(address) or NOT_FOLLOWED.search(urlsplit(url).path):
        return None
    try:
        return resolve(urlsplit(url).path).view_name.replace(":", ".")
    except Resolver404:
        return None


def shoot(
    browser: Browser, address: str, cookies: list[Cookie], pages: dict[str, str], language: str, size: str
) -> int:
    """Pictures of these pages in one language at one size; returns how many answered with an error."""
    width, height = SIZES[size]
    context = new_context(browser, width, height)
    context.add_cookies([*cookies, {"name": "django_language", "value": language, "url": address}])
    page = context.new_page()
    folder = SHOTS / language / size
    folder.mkdir(parents=True, exist_ok=True)
    bad = 0
    for name, url in pages.items():
        answer = patiently(partial(page.goto, url))
        page.wait_for_timeout(100)
        page.screenshot(path=folder / f"{name}.png", full_page=True)
        if size == "desktop" and name in PRINTED:
            page.emulate_media(media="print")
            page.set_viewport_size({"width": 794, "height": 1123})  # A4 at 96 dots an inch
            page.screenshot(path=folder / f"{name}.print.png", full_page=True)
            page.emulate_media(media="screen")
            page.set_viewport_size({"width": width, "height": height})
        if answer is None or answer.status >= 400:
            print(f"{name}: {url} answered {answer and answer.status}")
            bad += 1
    context.close()
    return bad


def print_out(
    browser: Browser, address: str, cookies: list[Cookie], papers: dict[str, str], language: str
) -> int:
    """The first page of each paper as it leaves the printer; returns how many answered with an error."""
    context = new_context(browser)
    context.add_cookies([*cookies, {"name": "django_language", "value": language, "url": address}])
    bad = 0
    for name, url in papers.items():
        answer = patiently(partial(context.request.get, url, timeout=ANSWER_SECONDS * 1000))
        if not answer.ok:
            print(f"{name}: {url} answered {answer.status}")
            bad += 1
            continue
        keep_paper(answer.body(), name, language)
    context.close()
    return bad


def print_cards(browser: Browser, address: str, cookies: list[Cookie], codes: str, language: str) -> None:
    """The sampling cards of the first building: they are asked for by a form."""
    context = new_context(browser)
    context.add_cookies([*cookies, {"name": "django_language", "value": language, "url": address}])
    page = context.new_page()
    patiently(partial(page.goto, codes))
    facts = page.evaluate(
        "() => Object.fromEntries(new FormData(document.querySelector('main form[action$=cards]')))"
    )
    answer = context.request.post(
        urljoin(codes, "cards"),
        form=facts | {"which": "all"},
        headers={"Referer": codes},
        timeout=ANSWER_SECONDS * 1000,
    )
    if "application/pdf" in answer.headers.get("content-type", ""):
        keep_paper(answer.body(), "testing.cards", language)
    else:
        print(f"testing.cards: answered {answer.status}, not a PDF")
    context.close()


def keep_paper(body: bytes, name: str, language: str) -> None:
    document = pypdfium2.PdfDocument(body)
    folder = SHOTS / language / "desktop"
    folder.mkdir(parents=True, exist_ok=True)
    document[0].render(scale=1.5).to_pil().save(folder / f"{name}.png")
    document.close()


def index(names: list[str]) -> None:
    """All pictures on one page, a page of the office in each row."""
    shown = [(language, size) for size in SIZES for language in LANGUAGES]
    rows = (
        f"<h2>{name}</h2><div>"
        + "".join(
            f'<a href="{at}/{file.name}"><img src="{at}/{file.name}" alt="{at}" loading="lazy"></a>'
            for at in (f"{a}/{b}" for a, b in shown)
            for file in sorted((SHOTS / at).glob(f"{name}.*png"))
        )
        + "</div>"
        for name in [*names, "testing.cards"]
    )
    style = "body{font:16px sans-serif}div{display:flex;gap:1rem;overflow:auto}img{height:30rem}"
    page = f"<!doctype html><meta charset=utf-8><title>Tongxin</title><style>{style}</style>{''.join(rows)}"
    (SHOTS / "index.html").write_text(page, "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
