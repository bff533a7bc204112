"""Deciding about differences, and correcting the cells of a row."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.exchange.enums import Choice, DifferenceKind
from tongxin.exchange.forms import MEANINGS
from tongxin.exchange.services.mending import Cell


class KeysField(forms.TypedMultipleChoiceField):
    """Ids ticked in a table; whether they are there is the service's question."""

    def valid_value(self, value: Any) -> bool:
        return True


class DecisionForm(forms.Form):
    """What is to happen with which differences."""

    choice = forms.ChoiceField(choices=Choice.choices)
    keys = KeysField(coerce=forms.UUIDField().clean, required=False)
    everybody = forms.BooleanField(required=False)
    kind = forms.ChoiceField(choices=[("", ""), *DifferenceKind.choices], required=False)
    field = forms.CharField(max_length=10, required=False)
    place = forms.CharField(max_length=100, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("keys") and not (cleaned.get("everybody") and cleaned.get("kind")):
            raise forms.ValidationError("nobody chosen")
        return cleaned


class CellsForm(forms.Form):
    """The cells of one row, each under its heading."""

    def __init__(self, cells: list[Cell], may_allow: bool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for cell in cells:
            self.fields[f"cell_{cell.column}"] = forms.CharField(
                label=MEANINGS.get(cell.meaning, cell.heading),
                help_text=cell.heading,
                initial=cell.value,
                max_length=500,
                required=False,
                strip=True,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )
        if may_allow:
            self.fields["allow_why"] = forms.CharField(
                label=_("Keep this number although it fails its check, because"),
                help_text=_("Only when the card itself shows it. Your name stands beside it."),
                max_length=200,
                min_length=4,
                required=False,
            )

    def cells(self) -> dict[int, str]:
        """The corrected cells by their column."""
        return {
            int(name.removeprefix("cell_")): value
            for name, value in self.cleaned_data.items()
            if name.startswith("cell_")
        }
