"""Forms of the register."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tongxin.core import clock
from tongxin.people.enums import LaneFlag, MergeGround, ResidenceKind, Source, VisitResult
from tongxin.people.rules.addresses import read_address
from tongxin.people.rules.tags import TAGS
from tongxin.people.services.changes import SENSITIVE_TAGS
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


class DayInput(forms.DateInput):
    input_type = "date"


def _why(label: Any = None) -> forms.CharField:
    return forms.CharField(
        label=label or _("Where do you know it from?"), min_length=SHORTEST_REASON, max_length=200
    )


class MoveForm(forms.Form):
    """Where somebody lives from now on."""

    address = forms.CharField(
        label=_("Address"), max_length=60, help_text=_("For example 3-1-401 or 东区3栋1单元401.")
    )
    compound = forms.CharField(label=_("Compound, if there are several"), max_length=40, required=False)
    kind = forms.ChoiceField(
        label=_("Lives there as"),
        choices=[choice for choice in ResidenceKind.choices if choice[0] != ResidenceKind.FOUND],
    )
    source = forms.ChoiceField(
        label=_("Known from"),
        choices=[each for each in Source.choices if each[0] not in (Source.IMPORT, Source.LANE)],
    )
    on = forms.DateField(label=_("Since"), initial=clock.today, widget=DayInput())
    keeps_old = forms.BooleanField(label=_("Lives at the old address too"), required=False)
    why = _why()

    def clean_on(self) -> Any:
        return _not_to_come(self.cleaned_data["on"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "address" in cleaned:
            door = read_address(cleaned["address"])
            if not door.is_known or not door.building:
                self.add_error("address", _("Type building, unit and room, like 3-1-401."))
            cleaned["door"] = door._replace(compound=cleaned.get("compound", "").strip())
        return cleaned


def _not_to_come(day: Any) -> Any:
    if day > clock.today():
        raise forms.ValidationError(_("This day is still to come."))
    return day


class LeaveForm(forms.Form):
    """Somebody lives here no more."""

    on = forms.DateField(label=_("Since"), initial=clock.today, widget=DayInput())
    why = _why(_("Where to, and where do you know it from?"))

    def clean_on(self) -> Any:
        return _not_to_come(self.cleaned_data["on"])


class AwayForm(forms.Form):
    """Somebody is away for a time."""

    place = forms.CharField(label=_("Where"), max_length=100, help_text=_("Town and, if known, with whom."))
    left_on = forms.DateField(label=_("Left on"), initial=clock.today, widget=DayInput())
    back_on = forms.DateField(label=_("Expected back"), required=False, widget=DayInput())
    source = forms.ChoiceField(
        label=_("Known from"),
        choices=[each for each in Source.choices if each[0] not in (Source.IMPORT, Source.LANE)],
    )


class ReturnedForm(forms.Form):
    """Somebody is back."""

    on = forms.DateField(label=_("Back since"), initial=clock.today, widget=DayInput())

    def clean_on(self) -> Any:
        return _not_to_come(self.cleaned_data["on"])


class FlagsForm(forms.Form):
    """What a lane does differently for somebody."""

    flags = forms.MultipleChoiceField(
        label=_("At the lane"),
        choices=LaneFlag.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple(),
        help_text=_("What to do, never why: the lane sees these words only."),
    )
    why = _why(_("Who asked for it?"))


class TagForm(forms.Form):
    """A circumstance of somebody."""

    name = forms.ChoiceField(label=_("Tag"))
    since = forms.DateField(label=_("Since"), initial=clock.today, widget=DayInput())

    def __init__(self, *args: Any, may_see_sensitive: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = [tag for tag in TAGS if may_see_sensitive or tag not in SENSITIVE_TAGS]
        self.fields["name"].choices = [(tag, tag) for tag in shown]  # type: ignore[attr-defined]


class DocumentForm(forms.Form):
    """One more document of somebody."""

    number = forms.CharField(
        label=pgettext_lazy("person", "Document number"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    is_primary = forms.BooleanField(label=_("Shown first from now on"), required=False)
    why = _why()


class VisitForm(forms.Form):
    """What came of knocking at a door."""

    result = forms.ChoiceField(label=_("Result"), choices=VisitResult.choices)
    present = forms.MultipleChoiceField(
        label=_("Right as they stand"), required=False, widget=forms.CheckboxSelectMultiple()
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, members: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["present"].choices = members  # type: ignore[attr-defined]


class MergeForm(forms.Form):
    """Which of two entries is kept, and why they are one person."""

    kept = forms.ChoiceField(label=_("Keep"), widget=forms.RadioSelect())
    ground = forms.ChoiceField(label=_("They are one person by"), choices=MergeGround.choices)
    why = _why()

    def __init__(self, choices: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kept"].choices = choices  # type: ignore[attr-defined]
