"""Input of results and of rechecks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.people.enums import CallOutcome
from tongxin.testing.enums import ResultWord
from tongxin.testing.rules.results import read_ct


class ResultForm(forms.Form):
    """One tube's result, the whole of it typed twice: a slip of one digit is somebody else's tube, or fate."""

    tube = forms.CharField(label=_("Tube"), max_length=24)
    again = forms.CharField(label=_("Tube, once more"), max_length=24)
    word = forms.ChoiceField(label=_("Result"), choices=[("", "—"), *ResultWord.choices])
    ct = forms.CharField(label=_("Ct value"), max_length=20, required=False)
    word_again = forms.ChoiceField(label=_("Result, once more"), choices=[("", "—"), *ResultWord.choices])
    ct_again = forms.CharField(label=_("Ct value, once more"), max_length=20, required=False)
    laboratory = forms.CharField(label=_("Laboratory"), max_length=80, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("word") != cleaned.get("word_again"):
            self.add_error("word_again", _("The two results differ. Read the sheet again."))
        if read_ct(cleaned.get("ct", "")) != read_ct(cleaned.get("ct_again", "")):
            self.add_error("ct_again", _("The two Ct values differ. Read the sheet again."))
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


class KeyedLine(forms.Form):
    """One tube of a list that is keyed twice."""

    tube = forms.CharField(label=_("Tube"), max_length=24, required=False)
    word = forms.ChoiceField(label=_("Result"), choices=[("", "—"), *ResultWord.choices], required=False)
    ct = forms.CharField(label=_("Ct value"), max_length=20, required=False)

    def clean_tube(self) -> str:
        return str(self.cleaned_data["tube"]).strip().upper()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("tube")) != bool(cleaned.get("word")):
            self.add_error(
                "word" if cleaned.get("tube") else "tube", _("A line needs its tube and its result.")
            )
        return cleaned


class KeyedLines(forms.BaseFormSet):  # type: ignore[type-arg]  # Django knows no generics at run time
    """The lines of one pass: at least one, no tube twice."""

    def clean(self) -> None:
        tubes = [form.cleaned_data.get("tube") for form in self.forms if form.cleaned_data.get("tube")]
        if not any(self.errors) and not tubes:
            raise forms.ValidationError(_("Key at least one tube."))
        if len(tubes) != len(set(tubes)):
            raise forms.ValidationError(_("A tube stands in two lines. Key it once."))


KEYED_LINES = 10
KeyedFormSet = forms.formset_factory(KeyedLine, formset=KeyedLines, extra=KEYED_LINES, max_num=KEYED_LINES)


class LaboratoryForm(forms.Form):
    laboratory = forms.CharField(label=_("Laboratory"), max_length=80)
