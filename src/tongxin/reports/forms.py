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


class PurposeForm(forms.Form):
    """What a workbook is for (LE-32)."""

    purpose = forms.CharField(
        label=_("What is it for?"),
        min_length=4,
        max_length=200,
        help_text=_("It stands on every sheet, with your name and the time, and in the journal."),
    )
