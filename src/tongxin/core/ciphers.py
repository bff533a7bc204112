"""Field encryption: AES-256-GCM with a key id, and a keyed blind index for equality search (HMAC-SHA256).

Stored form: 1 byte version, 1 byte length of the key id, key id, 12 bytes nonce, ciphertext with tag. The keys
live outside the database (`config.home`); the key id stands in each value, so keys can be rotated.
"""

import base64
import hmac
import os
from functools import lru_cache
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_VERSION = 1


def encrypt(text: str, *, purpose: str) -> bytes:
    """Seal a text. `purpose` (table.column) is bound in: a value moved to another column does not open."""
    return encrypt_bytes(text.encode(), purpose=purpose)


def decrypt(sealed: bytes | memoryview, *, purpose: str) -> str:
    """Open a sealed text. Raises `cryptography.exceptions.InvalidTag` when it was changed or moved."""
    return decrypt_bytes(sealed, purpose=purpose).decode()


def encrypt_bytes(content: bytes, *, purpose: str) -> bytes:
    """Seal bytes, as `encrypt` does a text."""
    key_id = settings.TONGXIN_FIELD_KEYS["current"]
    nonce = os.urandom(12)
    body = _cipher(key_id).encrypt(nonce, content, purpose.encode())
    name = key_id.encode()
    sealed: bytes = bytes([_VERSION, len(name)]) + name + nonce + body
    return sealed


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


@lru_cache(maxsize=8)
def _cipher(key_id: str) -> AESGCM:
    return AESGCM(base64.b64decode(settings.TONGXIN_FIELD_KEYS["keys"][key_id]))


@lru_cache(maxsize=1)
def _index_key() -> bytes:
    return base64.b64decode(settings.TONGXIN_INDEX_KEY)
