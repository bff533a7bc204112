"""Field encryption: AES-256-GCM with a key id, and a keyed blind index for equality search (HMAC-SHA256).

Stored form: 1 byte version, 1 byte length of the key id, key id, 12 bytes nonce, ciphertext with tag. The keys
live outside the database (`config.home`); the key id stands in each value, so keys can be rotated.
"""

import base64
import hmac
import os
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.module_loading import import_string

_VERSION = 1


def encrypt(text: str, *, purpose: str) -> bytes:
    """Seal a text. `purpose` (table.column) is bound in: a value moved to another column does not open."""
    return encrypt_bytes(text.encode(), purpose=purpose)


def decrypt(sealed: bytes | memoryview, *, purpose: str) -> str:
    """Open a sealed text. Raises `cryptography.exceptions.InvalidTag` when it was changed or moved."""
    return decrypt_bytes(sealed, purpose=purpose).decode()


def encrypt_bytes(content: bytes, *, purpose: str) -> bytes:
    """Seal bytes, as `encrypt` does a text."""
    key_id = current_key()
    nonce = os.urandom(12)
    body = _cipher(key_id).encrypt(nonce, content, purpose.encode())
    name = key_id.encode()
    return _head(name) + nonce + body


def decrypt_bytes(sealed: bytes | memoryview, *, purpose: str) -> bytes:
    """Open sealed bytes."""
    raw = bytes(sealed)
    if not raw or raw[0] != _VERSION:
        raise ValueError("sealed value of an unknown version")
    end = 2 + raw[1]
    key_id, nonce, body = raw[2:end].decode(), raw[end : end + 12], raw[end + 12 :]
    return _cipher(key_id).decrypt(nonce, body, purpose.encode())


def blind_index(text: str, *, purpose: str) -> bytes:
    """16 bytes that are equal for equal texts and tell nothing without the key."""
    return hmac.digest(_index_key(), f"{purpose}\0{text}".encode(), sha256)[:16]


def current_key() -> str:
    """The id of the key that seals now."""
    return str(_keys()["current"])


def prefix() -> bytes:
    """How every value begins that is sealed with the present key."""
    return _head(current_key().encode())


def _head(name: bytes) -> bytes:
    return bytes([_VERSION, len(name)]) + name


def _keys() -> Mapping[str, Any]:
    """The keys now: the file is asked again when it has changed, so that a rotation needs no restart."""
    keys: Mapping[str, Any] = import_string(settings.TONGXIN_FIELD_KEYS)()
    return keys


def _cipher(key_id: str) -> AESGCM:
    return _cipher_of(_keys()["keys"][key_id])


@lru_cache(maxsize=8)
def _cipher_of(key: str) -> AESGCM:
    return AESGCM(base64.b64decode(key))


@lru_cache(maxsize=1)
def _index_key() -> bytes:
    return base64.b64decode(settings.TONGXIN_INDEX_KEY)
