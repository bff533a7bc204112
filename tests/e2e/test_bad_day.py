"""Bad days, seen in the browser: an outsider, a file that is no sheet, a server that dies under a lane."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.driver import Desk, Phone, Server
from tests.e2e.words import zh
from tongxin.simulation.places import POINT

pytestmark = pytest.mark.e2e

Opens = Callable[..., Any]


def test_head_of_the_next_community_sees_nothing_of_shuangxi(opens: Opens, server_at_work: Server) -> None:
    tang, gao = (opens(Desk, server_at_work, name) for name in ("tang", "gao"))
    round_address = address_of_the_round(tang)
    tang.go("/people/")
    tang.sees("田秀英")
    person_address = tang.page.get_by_role("link", name="田秀英").get_attribute("href")

    for address in ("/people/", "/testing/rounds/", "/testing/not-yet/", "/exchange/registers/", "/"):
        gao.go(address)
        expect(gao.heading()).to_be_visible()
        expect(gao.page.locator("tbody tr")).to_have_count(0)
        expect(gao.page.locator("#content")).not_to_contain_text("双溪")
    for address in (round_address, person_address):
        gao.go(address)
        expect(gao.heading()).to_have_text(zh("Not found"))
        expect(gao.page.locator("#content")).not_to_contain_text("田秀英")

    gao.go("/people/")
    gao.page.locator("main").get_by_role("searchbox").fill("田秀英")
    gao.page.locator("main").get_by_role("button", name=zh("Search")).click()
    expect(gao.page.locator("tbody tr")).to_have_count(0)


def test_file_that_is_no_sheet_is_answered_with_what_to_choose(opens: Opens, server_at_work: Server) -> None:
    clerk = opens(Desk, server_at_work, "qin")
    clerk.go("/exchange/registers/new")

    clerk.page.get_by_label(zh("File"), exact=True).set_input_files(
        {"name": "底册.xlsx", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n" + bytes(range(256)) * 40}
    )
    clerk.button(zh("Read the file")).click()

    told = zh("This is not a table but another kind of file (%(kind)s). Choose an .xlsx or .csv file.")
    clerk.sees(told.split("%(kind)s")[0])
    expect(clerk.button(zh("Read the file"))).to_be_visible()


def test_lane_keeps_its_outbox_while_the_server_is_killed(opens: Opens, server_at_work: Server) -> None:
    chief = opens(Desk, server_at_work, "zhao")
    phone = opens(Phone, server_at_work)
    phone.enrol(chief.enrolment_link("/testing/board/", POINT), "1 通道 许登记")
    phone.choose_lane(1)
    phone.open_tube("SX1010001")
    phone.swab("张伟")
    phone.all_sent()

    server_at_work.obey("kill")
    for name in ("李娜", "王强", "陈芳"):
        phone.swab(name)
    phone.sees("未传 3")
    phone.page.reload()
    phone.sees("未传 3")
    phone.type_pin()
    server_at_work.obey("start")
    phone.all_sent()

    chief.go("/testing/tubes/SX1010001/")
    expect(chief.page.locator("ol li")).to_contain_text(["张伟", "李娜", "王强", "陈芳"], timeout=30_000)
    expect(chief.page.locator("ol li")).to_have_count(4)


def address_of_the_round(desk: Desk) -> str:
    desk.go("/testing/rounds/")
    desk.link(zh("Round %(number)s", number=10)).click()
    desk.page.wait_for_url("**/testing/rounds/*/")
    address: str = desk.page.url
    return address
