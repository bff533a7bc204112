"""Forms of calls."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.people.enums import CallOutcome


class AnswerForm(forms.Form):
    """What a call came to."""

    outcome = forms.ChoiceField(label=_("What happened"), choices=CallOutcome.choices)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
