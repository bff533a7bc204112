"""TLS for phones in the same network (`tongxin serve --lan`): a small certificate authority of this machine.

A browser gives service worker, camera and encryption to https only. The authority's key (var/tls/ca.key, 0600)
never leaves the machine, and its certificate is limited: it can vouch for private addresses and for the names of
this network, for nothing else in the world, so that trusting it on a phone risks little.
"""

import contextlib
import fcntl
import ipaddress
import os
import re
import socket
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tongxin.config import home

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

CA_LIVES = timedelta(days=3650)
LEAF_LIVES = timedelta(days=365)  # phones refuse certificates of more than 398 days
RENEWED_BEFORE = timedelta(days=30)
EARLIER = timedelta(days=1)  # a phone whose clock is behind
PRIVATE: tuple[IpNetwork, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10",
        "::1/128", "fc00::/7", "fe80::/10",
    )
)  # fmt: skip
LOCAL_NAMES = ("localhost", "local", "lan", "home", "internal", "home.arpa")
HOST_NAME = re.compile(r"^(?!-)[a-z0-9-]{1,63}(?:\.(?!-)[a-z0-9-]{1,63})*$")


class LanProblem(Exception):
    """TLS for the network is not possible; the message says why and what helps."""


@dataclass(frozen=True, slots=True)
class Names:
    """What this machine is called: the first one is the address that people are shown."""

    addresses: tuple[IpAddress, ...]
    hosts: tuple[str, ...]
    given: str = ""

    @property
    def shown(self) -> str:
        """The address for phones: the name that the operator gave, an ordinary IPv4 address, else our own name."""
        if self.given:
            return self.given
        for address in self.addresses:
            if address.version == 4 and not address.is_loopback:
                return str(address)
        return self.hosts[0]

    @property
    def all(self) -> list[str]:
        """As they stand in a Host header."""
        return [*self.hosts, *(f"[{each}]" if each.version == 6 else str(each) for each in self.addresses)]


@dataclass(frozen=True, slots=True)
class Certificate:
    """Where the server's certificate and key are, and the authority that signed it."""

    chain: Path
    key: Path
    authority: Path
    names: Names


def folder() -> Path:
    return home.make_home() / "tls"


def names(more: Sequence[str] = ()) -> Names:
    """The addresses of this machine, its host name, and the names that the operator gave."""
    host = socket.gethostname().lower()
    hosts = [name.lower().rstrip(".") for name in more]
    for name in hosts:
        if not HOST_NAME.match(name):
            raise LanProblem(f"{name} is no host name. Give one like tongxin.lan.")
    if HOST_NAME.match(host):
        hosts += [host, f"{host.split('.')[0]}.local"]
    return Names(tuple(_addresses()), tuple(dict.fromkeys([*hosts, "localhost"])), hosts[0] if more else "")


def _addresses() -> list[IpAddress]:
    """The one that the way out uses comes first: on a machine with several it is the likeliest."""
    found: list[str] = []
    for family, far in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((far, 9))  # nothing is sent
                found.append(probe.getsockname()[0])
        except OSError:
            continue
    found += _of_interfaces()
    with contextlib.suppress(OSError):  # a host name that nobody resolves
        found += [str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None)]
    addresses = [
        ipaddress.ip_address(text.split("%")[0]) for text in dict.fromkeys([*found, "127.0.0.1", "::1"])
    ]
    return [address for address in dict.fromkeys(addresses) if not address.is_link_local]


def _of_interfaces() -> list[str]:
    if not sys.platform.startswith("linux"):
        return []
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _number, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(probe, 0x8915, struct.pack("256s", name.encode()[:15]))  # SIOCGIFADDR
            except OSError:
                continue  # an interface without an IPv4 address
            found.append(socket.inet_ntoa(answer[20:24]))
    return found


def certificate(more: Sequence[str] = (), now: datetime | None = None) -> Certificate:
    """The certificate for the names of today. Made when there is none, when names changed or its end is near."""
    at = now or datetime.now(UTC)
    wanted = names(more)
    place = folder()
    place.mkdir(mode=0o700, exist_ok=True)
    with home.locked(place / "lock"):
        authority, key = _authority(place, wanted, at)
        wanted = _allowed(authority, wanted, more)
        chain, leaf_key = place / "server.pem", place / "server.key"
        if not _serves(chain, leaf_key, authority, wanted, at):
            _issue(chain, leaf_key, authority, key, wanted, at)
    return Certificate(chain, leaf_key, place / "ca.crt", wanted)


