"""Input of restrictions and appeals."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.containment.enums import AppealChannel, Ground, ToldBy
from tongxin.containment.services.restrictions import Order
from tongxin.core import clock

MOMENT = "%Y-%m-%dT%H:%M"


class UntilForm(forms.Form):
    """Until when: the only thing that is typed. Persons and records are chosen from rows."""

    ends_at = forms.DateTimeField(
        label=_("Ends"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        input_formats=[MOMENT],
        help_text=_("Every restriction has an end. More than 24 hours is signed by a second person."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.initial.setdefault("ends_at", clock.now() + timedelta(hours=24))


def orders_of(records: Iterable[str], people: Iterable[str], ends_at: Any) -> list[Order]:
    """What a form asks for: chosen records, and people named without one (which the service refuses and notes).

    A key that was tampered with is a person without a record.
    """
    orders = [_order(key, ends_at) for key in records]
    named = {order.person_id for order in orders}
    bare = [
        Order(person, "", None, ends_at) for text in people if (person := _uuid(text)) not in named and person
    ]
    return orders + bare


def _order(key: str, ends_at: Any) -> Order:
    person, _colon, rest = key.partition(":")
    ground, _colon, record = rest.partition(":")
    return Order(
        _uuid(person) or UUID(int=0),
        ground if ground in Ground.values else "",
        _uuid(record),
        ends_at,
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


class LiftForm(forms.Form):
    why = forms.CharField(label=_("Why"), max_length=160)


class ExtendForm(forms.Form):
    hours = forms.IntegerField(label=_("Hours from now"), min_value=1, max_value=336)


class ToldForm(forms.Form):
    how = forms.ChoiceField(label=_("How"), choices=ToldBy.choices)


class AppealForm(forms.Form):
    """What somebody says against a restriction, in their words."""

    channel = forms.ChoiceField(label=_("How it came"), choices=AppealChannel.choices)
    said_by = forms.CharField(
        label=_("Who says it"),
        max_length=60,
        required=False,
        help_text=_("The person, or who speaks for them: a relative, a worker."),
    )
    says = forms.CharField(label=_("What is said"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("Answer, in words the person understands"),
        max_length=1000,
        min_length=8,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class ExportForm(forms.Form):
    """Why names leave the house (LE-32)."""

    purpose = forms.CharField(
        label=_("What for?"),
        min_length=4,
        max_length=120,
        error_messages={"min_length": _("Say why, in at least 4 characters.")},
        help_text=_("It stands on every page of the copy, with your name and the time."),
    )
