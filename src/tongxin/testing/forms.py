"""Forms of rounds, tubes, reasons and closing: input to clean values."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.core import clock
from tongxin.testing.enums import Coverage, LaneKind, PoolKind, RemovalReason, VisitOutcome
from tongxin.testing.rules.claims import CLAIMABLE

LOCAL = "%Y-%m-%dT%H:%M"


class MomentField(forms.DateTimeField):
    """A day and an hour in Shanghai."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL)

    def __init__(self, **more: Any) -> None:
        super().__init__(input_formats=[LOCAL, "%Y-%m-%dT%H:%M:%S"], **more)


class RoundForm(forms.Form):
    """A new round: when, and how many share a tube."""

    number = forms.IntegerField(label=_("Number"), min_value=1, max_value=9999)
    opens_at = MomentField(label=_("Opens"))
    closes_at = MomentField(label=_("Closes"))
    pool = forms.ChoiceField(
        label=_("Persons a tube"),
        required=False,
        help_text=_("Leave it at the rule unless an order says otherwise."),
    )

    def __init__(self, *args: Any, number: int, rule_pool: str, **more: Any) -> None:
        opens = datetime.combine(clock.today() + timedelta(days=1), time(7), clock.SHANGHAI)
        more.setdefault(
            "initial",
            {"number": number, "opens_at": opens, "closes_at": opens + timedelta(hours=13)},
        )
        super().__init__(*args, **more)
        by_rule = PoolKind(rule_pool).label if rule_pool else "—"
        self.fields["pool"].choices = [  # type: ignore[attr-defined]
            ("", _("by the rule of this area: %(pool)s") % {"pool": by_rule}),
            *PoolKind.choices,
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        opens, closes = cleaned.get("opens_at"), cleaned.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("The round must close after it opens."))
        return cleaned

    def values(self) -> dict[str, Any]:
        pool = self.cleaned_data["pool"]
        return {**self.cleaned_data, "pool": PoolKind(pool) if pool else None}


