from datetime import UTC, datetime

from tongxin.access.models import Account, Grant

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def account(username: str, name: str, *grants: tuple[str, str], password: str | None = None) -> Account:
    made = Account.objects.create_user(username, password, name=name)
    for role, path in grants:
        Grant.objects.create(account=made, role=role, area_path=path, valid_from=LONG_AGO)
    return made
