"""Input of results and of rechecks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.people.enums import CallOutcome
from tongxin.testing.enums import ResultWord


class ResultForm(forms.Form):
    """One tube's result. The tube is typed twice: a slip of one digit is somebody else's tube."""

    tube = forms.CharField(label=_("Tube"), max_length=24)
    again = forms.CharField(label=_("Tube, once more"), max_length=24)
    word = forms.ChoiceField(label=_("Result"), choices=[("", "—"), *ResultWord.choices])
    ct = forms.CharField(label=_("Ct value"), max_length=20, required=False)
    laboratory = forms.CharField(label=_("Laboratory"), max_length=80, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("tube", "").strip().upper() != cleaned.get("again", "").strip().upper():
            self.add_error("again", _("The two numbers differ. Read the label again."))
        return cleaned

    def values(self) -> dict[str, Any]:
        kept = ("word", "ct", "laboratory")
        return {"tube_code": self.cleaned_data["tube"].strip().upper()} | {
            name: self.cleaned_data[name] for name in kept
        }


class GreyForm(forms.Form):
    """Tell a contradicted result as grey, with the reason."""

    tube_code = forms.CharField(widget=forms.HiddenInput, max_length=24)
    why = forms.CharField(label=_("Why"), max_length=200)


class SwabForm(forms.Form):
    tube = forms.CharField(label=_("Single tube"), max_length=24)


class SingleResultForm(forms.Form):
    word = forms.ChoiceField(
        label=_("Result"), choices=[each for each in ResultWord.choices if each[0] != ResultWord.PENDING]
    )


class CallForm(forms.Form):
    outcome = forms.ChoiceField(label=_("Outcome"), choices=CallOutcome.choices)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
