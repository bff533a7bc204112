"""Demo accounts: one of each role, on a register marked demo, and Gao who must see nothing."""

from collections.abc import Iterator

import pytest
from django.test import override_settings

from tests import cast, factories
from tongxin.access import roles
from tongxin.access.models import Account, Grant
from tongxin.access.queries import actor_of
from tongxin.access.services.accounts import mark_installation
from tongxin.access.services.demo import PASSWORD, DemoAccount, make_demo_accounts
from tongxin.core import scope
from tongxin.core.refusals import Refusal
from tongxin.people.models import Person
from tongxin.places.enums import AreaLevel
from tongxin.places.models import Area

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def fast_hashes() -> Iterator[None]:
    """Argon2 is slow on purpose; which accounts are made does not depend on it."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


SHUANGXI = {"area_path": cast.SHUANGXI, "county_path": "/43/08/02/", "neighbour_path": cast.NEXT_DOOR}


def _made(grid_path: str = cast.SHUANGXI) -> list[DemoAccount]:
    return list(make_demo_accounts(**SHUANGXI, grid_path=grid_path, at=cast.NOON))


def test_a_demo_has_an_account_of_every_role_that_logs_in() -> None:
    mark_installation(is_demo=True, area_path=cast.SHUANGXI)

    made = _made()

    assert {account.role for account in made} == set(roles.ROLES)
    for username, password, role, name in made:
        account = Account.objects.get(username=username)
        assert (account.check_password(password), account.is_demo, account.name) == (True, True, name)
        with scope.everywhere():
            assert actor_of(account, cast.NOON).has_role(role)


def test_making_them_again_changes_nothing() -> None:
    mark_installation(is_demo=True, area_path=cast.SHUANGXI)
    first = _made()

    again = _made()

    assert again == first
    with scope.everywhere():
        assert (Account.objects.count(), Grant.objects.count()) == (len(first), len(first))


@pytest.mark.parametrize("is_marked", [True, False])
def test_a_real_register_gets_no_demo_accounts(is_marked: bool) -> None:
    if is_marked:
        mark_installation(is_demo=False, area_path=cast.SHUANGXI)

    with pytest.raises(Refusal, match="register_not_demo"):
        _made()

    assert Account.objects.count() == 0


def test_a_real_persons_account_is_not_taken_over() -> None:
    mark_installation(is_demo=True, area_path=cast.SHUANGXI)
    own = factories.account("tang", "唐", password="of-her-own-making")

    with pytest.raises(Refusal, match="register_not_demo"):
        _made()

    own.refresh_from_db()
    assert not own.check_password(PASSWORD)


def test_gao_sees_nobody_of_shuangxi_and_lin_the_people_of_his_grid() -> None:
    mark_installation(is_demo=True, area_path=cast.SHUANGXI)
    with scope.everywhere():
        grid = _town_without_accounts()
        _made(grid)
        actors = {
            name: actor_of(Account.objects.get(username=name), cast.NOON) for name in ("gao", "lin", "tang")
        }

    seen = {}
    for name, actor in actors.items():
        with scope.scoped(actor.paths):
            seen[name] = Person.objects.count()
    assert seen == {"gao": 0, "lin": 1, "tang": 2}


def _town_without_accounts() -> str:
    """Two buildings with one person each, the first of them in Lin's grid."""
    community = Area.objects.create(
        key="430802L01001", path=cast.SHUANGXI, name="双溪社区", level=AreaLevel.COMMUNITY
    )
    grid = factories.area(community, "G001", "第1网格", AreaLevel.GRID)
    inside = factories.building(community, "1", grid)
    outside = factories.building(community, "2")
    factories.person("陈伟", factories.dwelling(inside, "1", "1", "101"))
    factories.person("张伟", factories.dwelling(outside, "2", "1", "101"))
    return grid.path
