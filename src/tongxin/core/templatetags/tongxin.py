"""Filters and tags every template may use (they are built in: no `load`).

Filters
  at|moment  at|hour  at|as_of  at|ago  at|time_left   day|day   n|number   span|duration
  part|percent:whole   number|masked   code|spaced   form_field|control   path|area
Tags
  {% icon "phone" %}            a symbol of static/tongxin/icons.svg
  {% badge "done" word %}       done | waiting | attention | stop: icon + word + colour
  {% navigation_of as entries %} what the person may open
  {% printed_at %}              the present day and hour, for paper
  {% areas_held as areas %}     where the person holds grants, by name, the present one marked
  {% columns_of table as found %} the columns of a table as they are chosen: found.choices, found.css
  name|who                      the name of who did it; the machine has a word in each language
  name|spelled                  a name with each character no font has as a box and its pinyin
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField
from django.forms.widgets import CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from tongxin.core import clock, columns, documents, formats, navigation

register = template.Library()

MEANINGS = {
    "done": "circle-check",
    "waiting": "clock",
    "attention": "alert-triangle",
    "stop": "hand-stop",
}


# ---- figures and times


@register.filter
def moment(value: datetime | None) -> str:
    return formats.moment(value) if value else "—"


@register.filter
def who(name: str) -> str:
    """Who did it: a person by name, the machine by its word."""
    return gettext("system") if name == "system" else name


@register.filter
def hour(value: datetime | None) -> str:
    return formats.hour(value) if value else "—"


@register.filter
def day(value: date | datetime | None) -> str:
    if isinstance(value, datetime):
        return formats.day(clock.day_of(value))
    return formats.day(value) if value else "—"


@register.filter
def as_of(value: datetime) -> str:
    return formats.as_of(value)


@register.filter
def ago(value: datetime | None) -> str:
    return formats.ago(value) if value else "—"


@register.filter
def time_left(value: datetime | None) -> str:
    return formats.time_left(value) if value else "—"


@register.filter
def duration(value: timedelta | float | None) -> str:
    return "—" if value is None else formats.duration(value)


@register.filter
def number(value: int | float | str | None) -> str:
    return formats.number(value) if isinstance(value, int | float) else str(value or "—")


@register.filter
def percent(part: float, whole: float) -> str:
    return formats.percent(part or 0, whole or 0)


@register.filter
def masked(value: str) -> str:
    return formats.masked(value)


@register.filter
def spaced(value: str) -> str:
    return formats.spaced(value)


@register.filter
def area(path: str) -> str:
    """The name of an area by its path."""
    return _names([path]).get(path, path)


# ---- parts


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """An icon beside a word; it says nothing by itself, so screen readers skip it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        css,
        static("tongxin/icons.svg"),
        name,
    )


@register.simple_tag
def badge(meaning: str, word: Any, symbol: str = "") -> SafeString:
    """State as icon + word + colour. `symbol` replaces the icon of the meaning."""
    return format_html(
        '<span class="tx-badge is-{}">{}{}</span>', meaning, icon(symbol or MEANINGS[meaning]), word
    )


@register.filter
def control(field: BoundField) -> SafeString:
    """A form field's widget with the classes of its kind and its state."""
    widget = field.field.widget
    if isinstance(widget, CheckboxSelectMultiple | RadioSelect):
        return field.as_widget()  # Django would put the class on the box around the choices too
    if isinstance(widget, CheckboxInput):
        css = "form-check-input"
    elif isinstance(widget, Select):
        css = "form-select"
    else:
        css = "form-control"
    if field.errors:
        css += " is-invalid"
    own = widget.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"{css} {own}".strip()})


@register.filter
def is_checkbox(field: BoundField) -> bool:
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def is_choices(field: BoundField) -> bool:
    return isinstance(field.field.widget, CheckboxSelectMultiple | RadioSelect)


# ---- the shell


@register.simple_tag(takes_context=True)
def navigation_of(context: template.Context) -> list[navigation.Entry]:
    request, actor = context.get("request"), context.get("actor")
    if request is None or actor is None:
        return []
    return navigation.entries_of(request)


@register.simple_tag
def printed_at() -> str:
    """The day and the hour, in full: what stands on paper."""
    return f"{formats.day(clock.today())} {formats.hour(clock.now())}"


@dataclass(frozen=True, slots=True)
class Held:
    path: str
    name: str
    is_home: bool


@register.simple_tag(takes_context=True)
def areas_held(context: template.Context) -> list[Held]:
    """The areas of the person's grants; the one the pages open at stands first."""
    actor = context.get("actor")
    if actor is None or not actor.account_id or not actor.grants:
        return []
    paths = list(dict.fromkeys([actor.home, *(grant.area_path for grant in actor.grants if grant.area_path)]))
    names = _names(paths)
    return [Held(path, names.get(path, path), path == actor.home) for path in paths]


def _names(paths: Iterable[str]) -> dict[str, str]:
    names: dict[str, str] = import_string(settings.TONGXIN_AREA_NAMES)(list(paths))
    return names


# ---- tables


@dataclass(frozen=True, slots=True)
class Choice:
    """A column as one may choose it: its place from 1, its heading, whether it is shown."""

    place: int
    title: Any
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    choices: list[Choice]
    css: str


@register.simple_tag(takes_context=True)
def columns_of(context: template.Context, table: Any) -> Chosen:
    """What may be put away, and the classes that do it. A table without a name of its own has nothing to choose."""
    request = context.get("request")
    titled = [column for column in table.columns if column.title]
    if request is None or table.name == "rows" or not 3 < len(titled) <= columns.MOST:
        return Chosen([], "")
    hidden = columns.hidden_of(request, table.name)
    shift = 1 if table.select else 0
    choices = [
        Choice(place, column.title, place not in hidden)
        for place, column in enumerate(table.columns, 1)
        if column.title and place > 1
    ]
    return Chosen(choices, " ".join(f"tx-hide-{place + shift}" for place in sorted(hidden)))


@register.filter
def spelled(value: str) -> str:
    """As printed documents have it: □(pinyin) for what the shipped font, and most screens, cannot draw."""
    return str(documents.written(value or ""))


# ---- coverage


@dataclass(frozen=True, slots=True)
class Part:
    """One stretch of a stacked bar; `start` and `width` in thousandths."""

    code: str
    word: str
    count: int
    href: str
    start: float
    width: float


@register.simple_tag
def parts_of(classes: Iterable[Any]) -> list[Part]:
    """(code, word, count) or (code, word, count, href) as stretches that sum to the whole, in order."""
    rows = [(*row, "")[:4] for row in classes]
    total = sum(row[2] for row in rows) or 1
    parts, start = [], 0.0
    for code, word, count, href in rows:
        width = round(1000 * count / total, 2)
        parts.append(Part(code, str(word), count, href, round(start, 2), width))
        start += width
    return parts
