"""Forms of access."""

from uuid import UUID

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongxin.access import roles


class LanguageForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class EnrolForm(forms.Form):
    """Where a new phone will work."""

    area = forms.ChoiceField(label=_("Where will it work?"))
    post = forms.TypedChoiceField(
        label=_("At which point?"),
        required=False,
        coerce=UUID,
        empty_value=None,
        help_text=_("The phone then sees the lanes and tubes of this point only."),
    )

    def __init__(
        self,
        *args: object,
        areas: list[tuple[str, str]],
        posts: dict[UUID, tuple[str, str]],
        **kwargs: object,
    ) -> None:
        """`posts` is name and area by id."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.posts = posts
        self.fields["area"].choices = areas  # type: ignore[attr-defined]
        self.fields["post"].choices = [  # type: ignore[attr-defined]
            ("", _("every point of the area")),
            *((str(key), name) for key, (name, _path) in posts.items()),
        ]

    def clean(self) -> dict[str, object]:
        """The point lies in the area."""
        given = self.cleaned_data
        area, post = given.get("area"), given.get("post")
        if area and post and not self.posts[post][1].startswith(area):
            self.add_error("post", _("This point is not in that area."))
        return given


class GrantForm(forms.Form):
    """A role in an area, for good or until a day."""

    role = forms.ChoiceField(label=_("Role"), choices=[("", "—"), *roles.CHOICES])
    area = forms.CharField(
        label=_("Area"),
        max_length=80,
        help_text=_("Name of the community or grid, or its code (430802L01001)."),
    )
    until = forms.DateField(
        label=_("Until the end of"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


class AccountForm(GrantForm):
    """Somebody new, with their first role."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=60)
    username = forms.RegexField(
        label=_("User name"),
        regex=r"^[a-z0-9._-]{2,60}$",
        max_length=60,
        help_text=_("Small letters and digits, for example lin.zq."),
        error_messages={"invalid": _("Use small letters, digits, dot, dash: at least two.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    field_order = ("name", "username", "role", "area", "until")


class ReasonForm(forms.Form):
    """Why something is ended."""

    why = forms.CharField(
        label=_("Why?"),
        min_length=4,
        max_length=300,
        error_messages={"min_length": _("Say why, in at least 4 characters.")},
    )


class RevokeForm(forms.Form):
    """Why a phone is put out."""

    why = forms.CharField(
        label=_("Why?"),
        min_length=4,
        max_length=300,
        error_messages={"min_length": _("Say why, in at least 4 characters.")},
        help_text=_("For example: lost at point A."),
    )
