"""Choosing a file, and correcting what its columns mean."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongxin.core.headers import SheetMapping
from tongxin.people.rules import columns as c
from tongxin.people.rules.columns import REGISTER

MEANINGS = {
    c.NAME: pgettext_lazy("person", "name"),
    c.ID: _("ID number"),
    c.PHONES: _("phone"),
    c.SEX: _("sex"),
    c.BIRTH: _("date of birth"),
    c.RELATION: _("relation to the head of household"),
    c.COMPOUND: _("compound"),
    c.BUILDING: _("building"),
    c.UNIT: _("unit"),
    c.ROOM: _("room"),
    c.ADDRESS: _("address"),
    c.NOTES: _("notes"),
}
KNOWN = tuple(field.code for field in REGISTER.fields)


TOO_LARGE = _("The file is larger than %(limit)s MB. Split it, or save it without pictures.")


def say_too_large(form: forms.Form, request: HttpRequest) -> None:
    """A file that was stopped while it arrived is not there: say that it was too large, not that it is missing."""
    if getattr(request, "upload_too_large", False) and "file" in form.errors:
        del form.errors["file"]
        form.add_error("file", TOO_LARGE % {"limit": settings.TONGXIN_UPLOAD_LIMIT // 2**20})


class UploadForm(forms.Form):
    """A register file as it came."""

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "Excel (.xlsx, .xls) or CSV in any encoding, as the office sent it; no template is needed."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv,.txt,.tsv,.xz"}),
    )
    list_day = forms.DateField(
        label=_("Day of the list"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("If empty: the day that the title names, else today."),
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        limit = settings.TONGXIN_UPLOAD_LIMIT
        if (file.size or 0) > limit:
            raise forms.ValidationError(
                TOO_LARGE,
                params={"limit": limit // 2**20},
            )
        return file


class MappingForm(forms.Form):
    """What each column of one sheet means. Built from the mapping that was proposed or kept."""

    def __init__(self, sheet: SheetMapping, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        choices = [("", _("not used")), *((code, MEANINGS[code]) for code in KNOWN if code in MEANINGS)]
        self.fields["skipped"] = forms.BooleanField(
            label=_("Skip this sheet"), required=False, initial=sheet.skipped
        )
        for column, heading in sorted(sheet.headings.items()):
            self.fields[f"column_{column}"] = forms.ChoiceField(
                label=heading or _("column %(number)s") % {"number": column + 1},
                choices=choices,
                required=False,
                initial=sheet.columns.get(column, ""),
            )

    def plain(self) -> dict[str, Any]:
        """The corrected mapping as it is stored."""
        columns = {
            str(column): self.cleaned_data[f"column_{column}"]
            for column in self.sheet.headings
            if self.cleaned_data.get(f"column_{column}")
        }
        return {**self.sheet.to_plain(), "columns": columns, "skipped": self.cleaned_data["skipped"]}


class ReasonForm(forms.Form):
    """Why an import is taken back."""

    why = forms.CharField(label=_("Why is it taken back?"), min_length=4, max_length=200)


class PurposeForm(forms.Form):
    """What a sheet that leaves the house is for (LE-32)."""

    purpose = forms.CharField(
        label=_("What is it for?"),
        min_length=4,
        max_length=200,
        help_text=_("It stands on every sheet, with your name and the time, and in the journal."),
    )
