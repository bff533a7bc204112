"""Accounts and roles: opened, given, taken back and closed by an operator, within their own area."""

import pytest
from django.test import Client

from tests import cast, factories
from tongxin.access.models import Account, Entry, Grant
from tongxin.access.services.accounts import close_account, end_grant, renew_password
from tongxin.core import clock, scope
from tongxin.core.refusals import Refusal

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def town() -> cast.Town:
    with scope.everywhere():
        town = cast.town()
        town.accounts["local"] = factories.account("local", "本地管理员", ("operator", cast.SHUANGXI))
        return town


def as_(town: cast.Town, name: str) -> Client:
    client = Client()
    client.cookies.load({"django_language": "en"})
    client.force_login(town.accounts[name])
    return client


def test_a_new_account_logs_in_with_the_password_shown_once(town: cast.Town) -> None:
    operator = as_(town, "operator")
    wanted = {"name": "周新", "username": "zhou", "role": "clerk", "area": "双溪社区", "until": "2030-01-31"}

    opened = operator.post("/access/accounts/new", wanted)
    client = Client()
    client.post("/accounts/login/", {"login": "zhou", "password": opened.context["password"]})

    assert opened.context["password"] in opened.content.decode()
    assert client.get("/people/").status_code == 200
    with scope.everywhere():
        grant = Grant.objects.get(account__username="zhou")
        assert (grant.role, grant.area_path) == ("clerk", cast.SHUANGXI)
        assert grant.valid_to is not None
        assert f"{grant.valid_to.astimezone(clock.SHANGHAI):%F %H:%M}" == "2030-02-01 00:00"


def test_an_operator_of_one_area_opens_accounts_there_and_nowhere_else(town: cast.Town) -> None:
    local = as_(town, "local")
    wanted = {"name": "周新", "username": "zhou", "role": "clerk", "area": "双溪社区"}

    assert local.post("/access/accounts/new", wanted).status_code == 200
    refused = local.post("/access/accounts/new", wanted | {"username": "wu", "area": "永定社区"})

    assert refused.status_code == 403
    assert list(Account.objects.filter(username__in=("zhou", "wu")).values_list("username", flat=True)) == [
        "zhou"
    ]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"username": "lin"}, "This user name is taken"),
        ({"username": "Lin Z"}, "Use small letters"),
        ({"area": "不存在的社区"}, "不存在的社区"),
    ],
)
def test_a_form_that_cannot_be_kept_comes_back(town: cast.Town, change: dict[str, str], says: str) -> None:
    wanted = {"name": "周新", "username": "zhou", "role": "clerk", "area": "双溪社区"} | change

    response = as_(town, "operator").post("/access/accounts/new", wanted)

    assert response.status_code == 422
    assert says in response.content.decode()
    assert not Account.objects.filter(username="zhou").exists()


def test_a_role_is_given_and_taken_back(town: cast.Town) -> None:
    operator = as_(town, "operator")
    account = town.accounts["lab"]

    operator.post(f"/access/accounts/{account.pk}", {"role": "carrier", "area": "430802L01001"})
    with scope.everywhere():
        given = Grant.objects.get(account=account, role="carrier")
    operator.post(f"/access/grants/{given.pk}/end", {"why": "轮岗结束"})

    with scope.everywhere():
        assert not Grant.objects.in_force(clock.now()).filter(pk=given.pk).exists()
        assert list(Entry.objects.order_by("sequence").values_list("act", "why")) == [
            ("access.grant.given", ""),
            ("access.grant.ended", "轮岗结束"),
        ]


def test_a_closed_account_cannot_log_in_and_holds_nothing(town: cast.Town) -> None:
    account = town.accounts["lab"]
    client = as_(town, "lab")

    as_(town, "operator").post(f"/access/accounts/{account.pk}/closing", {"why": "已经调离"})

    assert client.get("/access/account").status_code == 302
    with scope.everywhere():
        assert not Grant.objects.in_force(clock.now()).filter(account=account).exists()


def test_nobody_closes_their_own_account(town: cast.Town) -> None:
    with scope.everywhere(), pytest.raises(Refusal, match="not_oneself"):
        close_account(
            account_id=town.accounts["operator"].pk, by=town.actor("operator"), at=clock.now(), why="试一试"
        )


def test_a_new_password_ends_the_old_one_and_its_sessions(town: cast.Town) -> None:
    client = as_(town, "lab")
    assert client.get("/access/account").status_code == 200

    as_(town, "operator").post(f"/access/accounts/{town.accounts['lab'].pk}/password")

    assert client.get("/access/account").status_code == 302


def test_an_operator_reaches_nobody_above_their_area(town: cast.Town) -> None:
    local = as_(town, "local")
    commander, gao = town.accounts["commander"], town.accounts["gao"]
    with scope.everywhere():
        Grant.objects.create(account=commander, role="auditor", area_path=cast.SHUANGXI, valid_from=cast.NOON)
        with pytest.raises(Refusal, match="not_allowed"):
            renew_password(account_id=commander.pk, by=town.actor("local"), at=clock.now())
        foreign = Grant.objects.get(account=gao)
        with pytest.raises(Refusal, match="not_allowed"):
            end_grant(grant_id=foreign.pk, by=town.actor("local"), at=clock.now(), why="试一试")

    listed = {row["account"].username for row in local.get("/access/accounts").context["table"].rows}
    assert "gao" not in listed
    assert "lin" in listed
    assert local.get(f"/access/accounts/{gao.pk}").status_code == 404
    assert local.post(f"/access/accounts/{commander.pk}/password").status_code == 403
    assert local.post(f"/access/grants/{foreign.pk}/end", {"why": "试一试吧"}).status_code == 404
    given = local.post(f"/access/accounts/{town.accounts['lin'].pk}", {"role": "clerk", "area": "永定社区"})
    assert given.status_code == 403


def test_the_pages_are_for_operators_alone(town: cast.Town) -> None:
    tang = as_(town, "tang")

    assert tang.get("/access/accounts").status_code == 403
    assert tang.post("/access/accounts/new", {"name": "x"}).status_code == 403


def test_the_list_costs_the_same_with_more_accounts(town: cast.Town, queries: list[str]) -> None:
    operator = as_(town, "operator")
    operator.get("/access/accounts")
    queries.clear()
    operator.get("/access/accounts")
    before = len(queries)
    with scope.everywhere():
        for number in range(3):
            factories.account(f"more{number}", "多", ("clerk", cast.SHUANGXI))
    queries.clear()
    operator.get("/access/accounts")

    assert len(queries) == before
