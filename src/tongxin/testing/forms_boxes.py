"""Forms of boxes, stock and frozen tubes: input to clean values."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.core import clock
from tongxin.testing.enums import BoxKind, LabReject, PoolKind
from tongxin.testing.models import Laboratory

COLDEST, WARMEST = -90, 60


def split_codes(text: str) -> list[str]:
    """Codes as a scanner, a sheet or a hand gives them: one a line, or between commas and spaces."""
    return text.replace(",", "\n").replace("，", "\n").replace("、", "\n").split()


class DegreesField(forms.DecimalField):
    """A temperature in Celsius; empty where nobody measured."""

    def __init__(self, **more: Any) -> None:
        super().__init__(
            label=_("Temperature in the box, °C"),
            required=False,
            max_digits=4,
            decimal_places=1,
            min_value=Decimal(COLDEST),
            max_value=Decimal(WARMEST),
            widget=forms.NumberInput(attrs={"step": "0.1", "inputmode": "decimal"}),
            **more,
        )


class SealForm(forms.Form):
    """A box: which tubes, its seal, how warm."""

    codes = forms.CharField(
        label=_("Tubes in the box"),
        help_text=_("Scan each one into the box, one a line. The count must be what lies in it."),
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off"}),
    )
    seal = forms.CharField(label=_("Number of the seal"), max_length=24)
    kind = forms.ChoiceField(label=_("Box"), choices=BoxKind.choices, initial=BoxKind.MEDIUM)
    temperature = DegreesField()
    has_ice = forms.BooleanField(label=_("Ice packs are in it"), required=False, initial=True)

    def clean_codes(self) -> list[str]:
        codes = split_codes(self.cleaned_data["codes"])
        if any(len(code) > 24 for code in codes):
            raise forms.ValidationError(_("A code has at most 24 letters and digits."))
        return codes


class LegForm(forms.Form):
    """Two names and the temperature at a handover."""

    giver = forms.CharField(label=_("Handed over by"), max_length=60)
    taker = forms.CharField(label=_("Taken over by"), max_length=60)
    temperature = DegreesField()
    laboratory_id = forms.ChoiceField(label=_("Laboratory"), required=False)

    def __init__(self, *args: Any, laboratories: Iterable[Laboratory], **more: Any) -> None:
        super().__init__(*args, **more)
        known = [(str(each.pk), each.name) for each in laboratories]
        if known:
            self.fields["laboratory_id"].choices = [("", "—"), *known]  # type: ignore[attr-defined]
        else:
            del self.fields["laboratory_id"]

    def values(self) -> dict[str, Any]:
        chosen = self.cleaned_data.get("laboratory_id")
        return {**self.cleaned_data, "laboratory_id": UUID(chosen) if chosen else None}


class HandForm(LegForm):
    """The carrier takes a box over."""

    vehicle = forms.CharField(label=_("Car"), max_length=40, help_text=_("Its number plate."))
    field_order = ("giver", "taker", "vehicle", "temperature", "laboratory_id")


class ReceiveForm(LegForm):
    """The laboratory takes a box in."""

    counted = forms.IntegerField(label=_("Tubes counted"), min_value=0, max_value=500)
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=200,
        help_text=_("What is missing or wrong, when the count is not the list's."),
    )
    field_order = ("giver", "taker", "counted", "temperature", "note", "laboratory_id")


class RejectForm(forms.Form):
    """Why the laboratory sends a tube back."""

    reason = forms.ChoiceField(label=_("Why"), choices=LabReject.choices, widget=forms.RadioSelect)
    note = forms.CharField(label=_("Note"), required=False, max_length=200)


class LaboratoryForm(forms.Form):
    name = forms.CharField(label=_("Laboratory"), min_length=2, max_length=80)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=40)


class BatchForm(forms.Form):
    """A batch of vials as it came."""

    label = forms.CharField(label=_("Batch of the maker"), max_length=40)
    pool = forms.ChoiceField(label=_("Pool"), choices=PoolKind.choices, initial=PoolKind.POOL10)
    expires_on = forms.DateField(
        label=_("Expires"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    codes = forms.CharField(
        label=_("Codes"),
        required=False,
        help_text=_("Scan or paste them, one a line. Or leave this blank and give a prefix and a number."),
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
    )
    running_prefix = forms.CharField(label=_("Prefix"), required=False, max_length=16)
    count = forms.IntegerField(label=_("How many"), required=False, min_value=1, max_value=5000)

    def clean_expires_on(self) -> date:
        day: date = self.cleaned_data["expires_on"]
        if day < clock.today():
            raise forms.ValidationError(_("These tubes have expired. Give them back to the store."))
        return day

    def clean_codes(self) -> list[str]:
        codes = split_codes(self.cleaned_data["codes"])
        if any(len(code) > 24 for code in codes):
            raise forms.ValidationError(_("A code has at most 24 letters and digits."))
        return codes

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("codes") and not cleaned.get("count"):
            raise forms.ValidationError(_("Give the codes of the tubes, or a prefix and how many."))
        return cleaned

    def values(self) -> dict[str, Any]:
        cleaned = dict(self.cleaned_data)
        cleaned["prefix"] = cleaned.pop("running_prefix")
        return {**cleaned, "codes": cleaned["codes"] or None, "count": cleaned["count"] or 0}


class SideForm(forms.Form):
    """What becomes of a tube that two phones opened."""

    TOGETHER = "together"
    side = forms.ChoiceField(label=_("What was it?"), widget=forms.RadioSelect)
    why = forms.CharField(label=_("How do you know?"), min_length=2, max_length=200)

    def __init__(self, *args: Any, sides: Iterable[tuple[UUID, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        keep = [
            (str(key), _("Two tubes with one code: only that of %(phone)s stands") % {"phone": name})
            for key, name in sides
        ]
        self.fields["side"].choices = [  # type: ignore[attr-defined]
            (self.TOGETHER, _("One tube, used with two phones: everybody in it stands")),
            *keep,
        ]

    def values(self) -> dict[str, Any]:
        side = self.cleaned_data["side"]
        return {"keep": None if side == self.TOGETHER else UUID(side), "why": self.cleaned_data["why"]}


class QueueForm(forms.Form):
    """How many wait at a point."""

    waiting = forms.IntegerField(label=_("People waiting"), min_value=0, max_value=9999)
