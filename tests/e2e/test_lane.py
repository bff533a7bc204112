"""A lane at night in the browser: no network for a whole shift, a killed tab, a forgotten PIN, a full and a stopped phone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.driver import PIN, Desk, Phone, Server
from tests.e2e.words import zh
from tongxin.simulation.places import POINT

pytestmark = pytest.mark.e2e

Opens = Callable[..., Any]
WRONG = "271828"
NEW = "590417"
LEFT_BEHIND = """async () => {
  const open = indexedDB.open("tongxin-field");
  const db = await new Promise((yes, no) => { open.onsuccess = () => yes(open.result); open.onerror = no; });
  const counts = {};
  for (const name of ["events", "boxes", "keys"]) {
    const asked = db.transaction(name).objectStore(name).count();
    counts[name] = await new Promise((yes, no) => { asked.onsuccess = () => yes(asked.result); asked.onerror = no; });
  }
  db.close();
  return counts;
}"""

# The browser's own refusal: a disk cannot be filled here, and a quota of nothing still takes small rows.
FULL = """() => {
  const add = IDBObjectStore.prototype.add;
  IDBObjectStore.prototype.add = () => { throw new DOMException("full", "QuotaExceededError"); };
  window.tongxinFree = () => { IDBObjectStore.prototype.add = add; };
}"""


def a_phone(opens: Opens, server: Server, name: str, lane: int) -> tuple[Desk, Phone]:
    chief = opens(Desk, server, "zhao")
    phone = opens(Phone, server, name)
    phone.enrol(chief.enrolment_link("/testing/board/", POINT), name)
    phone.choose_lane(lane)
    return chief, phone


def test_a_shift_without_a_network_survives_its_tab_and_ends_in_a_box(
    opens: Opens, server_at_work: Server
) -> None:
    chief, phone = a_phone(opens, server_at_work, "2 通道 许登记", 2)
    phone.context.set_offline(True)
    phone.page.get_by_role("searchbox").fill("SX1010099")
    phone.page.get_by_role("searchbox").press("Enter")
    phone.sees("管 SX1010099 是别的通道的")
    phone.page.get_by_role("searchbox").fill("SX1020999")
    phone.page.get_by_role("searchbox").press("Enter")
    phone.sees("这个管码不在本点的发管单里")
    phone.open_tube("SX1020001")
    for name in ("覃海", "彭亮", "黎小燕"):
        phone.swab(name)

    # The tab dies, the network is still away: the app comes from the phone's own store, and asks for its PIN first.
    phone.page.close()
    phone.page = phone.context.new_page()
    phone.go("/field/")
    phone.sees("未传 4")
    expect(phone.page.get_by_text("覃海")).to_have_count(0)
    phone.type_pin(pin=WRONG)
    phone.sees("口令不对")
    phone.type_pin()
    expect(phone.page.get_by_label("第 3 人，共 10 位")).to_be_visible()
    phone.swab("欧阳文")
    repeat_and_proof(phone)
    phone.close_tube(5, "下班换岗")
    seal_and_hand_over(phone)
    phone.sees("未传 10")

    phone.context.set_offline(False)
    phone.all_sent()
    chief.go("/testing/tubes/SX1020001/")
    expect(chief.page.locator("ol li")).to_contain_text(
        ["覃海", "彭亮", "黎小燕", "欧阳文", "彭亮"], timeout=30_000
    )
    chief.go("/testing/boxes/")
    chief.sees("F20881")


def repeat_and_proof(phone: Phone) -> None:
    """彭亮 once more, because the point chief says so by name; 向天一 shows a proof from elsewhere."""
    phone.page.get_by_role("searchbox").fill("彭亮")
    phone.page.locator(".results button").first.click()
    phone.sees("本轮已采")
    phone.page.wait_for_timeout(400)
    phone.button("重采（点位长同意才可）").click()
    phone.button("拭子可疑").click()
    expect(phone.button("确认重采")).to_be_disabled()
    phone.page.get_by_label("同意的点位长姓名").fill("赵敏")
    phone.button("确认重采").click()
    phone.sees("已采：彭亮")
    phone.page.get_by_role("searchbox").fill("向天一")
    phone.page.locator(".results button").first.click()
    phone.page.wait_for_timeout(400)
    phone.button("他处已采，有证明").click()
    phone.page.get_by_label("在哪里采的").fill("澧水小学采样点")
    phone.page.get_by_label("看了什么证明").fill("报告单 0231")
    phone.page.wait_for_timeout(400)
    phone.button("记下，不采").click()
    phone.sees("已记他处已采：向天一")


def seal_and_hand_over(phone: Phone) -> None:
    phone.page.wait_for_timeout(400)
    phone.button("装箱").click()
    expect(phone.page.get_by_role("button", name="SX1020001")).to_have_attribute("aria-pressed", "true")
    phone.page.get_by_label("封签号").fill("F20881")
    phone.button("有").click()
    phone.page.get_by_label("箱内温度").fill("4,5")
    phone.button("封箱 F20881，共 1 管").click()
    phone.page.get_by_label("交箱人", exact=True).fill("赵敏")
    phone.page.get_by_label("接箱人").fill("赵敏")
    phone.page.wait_for_timeout(400)
    phone.page.get_by_role("button", name="交箱：").click()
    phone.sees("交箱人和接箱人不能是同一个人")
    phone.page.get_by_label("接箱人").fill("钱师傅")
    phone.page.wait_for_timeout(400)
    phone.page.get_by_role("button", name="交箱：").click()
    phone.sees("已由 赵敏 交给 钱师傅")


def test_a_stopped_phone_hands_in_what_it_owes_then_empties_itself(
    opens: Opens, server_at_work: Server
) -> None:
    chief, phone = a_phone(opens, server_at_work, "停用机", 2)
    phone.context.set_offline(True)
    phone.open_tube("SX1020011")
    phone.swab("田秀英")
    phone.sees("未传 2")
    chief.go("/access/devices")
    chief.page.get_by_role("row").filter(has_text="停用机").get_by_role("link", name=zh("Revoke")).click()
    chief.fill(zh("Why?"), "在 A 点遗失")
    chief.button(zh("Revoke")).click()
    chief.page.wait_for_url("**/access/devices")

    phone.context.set_offline(False)

    expect(phone.page.get_by_role("heading", name="这台设备已停用")).to_be_visible(timeout=60_000)
    phone.sees("最后 2 条已交上")
    assert phone.page.evaluate(LEFT_BEHIND) == {"events": 0, "boxes": 0, "keys": 0}
    phone.page.reload()
    phone.sees("最后 2 条已交上")
    expect(phone.page.get_by_text("田秀英")).to_have_count(0)


def test_a_forgotten_pin_loses_nothing(opens: Opens, server_at_work: Server) -> None:
    chief, phone = a_phone(opens, server_at_work, "忘口令机", 2)
    phone.context.set_offline(True)
    phone.open_tube("SX1020021")
    phone.swab("覃淑贤")
    phone.page.reload()
    phone.sees("未传 2")

    phone.context.set_offline(False)
    code = chief.enrolment_link("/testing/board/", POINT)
    phone.button("忘了口令").click()
    phone.sees("本机未传的 2 条会打开并上传")
    phone.page.get_by_label("登记码").fill(code)
    phone.page.get_by_label("设备名或使用人").fill("忘口令机")
    phone.button("登记").click()
    phone.type_pin("设一个六位口令", NEW)
    phone.type_pin("再输一次口令", NEW)
    phone.page.get_by_role("heading", name="选通道").wait_for()

    phone.all_sent()
    phone.page.reload()
    phone.type_pin(pin=PIN)
    phone.sees("口令不对")
    phone.type_pin(pin=NEW)
    phone.page.get_by_role("heading", name="选通道").wait_for()
    chief.go("/testing/tubes/SX1020021/")
    expect(chief.page.locator("ol li")).to_contain_text(["覃淑贤"], timeout=30_000)


def test_a_phone_put_down_asks_for_its_pin_and_goes_on_where_it_stood(
    opens: Opens, server_at_work: Server
) -> None:
    chief = opens(Desk, server_at_work, "zhao")
    phone = opens(Phone, server_at_work, "放下的机")
    phone.page.clock.install()
    phone.enrol(chief.enrolment_link("/testing/board/", POINT), "放下的机")
    phone.choose_lane(2)
    phone.context.set_offline(True)
    phone.open_tube("SX1020041")

    phone.page.clock.fast_forward("11:00")

    expect(phone.page.get_by_role("heading", name="输入口令")).to_be_visible()
    phone.sees("未传 1")
    expect(phone.page.get_by_role("searchbox")).to_have_count(0)
    phone.context.set_offline(False)
    # What is owed goes out behind the lock; then the key is forgotten, and the page has started anew.
    expect(phone.page.get_by_text("未传 1")).to_have_count(0, timeout=60_000)
    phone.type_pin()
    expect(phone.page.get_by_label("第 0 人，共 10 位")).to_be_visible()


def test_a_full_phone_says_that_the_act_was_not_kept(opens: Opens, server_at_work: Server) -> None:
    _chief, phone = a_phone(opens, server_at_work, "满机", 2)
    phone.open_tube("SX1020031")
    phone.all_sent()
    phone.context.set_offline(True)
    phone.page.evaluate(FULL)

    phone.page.get_by_role("searchbox").fill("向明")
    phone.page.locator(".results button").first.click()
    phone.page.wait_for_timeout(400)
    phone.page.get_by_role("button", name="确认").click()

    phone.sees("刚才的没有记上")
    expect(phone.page.get_by_label("第 0 人，共 10 位")).to_be_visible()
    phone.page.evaluate("tongxinFree()")
    phone.page.wait_for_timeout(400)
    phone.page.get_by_role("button", name="确认").click()
    phone.sees("已采：向明")
    phone.context.set_offline(False)
    phone.all_sent()
