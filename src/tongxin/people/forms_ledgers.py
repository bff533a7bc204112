"""Forms of ledgers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.people.enums import Ledger


class EntryForm(forms.Form):
    """Somebody is entered into a ledger."""

    ledger = forms.ChoiceField(label=_("Ledger"))
    ground = forms.CharField(
        label=_("On what ground"),
        max_length=200,
        help_text=_("For example: list no. 18 of the civil affairs office, seen today."),
    )
    until_on = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The last day, where it ends by itself: home monitoring after a release."),
    )

    def __init__(self, *words: Any, ledgers: list[Ledger], **more: Any) -> None:
        super().__init__(*words, **more)
        field = self.fields["ledger"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(ledger.value, ledger.label) for ledger in ledgers]


class EndForm(forms.Form):
    """Somebody leaves a ledger."""

    reason = forms.CharField(label=_("Why does the person leave it?"), max_length=200)
