"""`tongxin serve --lan`, from a phone's browser by a name that is not localhost."""

import base64
import hashlib
import hmac
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from tests.e2e.driver import chromium
from tests.e2e.words import zh

pytestmark = pytest.mark.e2e

NAME = "tongxin.lan"
PASSWORD = "einundzwanzig Birnen"


@dataclass
class Lan:
    """A server of its own authority, and where it is."""

    home: Path
    port: int
    trust_port: int
    process: subprocess.Popen[str]
    told: str = ""

    @property
    def authority(self) -> Path:
        return self.home / "tls" / "ca.crt"

    @property
    def address(self) -> str:
        return f"https://{NAME}:{self.port}"


def free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1]


@pytest.fixture(scope="module")
def lan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lan]:
    home = tmp_path_factory.mktemp("lan") / "home"
    port, trust_port = free_ports()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TONGXIN_")}
    words = [
        "serve", "--lan", "--dns", NAME, "--host", "127.0.0.1", "--port", str(port), "--trust-port", str(trust_port),
        "--workers", "1", "--area", "430802001", "--account", "wei", "--person", "韦运维",
    ]  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "tongxin.config.cli", *words],
        env=environment | {"TONGXIN_HOME": str(home), "LANGUAGE": "en"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(PASSWORD + "\n")
    process.stdin.close()
    served = Lan(home, port, trust_port, process)
    for line in process.stdout:
        served.told += line
        if "█" in line:
            break
    yield served
    process.terminate()
    assert process.wait(60) == 0
    process.stdout.close()


def fetched(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=30) as answer:
        return answer.read()


def public_key_digest(authority: Path) -> str:
    key = x509.load_pem_x509_certificate(authority.read_bytes()).public_key()
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(der).digest()).decode()


@pytest.fixture
def phone(lan: Lan, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser profile of its own that trusts our authority: by NSS where its tool is, else by the key's digest."""
    trusts, environment = [], dict(os.environ)
    if shutil.which("certutil"):
        store = tmp_path / ".pki" / "nssdb"
        store.mkdir(parents=True)
        tool = ["certutil", "-d", f"sql:{store}"]
        subprocess.run([*tool, "-N", "--empty-password"], check=True)
        subprocess.run([*tool, "-A", "-t", "C,,", "-n", "tongxin", "-i", str(lan.authority)], check=True)
        environment["HOME"] = str(tmp_path)
    else:
        trusts = [f"--ignore-certificate-errors-spki-list={public_key_digest(lan.authority)}"]
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "profile", executable_path=chromium(), env=environment, locale="zh-CN",
            viewport={"width": 390, "height": 844}, permissions=["camera"],
            args=[
                "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                f"--host-resolver-rules=MAP {NAME} 127.0.0.1",
                "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", *trusts,
            ],
        )  # fmt: skip
        yield context
        context.close()


def test_console_tells_the_address_the_trust_page_and_the_fingerprint(lan: Lan) -> None:
    assert lan.address in lan.told
    assert f"http://{NAME}:{lan.trust_port}/trust" in lan.told
    digest = x509.load_pem_x509_certificate(lan.authority.read_bytes()).fingerprint(hashes.SHA256())
    assert ":".join(f"{byte:02X}" for byte in digest) in lan.told


def test_a_phone_fetches_the_certificate_over_plain_http_and_nothing_else(lan: Lan) -> None:
    base = f"http://127.0.0.1:{lan.trust_port}"

    assert fetched(f"{base}/tongxin-ca.crt") == lan.authority.read_bytes()
    assert '<html lang="zh-Hans">' in fetched(f"{base}/trust?lang=zh").decode()
    assert "Certificate Trust Settings" in fetched(f"{base}/?lang=en").decode()
    assert fetched(f"{base}/accounts/login/") == fetched(f"{base}/trust")  # everything else leads to the page
    for hidden in ("/tls/ca.key", "/../tls/ca.key", "/secrets.json", "/static/../secrets.json"):
        assert b"PRIVATE" not in fetched(base + hidden)
        assert b"_key" not in fetched(base + hidden)


def test_a_phone_that_trusts_us_has_camera_and_works_offline(lan: Lan, phone: BrowserContext) -> None:
    page = phone.pages[0]
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    log_in(page, lan)
    cookies = {cookie["name"]: cookie for cookie in phone.cookies()}
    assert cookies["sessionid"]["secure"]
    assert cookies["csrftoken"]["secure"]
    link = enrolment_link(page, lan)
    assert link.startswith(f"{lan.address}/field/#enrol=")

    page.goto(link)
    page.get_by_label("设备名或使用人").fill("1 通道")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    page.wait_for_function("() => navigator.serviceWorker.ready.then((it) => it.active !== null)")

    assert page.evaluate("isSecureContext")
    assert page.evaluate(
        "navigator.mediaDevices.getUserMedia({video: true}).then((it) => it.getVideoTracks().length)"
    ) == 1  # fmt: skip
    page.wait_for_function("() => navigator.serviceWorker.controller !== null || location.reload()")
    phone.set_offline(True)
    page.reload()
    expect(page.locator("#app, main").first).not_to_be_empty()
    assert complaints == []


def test_other_hosts_and_plain_http_are_turned_away(lan: Lan) -> None:
    trusted = ssl.create_default_context(cafile=str(lan.authority))
    base = f"https://127.0.0.1:{lan.port}"
    foreign = urllib.request.Request(f"{base}/accounts/login/", headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError, match="400"):
        urllib.request.urlopen(foreign, timeout=30, context=trusted)
    with urllib.request.urlopen(f"{base}/accounts/login/", timeout=30, context=trusted) as answer:
        assert "Strict-Transport-Security" not in answer.headers
    with pytest.raises((urllib.error.URLError, ConnectionError)):
        urllib.request.urlopen(f"http://127.0.0.1:{lan.port}/", timeout=30)


def log_in(page: Page, lan: Lan) -> None:
    page.goto(f"{lan.address}/accounts/login/")
    page.get_by_label(zh("User name")).fill("wei")
    page.get_by_label(zh("Password")).fill(PASSWORD)
    page.get_by_role("button", name=zh("Log in"), exact=True).click()
    set_up_second_factor(page)
    page.goto(lan.address)
    expect(page.get_by_role("heading", level=1)).to_have_text(zh("My work today"))


def set_up_second_factor(page: Page) -> None:
    """An operator's first door on a register that is not a demo: the app's six digits, then the recovery codes."""
    page.wait_for_url("**/accounts/2fa/totp/activate/")
    page.locator("[name=code]").fill(six_digits(page.locator("#authenticator_secret").input_value()))
    page.get_by_role("button", name="激活", exact=True).click()
    page.wait_for_url("**/accounts/2fa/recovery-codes/")


def six_digits(secret: str) -> str:
    """What an authenticator app shows for this secret now (RFC 6238)."""
    digest = hmac.digest(base64.b32decode(secret), (int(time.time()) // 30).to_bytes(8, "big"), "sha1")
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def enrolment_link(page: Page, lan: Lan) -> str:
    page.goto(f"{lan.address}/access/devices/enrolment")
    page.get_by_role("button", name=zh("Make the code"), exact=True).click()
    return page.locator("code").first.inner_text()
