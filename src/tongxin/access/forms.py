"""Forms of access."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class LanguageForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class EnrolForm(forms.Form):
    """Where a new phone will work."""

    area = forms.ChoiceField(label=_("Where will it work?"))
    post = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: object, areas: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["area"].choices = areas  # type: ignore[attr-defined]


class RevokeForm(forms.Form):
    """Why a phone is put out."""

    why = forms.CharField(
        label=_("Why?"),
        min_length=4,
        max_length=300,
        error_messages={"min_length": _("Say why, in at least 4 characters.")},
        help_text=_("For example: lost at point A."),
    )