class GroundForm(forms.Form):
    """The document that a change of state rests on."""

    ground = forms.CharField(
        label=_("Document it rests on"),
        min_length=2,
        max_length=200,
        help_text=_("Number or title, for example: 张防指〔2021〕10号."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class PointForm(forms.Form):
    """A sampling point with lanes."""

    site_name = forms.CharField(label=_("Point"), max_length=80, help_text=_("For example: A点."))
    lanes = forms.IntegerField(label=_("Lanes"), min_value=1, max_value=40, initial=2)
    kind = forms.ChoiceField(label=_("Kind"), choices=LaneKind.choices, initial=LaneKind.FIXED)


class DealForm(forms.Form):
    """Tubes for one lane: from stock, or new ones by pasted codes or running numbers behind a prefix."""

    from_stock = forms.BooleanField(label=_("Take them from stock"), required=False)
    codes = forms.CharField(
        label=_("Codes"),
        required=False,
        help_text=_("Scan or paste them, one a line. Or leave this blank and give a prefix and a number."),
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
    )
    running_prefix = forms.CharField(label=_("Prefix"), required=False, max_length=16)
    count = forms.IntegerField(label=_("How many"), required=False, min_value=1, max_value=2000)
    batch_label = forms.CharField(label=_("Batch of the maker"), required=False, max_length=40)
    expires_on = forms.DateField(
        label=_("Expires"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def clean_codes(self) -> list[str]:
        codes = self.cleaned_data["codes"].replace(",", "\n").replace("，", "\n").split()
        if any(len(code) > 24 for code in codes):
            raise forms.ValidationError(_("A code has at most 24 letters and digits."))
        return list(codes)

    def clean_expires_on(self) -> date | None:
        day: date | None = self.cleaned_data["expires_on"]
        if day and day < clock.today():
            raise forms.ValidationError(_("These tubes have expired. Give them back to the store."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("codes") and not cleaned.get("count"):
            raise forms.ValidationError(_("Give the codes of the tubes, or a prefix and how many."))
        return cleaned

    def values(self) -> dict[str, Any]:
        cleaned = dict(self.cleaned_data)
        cleaned["codes"] = cleaned["codes"] or None
        cleaned["prefix"] = cleaned.pop("running_prefix")
        cleaned["count"] = cleaned["count"] or 0
        return cleaned


class VoidForm(forms.Form):
    """Why a tube is voided, and who stands beside."""

    why = forms.CharField(
        label=_("Why"),
        min_length=2,
        max_length=200,
        help_text=_("Broken, leaked, label wrong, lost, too late …"),
    )
    second = forms.ChoiceField(label=_("Second person"))

    def __init__(self, *args: Any, seconds: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["second"].choices = [("", "—"), *seconds]  # type: ignore[attr-defined]


class ClaimForm(forms.Form):
    """A reason for not sampled: the fields that its class asks for (MT-40)."""

    klass = forms.ChoiceField(
        choices=[(klass.value, klass.label) for klass in CLAIMABLE], widget=forms.HiddenInput
    )
    place = forms.CharField(label=_("Place"), max_length=100)
    until_on = forms.DateField(
        label=_("Comes back on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    proof = forms.CharField(
        label=_("Proof"), max_length=200, help_text=_("Where and when, and the number of the result you saw.")
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    ASKS: dict[str, tuple[str, ...]] = {
        Coverage.ELSEWHERE: ("proof", "note"),
        Coverage.ISOLATED: ("place", "note"),
        Coverage.AWAY: ("place", "until_on", "note"),
        Coverage.EXEMPT: ("note",),
        Coverage.REFUSED: ("note",),
        Coverage.UNREACHABLE: ("note",),
    }
    NOTES: dict[str, tuple[Any, Any, bool]] = {
        Coverage.EXEMPT: (_("Reason and doctor"), _("For example: operated on 18 Aug, Dr Wang."), True),
        Coverage.REFUSED: (
            _("Visits"),
            _("Who went, and when. Two recorded visits stand for themselves."),
            False,
        ),
        Coverage.UNREACHABLE: (
            _("What was tried"),
            _("Three calls at different hours, or two visits, stand for themselves."),
            False,
        ),
    }

    def __init__(self, *args: Any, klass: str, **more: Any) -> None:
        super().__init__(*args, **more)
        asked = self.ASKS[klass]
        for name in ("place", "until_on", "proof", "note"):
            if name not in asked:
                del self.fields[name]
        self.fields["klass"].initial = klass
        if klass in self.NOTES:
            note = self.fields["note"]
            note.label, note.help_text, note.required = self.NOTES[klass]

    def clean_until_on(self) -> date:
        day: date = self.cleaned_data["until_on"]
        if day < clock.today():
            raise forms.ValidationError(_("That day is past: they are back. Call them."))
        return day


class VisitForm(forms.Form):
    """What a knock on the door came to."""

    outcome = forms.ChoiceField(
        label=_("What happened"), choices=VisitOutcome.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class RemovalForm(forms.Form):
    """Why somebody leaves the base."""

    reason = forms.ChoiceField(label=_("Why"), choices=RemovalReason.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("How do you know?"), min_length=2, max_length=80, help_text=_("Where they went, who said so.")
    )


class WhyForm(forms.Form):
    why = forms.CharField(label=_("Why"), min_length=2, max_length=200)


class BulkForm(forms.Form):
    """What may be said of several people at once: nothing that needs a proof, a doctor or two visits of each."""

    what = forms.ChoiceField(
        label=_("For all chosen"),
        choices=[
            ("visit_nobody", _("visited: nobody opened")),
            ("visit_will_come", _("visited: will come to the point")),
            (Coverage.AWAY, Coverage.AWAY.label),
            (Coverage.ISOLATED, Coverage.ISOLATED.label),
        ],
    )
    place = forms.CharField(label=_("Place"), max_length=100, required=False)
    until_on = forms.DateField(
        label=_("Comes back on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        what = cleaned.get("what")
        if what in (Coverage.AWAY, Coverage.ISOLATED) and not cleaned.get("place"):
            self.add_error("place", _("Say the place where all of them are."))
        if what == Coverage.AWAY and not cleaned.get("until_on"):
            self.add_error("until_on", _("Say the day on which they come back."))
        return cleaned
