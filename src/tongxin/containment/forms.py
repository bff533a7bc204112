"""Input of restrictions."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tongxin.containment.enums import Ground
from tongxin.containment.services.restrictions import Order


class RestrictionForm(forms.Form):
    """Who, on what ground, on what record, until when. The service refuses what is missing, and it is noted."""

    people = forms.CharField(
        label=_("Persons (their record numbers, one a line)"), widget=forms.Textarea(attrs={"rows": 3})
    )
    ground = forms.ChoiceField(label=_("Ground"), choices=Ground.choices)
    evidence = forms.UUIDField(label=_("Record it rests on (its number)"), required=False)
    ends_at = forms.DateTimeField(
        label=_("Ends"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
    )

    def clean_people(self) -> list[UUID]:
        try:
            return [UUID(line.strip()) for line in self.cleaned_data["people"].split() if line.strip()]
        except ValueError as problem:
            raise ValidationError(
                _("A record number is 32 letters and digits. Copy it from the page.")
            ) from problem

    def orders(self) -> list[Order]:
        given: dict[str, Any] = self.cleaned_data
        return [
            Order(person, given["ground"], given["evidence"], given["ends_at"]) for person in given["people"]
        ]


class LiftForm(forms.Form):
    why = forms.CharField(label=_("Why"), max_length=160)


class ExtendForm(forms.Form):
    hours = forms.IntegerField(label=_("Hours from now"), min_value=1, max_value=24)
