"""TLS for the local network: an authority that stays, a certificate that follows the machine's names."""

import ipaddress
import os
import socket
import ssl
import stat
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from django.conf import settings
from django.test import Client

from tongxin.config import lan

NOW = datetime(2022, 3, 1, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TONGXIN_HOME", str(tmp_path))
    return tmp_path


def moved(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    found = [ipaddress.ip_address(text) for text in addresses]
    monkeypatch.setattr(lan, "_addresses", lambda: found)


def subjects(held: lan.Certificate) -> set[str]:
    leaf = x509.load_pem_x509_certificates(held.chain.read_bytes())[0]
    return {
        str(each.value) for each in leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    }


def test_keys_are_nobody_elses(home: Path) -> None:
    old = os.umask(0)
    try:
        held = lan.certificate(now=NOW)
    finally:
        os.umask(old)

    assert stat.S_IMODE((home / "tls").stat().st_mode) == 0o700
    for key in (held.key, home / "tls" / "ca.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert b"PRIVATE" not in held.chain.read_bytes() + held.authority.read_bytes()


def test_the_second_start_changes_nothing() -> None:
    before = lan.certificate(now=NOW)
    kept = before.chain.read_bytes(), before.key.read_bytes(), before.authority.read_bytes()

    after = lan.certificate(now=NOW + timedelta(days=200))

    assert (after.chain.read_bytes(), after.key.read_bytes(), after.authority.read_bytes()) == kept


def test_another_address_makes_another_certificate_of_the_same_authority(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moved(monkeypatch, "192.168.1.20", "127.0.0.1")
    before = lan.certificate(now=NOW)
    authority = before.authority.read_bytes()

    moved(monkeypatch, "10.4.0.9", "127.0.0.1")
    after = lan.certificate(now=NOW)

    assert after.authority.read_bytes() == authority
    assert {"10.4.0.9", "127.0.0.1", "localhost"} <= subjects(after)
    assert "192.168.1.20" not in subjects(after)
    assert after.names.shown == "10.4.0.9"


def test_a_certificate_near_its_end_is_made_anew() -> None:
    before = lan.certificate(now=NOW).chain.read_bytes()

    after = lan.certificate(now=NOW + timedelta(days=340)).chain.read_bytes()

    leaf = x509.load_pem_x509_certificates(after)[0]
    assert after != before
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc < timedelta(days=398)


def test_the_authority_may_not_vouch_for_the_world(monkeypatch: pytest.MonkeyPatch) -> None:
    moved(monkeypatch, "192.168.1.20")
    held = lan.certificate(now=NOW)
    moved(monkeypatch, "192.168.1.20", "93.184.216.34")

    after = lan.certificate(now=NOW)

    assert "93.184.216.34" not in subjects(after)
    with pytest.raises(lan.LanProblem, match=r"bank\.example"):
        lan.certificate(["bank.example"], now=NOW)
    assert held.authority.exists()


def test_a_given_name_is_the_one_that_is_shown() -> None:
    held = lan.certificate(["tongxin.lan"], now=NOW)

    assert held.names.shown == "tongxin.lan"
    assert "tongxin.lan" in lan.environment(held)["TONGXIN_HOSTS"].split(",")


@pytest.mark.parametrize("name", ["two words", "https://x", "-x", ""])
def test_what_is_no_host_name_is_refused(name: str) -> None:
    with pytest.raises(lan.LanProblem, match="no host name"):
        lan.certificate([name], now=NOW)


@pytest.mark.parametrize("name", ["tongxin.lan", "localhost", "127.0.0.1"])
def test_whoever_trusts_the_authority_trusts_the_server(name: str) -> None:
    held = lan.certificate(["tongxin.lan"])
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(held.chain, held.key)
    client = ssl.create_default_context(cafile=str(held.authority))

    assert spoken(server, client, name) == b"hello"
    with pytest.raises(ssl.SSLCertVerificationError):
        spoken(server, client, "elsewhere.lan")
    with pytest.raises(ssl.SSLCertVerificationError):
        spoken(server, ssl.create_default_context(), name)


def spoken(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> bytes:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with listening.accept()[0] as raw:
                try:
                    with server.wrap_socket(raw, server_side=True) as secure:
                        secure.sendall(b"hello")
                except (ssl.SSLError, OSError):
                    return  # the client did not trust us

        serving = threading.Thread(target=answer)
        serving.start()
        try:
            with (
                socket.create_connection(listening.getsockname()) as raw,
                client.wrap_socket(raw, server_hostname=name) as secure,
            ):
                return secure.recv(5)
        finally:
            serving.join()


def test_openssl_agrees() -> None:
    held = lan.certificate(["tongxin.lan"])
    command = [
        "openssl",
        "verify",
        "-x509_strict",
        "-CAfile",
        str(held.authority),
        "-verify_hostname",
        "tongxin.lan",
    ]
    try:
        done = subprocess.run([*command, str(held.chain)], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("no openssl on this machine")

    assert done.stdout.strip().endswith("OK"), done.stderr


def test_the_office_shows_the_trust_page_only_where_it_has_a_certificate(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Client().get("/trust").status_code == 404
    assert Client().get("/tongxin-ca.crt").status_code == 404

    held = lan.certificate(["tongxin.lan"])
    monkeypatch.setenv("TONGXIN_CA", str(held.authority))
    monkeypatch.setenv("TONGXIN_ADDRESS", "https://tongxin.lan:8000")

    for language, word in (("zh", "iPhone"), ("en", "Certificate Trust Settings")):
        page = Client().get("/trust", {"lang": language}).content.decode()
        assert word in page
        assert lan.fingerprint(held.authority) in page
        assert "https://tongxin.lan:8000" in page
    sent = Client().get("/tongxin-ca.crt")
    assert sent["Content-Type"] == "application/x-x509-ca-cert"
    assert sent.content == held.authority.read_bytes()
    assert settings.SESSION_COOKIE_SECURE is False  # these tests speak plain http
