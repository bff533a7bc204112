"""Forms of the register."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongxin.people.services.reveal import SHORTEST_REASON


class ReasonForm(forms.Form):
    """Why somebody needs to see a whole number."""

    why = forms.CharField(
        label=_("Why do you need it?"),
        min_length=SHORTEST_REASON,
        max_length=300,
        error_messages={"min_length": _("Say why, in at least 4 characters.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class CorrectionForm(forms.Form):
    """What the register says wrongly of a person."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=60)
    phone = forms.CharField(
        label=_("New phone number"),
        max_length=40,
        required=False,
        help_text=_("It becomes the first to be called. Leave it blank to keep what is there."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    why = forms.CharField(
        label=_("Where do you know it from?"),
        min_length=SHORTEST_REASON,
        max_length=300,
        help_text=_("For example: ID card seen at the door."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("name") == self.initial.get("name") and not cleaned.get("phone") and not self.errors:
            raise forms.ValidationError(_("Nothing is changed yet."))
        return cleaned
