"""Which columns of a table a person wants to see: kept in a cookie of theirs, chosen by a plain form."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

COOKIE = "columns"
YEAR = 365 * 24 * 3600
MOST = 14  # office.css has a rule for each
TABLES = 40


def hidden_of(request: HttpRequest, table: str) -> frozenset[int]:
    """The places (from 1) of the columns that this person has put away in this table."""
    return _read(request).get(table, frozenset())


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep the choice and go back to the list."""
    table, count = request.POST.get("table", "")[:40], request.POST.get("count", "")
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = "/"
    response = redirect(back)
    if table.isalnum() and count.isdigit():
        shown = {int(each) for each in request.POST.getlist("shown") if each.isdigit()}
        # The first column says which row it is: it stays.
        hidden = frozenset(range(2, min(int(count), MOST) + 1)) - shown
        kept = {**{name: places for name, places in _read(request).items() if name != table}, table: hidden}
        words = [f"{name}-{'.'.join(map(str, sorted(places)))}" for name, places in kept.items() if places]
        response.set_cookie(
            _cookie(request),
            "_".join(words[-TABLES:]).replace(" ", ""),
            max_age=YEAR,
            samesite="Lax",
            httponly=True,
        )
    return response


def _cookie(request: HttpRequest) -> str:
    account = getattr(getattr(request, "actor", None), "account_id", None)
    return f"{COOKIE}-{account.hex[-8:]}" if account else COOKIE


def _read(request: HttpRequest) -> dict[str, frozenset[int]]:
    kept = {}
    for word in request.COOKIES.get(_cookie(request), "").split("_")[:TABLES]:
        name, _dash, places = word.partition("-")
        if name and places.replace(".", "").isdigit():
            kept[name] = frozenset(int(place) for place in places.split(".") if place)
    return kept
