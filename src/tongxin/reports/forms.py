"""Input of reports."""

from django import forms
from django.utils.translation import gettext_lazy as _


class BriefingForm(forms.Form):
    """The words of a briefing; its figures are never typed."""

    text = forms.CharField(
        label=_("In words"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=4000,
        help_text=_("What the figures mean, and what is planned. The figures are frozen when you save."),
    )
