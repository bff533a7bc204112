"""Keys are changed under an open office: both are read, a stop loses nothing, and search goes on."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator

from tests import cast
from tongxin.access.adapters import SecondFactorAdapter
from tongxin.access.models import Entry
from tongxin.config import home
from tongxin.config.commands import rotate_keys
from tongxin.core import ciphers
from tongxin.people.models import Document, Phone

pytestmark = pytest.mark.usefixtures("db_everywhere")


@pytest.fixture(autouse=True)
def keys_put_back() -> Iterator[None]:
    """The installation of the tests is shared: its keys stand again as they were."""
    path: Path = home.home() / "secrets.json"
    before = path.read_bytes()
    yield
    path.write_bytes(before)
    home._secrets_of.cache_clear()


def key_ids() -> set[str]:
    sealed = [bytes(row.sealed) for row in [*Document.objects.all(), *Phone.objects.all()]]
    return {each[2 : 2 + each[1]].decode() for each in sealed}


def test_everything_is_sealed_anew_and_reads_and_is_found_as_before() -> None:
    town = cast.town()
    before = {each.pk: (each.reveal(), bytes(each.number_index)) for each in Document.objects.all()}
    old = ciphers.current_key()
    secret = SecondFactorAdapter().encrypt("JBSWY3DPEHPK3PXP")
    factor = Authenticator.objects.create(
        user=town.accounts["he"], type=Authenticator.Type.TOTP, data={"secret": secret}
    )

    new = home.add_field_key()
    # Both are read meanwhile.
    assert {each.reveal() for each in Document.objects.all()} == {
        number for number, _index in before.values()
    }
    seen: list[int] = []
    done = rotate_keys.reseal(seen.append)

    assert (new != old, key_ids()) == (True, {new})
    assert (done, sum(seen), rotate_keys.stale()) == (len(before) + Phone.objects.count() + 1,) * 2 + (0,)
    assert {each.pk: (each.reveal(), bytes(each.number_index)) for each in Document.objects.all()} == before
    factor.refresh_from_db()
    assert base64.b64decode(factor.data["secret"]).startswith(ciphers.prefix())
    assert SecondFactorAdapter().decrypt(factor.data["secret"]) == "JBSWY3DPEHPK3PXP"
    assert Entry.objects.get(act="access.keys.rotated").facts_row.facts == {"count": done, "key": new}


def test_a_stopped_rotation_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    cast.town()
    home.add_field_key()
    monkeypatch.setattr(rotate_keys, "BATCH", 2)
    whole = rotate_keys.stale()

    def stop(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate_keys.reseal(stop)
    left = rotate_keys.stale()
    done = rotate_keys.reseal()

    assert (left, done, rotate_keys.stale()) == (whole - 2, whole - 2, 0)


def test_a_key_that_is_still_named_is_not_forgotten(capsys: pytest.CaptureFixture[str]) -> None:
    cast.town()
    old = ciphers.current_key()
    home.add_field_key()

    early = rotate_keys._retire()
    rotate_keys.reseal()
    late = rotate_keys._retire()

    assert (early, late) == (1, 0)
    assert old not in home.field_keys()["keys"]
    assert {each.reveal() for each in Document.objects.all()} != set()


def test_the_columns_are_all_that_are_sealed() -> None:
    """A new sealed column joins the rotation, or this speaks up."""
    from django.apps import apps
    from django.db.models import BinaryField

    digests = ("digest", "previous", "index")
    held = {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, BinaryField) and not any(word in field.name for word in digests)
    }

    assert {(each.table, each.column) for each in rotate_keys.COLUMNS} == held
