"""The tools behind make: what they look for, they find."""

import gettext
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"tools_{name}", ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def messages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The translations tool on a package of its own."""
    module = tool("messages")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "PACKAGE", tmp_path)
    monkeypatch.setattr(module, "LOCALE", tmp_path / "locale")
    return module


def write_po(folder: Path, text: str) -> None:
    path = folder / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n' + text, "utf-8")


def test_shown_text_is_found_in_code_and_templates(messages: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "views.py").write_text(
        "_('one')\ngettext_lazy('two')\npgettext('month', 'may')\nngettext('%d tube', '%d tubes', n)\n_(name)\n"
    )
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(
        "{% load i18n %}{% translate 'three' %}{% blocktranslate %}four {{ n }}{% endblocktranslate %}"
    )

    found = {(message.context, message.id) for message in messages.extracted() if message.id}

    assert found == {
        (None, "one"),
        (None, "two"),
        ("month", "may"),
        (None, ("%d tube", "%d tubes")),
        (None, "three"),
        (None, "four %(n)s"),
    }


@pytest.mark.parametrize(
    "po",
    [
        "",
        'msgid "sealed %(n)s"\nmsgstr ""\n',
        '#, fuzzy\nmsgid "sealed %(n)s"\nmsgstr "已封 %(n)s"\n',
        '#, python-format\nmsgid "sealed %(n)s"\nmsgstr "已封 %(m)s"\n',
    ],
)
def test_gap_fuzzy_and_wrong_placeholder_fail(messages: ModuleType, tmp_path: Path, po: str) -> None:
    (tmp_path / "views.py").write_text("_('sealed %(n)s')\n")
    write_po(tmp_path, po)

    assert messages.check() == 1


def test_update_keeps_translations_and_drops_what_is_gone(messages: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "views.py").write_text("_('kept')\n_('new')\n")
    write_po(tmp_path, 'msgid "kept"\nmsgstr "留"\n\nmsgid "gone"\nmsgstr "去"\n')

    messages.update()

    (_, catalog), *_ = messages.catalogs()
    assert {message.id: message.string for message in catalog if message.id} == {"kept": "留", "new": ""}


def test_compiled_translations_speak(messages: ModuleType, tmp_path: Path) -> None:
    write_po(tmp_path, 'msgid "tube"\nmsgstr "管"\n')
    messages.compile_all()

    chinese = gettext.translation("django", str(tmp_path / "locale"), ["zh_Hans"])
    assert chinese.gettext("tube") == "管"


@pytest.mark.parametrize(
    "line",
    [
        "https://registry.npm" + "js.org/x",
        "https://pypi" + ".org/simple",
        "see /work/" + "main/x",
        "cd /ro" + "ot/x",
    ],
)
def test_addresses_of_machines_are_seen(line: str) -> None:
    dev = tool("dev")

    assert re.search(f"{dev.REGISTRY}|{dev.MACHINE}", line)


@pytest.mark.parametrize(
    "line", ["from tongxin.core import work", "a/root/b", "https://www.apache.org/licenses/"]
)
def test_harmless_lines_are_let_be(line: str) -> None:
    dev = tool("dev")

    assert not re.search(f"{dev.REGISTRY}|{dev.MACHINE}", line)


def test_old_node_is_not_enough(tmp_path: Path) -> None:
    dev = tool("dev")
    for version, enough in (("v18.20.0", False), ("v20.18.3", False), ("v20.19.0", True), ("v24.1.0", True)):
        node = tmp_path / "node"
        node.write_text(f"#!/bin/sh\necho {version}\n")
        node.chmod(0o755)
        assert dev.node_is_enough(str(node)) is enough


# ---- the browser: one of four ways


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The tool on a machine without a browser, where nobody may install one."""
    dev = tool("dev")
    monkeypatch.delenv("TONGXIN_CHROMIUM", raising=False)
    monkeypatch.setattr(dev, "browser_on_path", lambda: None)
    monkeypatch.setattr(dev, "may_install", lambda: False)
    return dev


def test_browser_that_is_named_is_taken(machine: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGXIN_CHROMIUM", "/somewhere/chrome")

    assert machine.chromium() == "/somewhere/chrome"


def test_browser_that_is_found_is_taken(machine: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "browser_on_path", lambda: "/usr/bin/google-chrome")

    assert machine.chromium() == "/usr/bin/google-chrome"


def test_root_installs_the_browser_that_is_missing(
    machine: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed: list[str] = []

    def apt(*names: str) -> bool:
        installed.extend(names)
        return True

    monkeypatch.setattr(machine, "may_install", lambda: True)
    monkeypatch.setattr(machine, "apt", apt)
    monkeypatch.setattr(machine, "browser_on_path", lambda: "/usr/bin/chromium" if installed else None)

    assert machine.chromium() == "/usr/bin/chromium"
    assert installed == ["chromium", "fonts-noto-cjk"]


def test_root_whose_packages_cannot_be_reached_still_hears_the_line(
    machine: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "may_install", lambda: True)
    monkeypatch.setattr(machine, "apt", lambda *names: False)

    with pytest.raises(machine.Stop, match="apt-get install chromium fonts-noto-cjk"):
        machine.chromium()


def test_nobody_to_install_and_nothing_found_is_one_line_that_mends_it(machine: ModuleType) -> None:
    with pytest.raises(machine.Stop) as stop:
        machine.chromium()

    assert len(str(stop.value).splitlines()) == 1
    assert "sudo apt-get install chromium fonts-noto-cjk" in str(stop.value)
    assert "TONGXIN_CHROMIUM" in str(stop.value)