def _authority(
    place: Path, wanted: Names, at: datetime
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    path, key_path = place / "ca.crt", place / "ca.key"
    if path.exists() and key_path.exists():
        held = x509.load_pem_x509_certificate(path.read_bytes())
        key = serialization.load_pem_private_key(key_path.read_bytes(), None)
        if isinstance(key, ec.EllipticCurvePrivateKey) and held.not_valid_after_utc > at + LEAF_LIVES:
            return held, key
    key = ec.generate_private_key(ec.SECP256R1())
    made = _signed_authority(key, wanted, at)
    write_private(key_path, _pem_of_key(key))
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return made, key


def _signed_authority(key: ec.EllipticCurvePrivateKey, wanted: Names, at: datetime) -> x509.Certificate:
    outside = [address for address in wanted.addresses if not any(address in net for net in PRIVATE)]
    networks = [*PRIVATE, *(ipaddress.ip_network(address) for address in outside)]
    permitted: list[x509.GeneralName] = [x509.IPAddress(network) for network in networks]
    permitted += [x509.DNSName(name) for name in dict.fromkeys([*LOCAL_NAMES, *wanted.hosts])]
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tongxin"),
            x509.NameAttribute(
                NameOID.COMMON_NAME, f"Tongxin 同心 {socket.gethostname()[:30]} {at:%Y-%m-%d}"
            ),
        ]
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - EARLIER)
        .not_valid_after(at + CA_LIVES)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority, key_cert_sign=authority, crl_sign=authority, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False,
        decipher_only=False,
    )  # fmt: skip


def _allowed(authority: x509.Certificate, wanted: Names, more: Sequence[str]) -> Names:
    """What the authority may vouch for. A name that was asked for and may not be is said, not left out."""
    permitted = (
        authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    )
    networks = [
        ipaddress.ip_network(str(each.value)) for each in permitted if isinstance(each, x509.IPAddress)
    ]
    domains = [each.value for each in permitted if isinstance(each, x509.DNSName)]
    hosts = tuple(
        name for name in wanted.hosts if any(name == known or name.endswith(f".{known}") for known in domains)
    )
    for name in more:
        if name.lower().rstrip(".") not in hosts:
            raise LanProblem(
                f"The authority in {folder()} was not made for the name {name}. Use a name that ends in .lan or"
                " .local; or move that folder away: a new authority is made, and every phone has to trust it anew."
            )
    addresses = tuple(each for each in wanted.addresses if any(each in network for network in networks))
    return Names(addresses, hosts, wanted.given)


def _serves(chain: Path, key: Path, authority: x509.Certificate, wanted: Names, at: datetime) -> bool:
    if not (chain.exists() and key.exists()):
        return False
    held = x509.load_pem_x509_certificates(chain.read_bytes())
    if len(held) != 2 or held[1] != authority or held[0].not_valid_after_utc < at + RENEWED_BEFORE:
        return False
    return set(_subjects(wanted)) == set(
        held[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    )


def _subjects(wanted: Names) -> list[x509.GeneralName]:
    hosts: list[x509.GeneralName] = [x509.DNSName(name) for name in wanted.hosts]
    return hosts + [x509.IPAddress(address) for address in wanted.addresses]


def _issue(
    chain: Path, key_path: Path, authority: x509.Certificate, authority_key: ec.EllipticCurvePrivateKey,
    wanted: Names, at: datetime,
) -> None:  # fmt: skip
    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, wanted.shown[:60])]))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - EARLIER)
        .not_valid_after(min(at + LEAF_LIVES, authority.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(_subjects(wanted)), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
        )
        .sign(authority_key, hashes.SHA256())
    )
    write_private(key_path, _pem_of_key(key))
    pem = serialization.Encoding.PEM
    chain.write_bytes(made.public_bytes(pem) + authority.public_bytes(pem))


def _pem_of_key(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def write_private(path: Path, content: bytes) -> None:
    """A key: nobody else can read it, at no moment."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as f:
        f.write(content)
        f.flush()
        os.fsync(f.fileno())
    part.replace(path)


def fingerprint(authority: Path) -> str:
    """SHA-256 of the authority's certificate, as phones show it."""
    digest = x509.load_pem_x509_certificate(authority.read_bytes()).fingerprint(hashes.SHA256())
    return ":".join(f"{byte:02X}" for byte in digest)


def environment(held: Certificate) -> dict[str, str]:
    """What the office and its helpers are told: names in Host headers, secure cookies, whom to trust."""
    return {
        "TONGXIN_HOSTS": ",".join([*held.names.all, *_given_hosts()]),
        "TONGXIN_HTTPS": "1",
        "TONGXIN_CA": str(held.authority),
        "SSL_CERT_FILE": str(held.authority),  # a story that is played through our own door
    }


def _given_hosts() -> Sequence[str]:
    return [host for host in os.environ.get("TONGXIN_HOSTS", "").split(",") if host]
