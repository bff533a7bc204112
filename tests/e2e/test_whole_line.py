"""The whole line by pages, as people walk it: from the messy register of 3,000 to the signed briefing."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import expect

from tests.e2e.crowd import Crowd
from tests.e2e.driver import Desk, Phone, Server
from tests.e2e.words import zh, zh_n
from tests.factories.sheets import xlsx_bytes
from tongxin.core.clock import SHANGHAI
from tongxin.testing.enums import Coverage

pytestmark = pytest.mark.e2e

SLOW = 120_000  # a machine with other work to do

REGISTER = Path(__file__).resolve().parents[1] / "data" / "messy" / "A1_registry_3k_by_building.xlsx"
REGISTERED = 2858
FIRST, SECOND = "WL100001", "WL100002"
OTHERS = [f"WL2{number:05d}" for number in range(1, 641)]
FOUND = "龙小妹"
BASE = REGISTERED + 1
REASONS: tuple[tuple[Coverage, dict[str, str]], ...] = (
    (Coverage.EXEMPT, {"Reason and doctor": "术后未满两周，何医生"}),
    (Coverage.ELSEWHERE, {"Proof": "区医院今日采样记录 0412"}),
    (Coverage.UNREACHABLE, {"What was tried": "上门两次，三个时段电话均无人接"}),
    (Coverage.AWAY, {"Place": "长沙市", "Comes back on": ""}),
    (Coverage.ISOLATED, {"Place": "区集中隔离点"}),
    (Coverage.REFUSED, {"Visits": "林志强上门两次，不愿采样"}),
)
IN_FIRST, IN_SECOND = 5, 2
SAMPLED = BASE - len(REASONS)


def test_whole_line_from_the_register_to_the_briefing(
    opens: Callable[..., Any], server: Server, tmp_path: Path
) -> None:
    clerk, head, chief = (opens(Desk, server, name) for name in ("qin", "tang", "zhao"))
    import_the_register(clerk)
    opened = datetime.now(SHANGHAI) - timedelta(hours=1)
    round_address = plan_the_round(head, opened)
    approve(opens(Desk, server, "commander"), round_address)
    open_the_round(head, chief, round_address)

    board = board_of(round_address)
    crowd = Crowd.at(server.address, chief.enrolment_link(board, "A点"), IN_FIRST + IN_SECOND + len(REASONS))
    names = [person["name"] for person in crowd.chosen]
    first, second, missing = names[:IN_FIRST], names[IN_FIRST : IN_FIRST + IN_SECOND], names[-len(REASONS) :]
    phone = opens(Phone, server)
    phone.enrol(chief.enrolment_link(board, "A点"), "1 通道 许登记")
    sample_with_a_lost_network(phone, first, second)
    used = crowd.sample_the_others(2, opened)
    settled(chief, round_address)

    laboratory_reports(opens(Desk, server, "lab"), [SECOND, *used])
    officer = opens(Desk, server, "he")
    release(officer, len(used) + 1)
    clear_the_pool(officer, first)

    nobody_is_missed(clerk, round_address, missing)
    sign_and_close(head, chief, round_address)
    read_the_report(head, round_address)
    brief(clerk, opens(Desk, server, "commander"), tmp_path)


def import_the_register(clerk: Desk) -> None:
    clerk.go("/exchange/registers/new")
    clerk.page.get_by_label(zh("File"), exact=True).set_input_files(REGISTER)
    clerk.button(zh("Read the file")).click(timeout=SLOW)
    expect(clerk.heading()).to_have_text(REGISTER.name, timeout=SLOW)
    reasons = clerk.page.locator("section").filter(has_text=zh("Why rows wait to be verified"))
    expect(reasons.get_by_role("listitem").first).to_be_visible()
    clerk.button(zh_n("Store %(count)s person", "Store %(count)s people", REGISTERED)).click(timeout=SLOW)
    clerk.link(zh("Open the register")).click(timeout=SLOW)
    clerk.sees(zh_n("%(n)s person", "%(n)s persons", REGISTERED, n=f"{REGISTERED:,}"))


def plan_the_round(head: Desk, opened: datetime) -> str:
    head.go("/testing/rounds/")
    head.link(zh("Plan a round")).first.click()
    head.fill(zh("Opens"), local(opened))
    head.fill(zh("Closes"), local(opened + timedelta(hours=12)))
    head.page.get_by_label(re.compile("^" + zh("Persons a tube"))).select_option("pool5")
    head.button(zh("Draft the round")).click()
    expect(head.heading()).to_contain_text(zh("Round %(number)s", number=1))
    head.fill(zh("Point"), "A点")
    head.page.get_by_label(zh("Lanes"), exact=True).fill("2")
    head.button(zh("Add the lanes")).click()
    head.sees("A点 2")
    return head.page.url


def approve(commander: Desk, round_address: str) -> None:
    move_on(commander, round_address, zh("Approve"))
    commander.close(failed=False)


def open_the_round(head: Desk, chief: Desk, round_address: str) -> None:
    move_on(head, round_address, zh("Announce"))
    for lane, codes in (("A点 1", [FIRST, SECOND, "WL100003"]), ("A点 2", OTHERS)):
        chief.go(board_of(round_address))
        chief.page.get_by_role("row").filter(has_text=lane).get_by_role("link", name=zh("Deal tubes")).click()
        chief.fill(zh("Codes"), "\n".join(codes))
        chief.button(zh("Deal the tubes")).click()
        expect(chief.page.get_by_role("row").filter(has_text=lane)).to_contain_text(str(len(codes)))
    move_on(chief, round_address, zh("Open the round"))
    expect(chief.heading()).to_contain_text(zh("open", "round"))


def move_on(desk: Desk, round_address: str, verb: str) -> None:
    """The next step of the round, in its drawer, with the document it rests on."""
    desk.go(round_address)
    desk.link(verb).click()
    desk.fill(zh("Document it rests on"), "永疫指〔2021〕10号")
    desk.page.locator("#move").get_by_role("button", name=verb).click()
    expect(desk.page.locator("#messages .is-success")).to_be_visible()


def sample_with_a_lost_network(phone: Phone, first: Sequence[str], second: Sequence[str]) -> None:
    phone.choose_lane(1)
    phone.sees("第1轮 · A点 · 1通道")
    phone.open_tube(FIRST)
    for name in first[:2]:
        phone.swab(name)
    phone.all_sent()

    phone.context.set_offline(True)
    for name in first[2:4]:
        phone.swab(name)
    phone.sees("未传 2")
    phone.page.reload()
    phone.type_pin()
    phone.sees("未传 2")
    expect(phone.page.get_by_label("第 4 人，共 5 位")).to_be_visible()
    phone.swab(first[4])
    phone.close_tube(5)
    phone.open_tube(SECOND)
    for name in second:
        phone.swab(name)
    add_somebody_new(phone)
    phone.close_tube(3, "下班换岗")
    phone.sees("未传 10")

    phone.context.set_offline(False)
    phone.all_sent()


def add_somebody_new(phone: Phone) -> None:
    phone.page.wait_for_timeout(400)
    phone.page.get_by_role("button", name=re.compile("^新人")).click()
    phone.page.get_by_label("姓名").fill(FOUND)
    phone.page.get_by_label("没有证件").check()
    phone.page.get_by_label("楼栋").fill("5")
    phone.page.get_by_label("房号").fill("101")
    phone.page.wait_for_timeout(400)
    phone.button("登记并采样").click()
    phone.sees(f"已采：{FOUND}")


def settled(chief: Desk, round_address: str) -> None:
    """The projectors have counted what the lanes sent: six are unknown."""
    chief.go(round_address)
    figure = chief.page.locator(".tx-figure").filter(has_text=zh("unknown", "coverage"))
    expect(figure).to_contain_text(str(len(REASONS)), timeout=SLOW)
    expect(chief.page.locator(".tx-figure").filter(has_text=zh("sampled"))).to_contain_text(f"{SAMPLED:,}")


def laboratory_reports(lab: Desk, negative: Sequence[str]) -> None:
    lab.open(zh("Results"))
    lab.link(zh("Read a laboratory sheet")).click()
    house = "区疾控中心核酸实验室"
    rows = [
        ("试管编号", "检测结果", "CT值", "检测机构"),
        (FIRST, "阳性", "31.2", house),
        *((code, "阴性", "", house) for code in negative),
    ]
    lab.page.get_by_label(zh("File"), exact=True).set_input_files(
        {"name": "结果.xlsx", "mimeType": "application/octet-stream", "buffer": xlsx_bytes({"结果": rows})}
    )
    lab.button(zh("Read the file")).click(timeout=SLOW)
    count = len(negative) + 1
    lab.button(zh_n("Enter %(count)s row", "Enter %(count)s rows", count)).click(timeout=SLOW)
    expect(lab.page.locator(".tx-figure").filter(has_text=zh("To release"))).to_contain_text(
        str(count), timeout=SLOW
    )


def release(officer: Desk, count: int) -> None:
    officer.open(zh("Results"))
    officer.page.get_by_role("button", name=re.compile(re.escape(negatives(count)))).click()
    officer.confirm()
    row = officer.page.get_by_role("row").filter(has_text=zh("positive"))
    row.get_by_role("button", name=zh("Release")).click(timeout=SLOW)
    officer.confirm()
    expect(officer.heading()).to_contain_text("WL")
    expect(officer.page.locator("tbody tr")).to_have_count(IN_FIRST)


def negatives(count: int) -> str:
    return zh_n("Release %(count)s negative", "Release all %(count)s negatives", count)


def clear_the_pool(officer: Desk, members: Sequence[str]) -> None:
    """Held with an end by the reaction; called, swabbed one by one, negative, lifted."""
    pool = officer.page.url
    held = officer.page.locator("tbody tr")
    officer.open(zh("Holds"))
    seen_in_time(officer, lambda: expect(held).to_have_count(5, timeout=1_000))
    expect(held.first).to_contain_text("还剩")

    officer.go(pool)
    call_and_swab(officer, members)
    record_negatives(officer, members)
    officer.sees(zh("All members are negative. The pool is lifted and every hold ends now."))

    officer.go("/containment/restrictions/?view=over")
    seen_in_time(officer, lambda: expect(held).to_have_count(5, timeout=1_000))
    expect(held.first).to_contain_text(zh("lifted after the negative result"))


def call_and_swab(officer: Desk, names: Sequence[str]) -> None:
    for name in names:
        row = member(officer, name)
        row.get_by_label(zh("Outcome of the call")).select_option("reached")
        row.get_by_role("button", name=zh("Note the call")).click()
        expect(row).to_contain_text(zh("reached"))
        row.get_by_label(zh("Single tube of %(name)s", name=name)).fill(f"D{names.index(name) + 1:03d}")
        row.get_by_role("button", name=zh("Swabbed")).click()
        expect(row).to_contain_text(f"D{names.index(name) + 1:03d}")


def record_negatives(officer: Desk, names: Sequence[str]) -> None:
    for name in names:
        row = member(officer, name)
        row.get_by_label(zh("Result of %(name)s", name=name)).select_option("neg")
        row.get_by_role("button", name=zh("Record")).click()
        officer.confirm()
        expect(row).to_contain_text(zh("negative"))


def member(officer: Desk, name: str) -> Any:
    """The row of a member; others name them as living with them."""
    rows = officer.page.locator("tbody tr")
    return rows.filter(has=officer.page.locator(".tx-name", has_text=name))


def seen_in_time(desk: Desk, assertion: Callable[[], None], tries: int = 20) -> None:
    """A reaction follows by itself a moment later: look again."""
    for left in reversed(range(tries)):
        try:
            return assertion()
        except AssertionError:
            if not left:
                raise
            desk.page.reload()
    return None


def nobody_is_missed(clerk: Desk, round_address: str, names: Sequence[str]) -> None:
    clerk.go(round_address.replace("/testing/rounds/", "/testing/not-yet/"))
    for left, name, (klass, facts) in zip(range(len(REASONS), 0, -1), names, REASONS, strict=True):
        expect(clerk.page.locator("#counts h2 b")).to_have_text(str(left))
        row = clerk.page.get_by_role("row").filter(has_text=name)
        row.get_by_role("link", name=zh("Reason")).click()
        form = clerk.page.locator("#person")
        form.get_by_role("link", name=str(klass_word(klass)), exact=True).click()
        for label, words in facts.items():
            day = (datetime.now(SHANGHAI) + timedelta(days=9)).date().isoformat()
            form.get_by_label(zh(label)).fill(words or day)
        form.get_by_role("button", name=zh("Save the reason")).click()
        expect(form.get_by_role("status")).to_be_visible()
    expect(clerk.page.locator("#counts h2 b")).to_have_text("0")
    clerk.sees(zh("Nobody is unknown any more in your area."))


def klass_word(klass: Coverage) -> str:
    from django.utils import translation

    with translation.override("zh-hans"):
        return str(klass.label)


def sign_and_close(head: Desk, chief: Desk, round_address: str) -> None:
    move_on(chief, round_address, zh("End sampling"))
    move_on(chief, round_address, zh("Start reconciling"))
    for desk, role in ((head, zh("Community head")), (chief, zh("Point chief"))):
        desk.go(round_address + "closing")
        if desk is head:
            expect(desk.button(zh("Close the round"))).to_be_disabled()
        desk.button(zh("Sign as %(title)s", title=role)).click()
        desk.confirm()
        desk.sees(zh("Signed."))
    head.page.reload()
    head.button(zh("Close the round")).click()
    head.confirm()
    head.sees(zh("The round is closed. Its figures do not change any more."))
    expect(head.page.get_by_role("table").first.locator("tfoot")).to_contain_text(f"{BASE:,}")


def read_the_report(head: Desk, round_address: str) -> None:
    move_on(head, round_address, zh("Results are complete"))
    head.go(round_address.replace("/testing/rounds/", "/reports/rounds/"))
    expect(head.heading()).to_contain_text(zh("Report of round %(number)s", number=1))
    figure = head.page.get_by_role("row").filter(has_text=zh("Base now"))
    expect(figure).to_contain_text(f"{BASE:,}")
    head.page.locator("main table a[href*='/figures/']").first.click()
    expect(head.page.locator("tbody tr").first).to_be_visible()


def brief(clerk: Desk, commander: Desk, tmp_path: Path) -> None:
    clerk.open(zh("Briefings"))
    clerk.link(zh("Write today's briefing")).first.click()
    clerk.fill(zh("In words"), "本轮采样平稳，一管混检阳性经单采复核均为阴性。")
    clerk.button(zh("Freeze the figures and save")).click()
    address = clerk.page.url
    commander.go(address)
    commander.button(zh("Sign")).click()
    commander.confirm()
    commander.sees("彭指挥")
    answer = commander.page.request.get(commander.link("PDF").get_attribute("href"))
    assert answer.headers["content-type"] == "application/pdf"
    target = tmp_path / "briefing.pdf"
    target.write_bytes(answer.body())
    looks_like_the_briefing(target, tmp_path / "briefing.png")


def looks_like_the_briefing(pdf: Path, picture: Path) -> None:
    document = pypdfium2.PdfDocument(pdf)
    try:
        text = "".join(page.get_textpage().get_text_range() for page in document)
        document[0].render(scale=1.5).to_pil().save(picture)
        darkest, _lightest = document[0].render(scale=0.5).to_pil().convert("L").getextrema()
    finally:
        document.close()
    words = re.sub(r"\s+", "", text)
    assert "双溪社区" in words
    assert "本轮采样平稳" in words
    assert f"{zh('Base now')}（{zh('persons')}）{BASE:,}—" in words
    assert f"{zh('Covered')}（{zh('persons')}）{SAMPLED + 1:,}—" in words
    assert f"{zh('Positive or grey pools')}（{zh('tubes')}）1—" in words
    assert darkest < 100


def board_of(round_address: str) -> str:
    return round_address.replace("/testing/rounds/", "/testing/board/")


def local(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M")
