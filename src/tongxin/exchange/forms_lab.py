"""Choosing a laboratory's sheet, and correcting what its columns mean."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.core.headers import SheetMapping
from tongxin.exchange.forms import UploadForm
from tongxin.testing import sheets

MEANINGS = [
    ("", _("not used")),
    (sheets.CODE, _("tube")),
    (sheets.RESULT, _("result")),
    (sheets.CT, _("Ct value")),
    (sheets.TESTED_AT, _("tested at")),
    (sheets.LABORATORY, _("laboratory")),
]


class LabForm(UploadForm):
    """A laboratory's file as it came; its day is read from its rows."""

    list_day = None  # type: ignore[assignment]


class LabMappingForm(forms.Form):
    """What each column of one sheet means."""

    def __init__(self, sheet: SheetMapping, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        self.fields["skipped"] = forms.BooleanField(
            label=_("Skip this sheet"), required=False, initial=sheet.skipped
        )
        for column, heading in sorted(sheet.headings.items()):
            self.fields[f"column_{column}"] = forms.ChoiceField(
                label=heading, choices=MEANINGS, required=False, initial=sheet.columns.get(column, "")
            )

    def plain(self) -> dict[str, Any]:
        """The corrected mapping as it is stored."""
        columns = {
            str(column): self.cleaned_data[f"column_{column}"]
            for column in self.sheet.headings
            if self.cleaned_data.get(f"column_{column}")
        }
        return {**self.sheet.to_plain(), "columns": columns, "skipped": self.cleaned_data["skipped"]}
