"""Forms about rules, areas, grids and sites: input to clean values."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.places.queries import words
from tongxin.places.rules import rulebook
from tongxin.places.services.rules import Source


class DayField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **more: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **more)


class RuleForm(forms.Form):
    """The next row of a rule. The fields of its value are those that the rulebook names for it."""

    def __init__(
        self, *args: Any, name: str, present: Any, today: date, may_withdraw: bool, **more: Any
    ) -> None:
        more.setdefault("initial", {"valid_from": today})
        super().__init__(*args, **more)
        self.kind = rulebook.kind_of(name, present)
        self._add_value(present)
        if may_withdraw:
            self.fields["is_withdrawal"] = forms.BooleanField(
                label=_("Take the local row back: the wider rule holds again"), required=False
            )
        self.fields["valid_from"] = DayField(label=_("Holds from"))
        self.fields["valid_to"] = DayField(
            label=_("Until, not included"), required=False, help_text=_("Empty: until another row follows.")
        )
        self.fields["document"] = forms.CharField(
            label=_("Document"), max_length=200, help_text=_("Its title as printed.")
        )
        self.fields["issuer"] = forms.CharField(label=_("Issued by"), max_length=80, required=False)
        self.fields["number"] = forms.CharField(label=_("Document number"), max_length=60, required=False)
        self.fields["edition"] = forms.CharField(
            label=_("Edition"), max_length=60, required=False, help_text=_("Third edition, 22 March 2022.")
        )
        self.fields["is_verified"] = forms.BooleanField(
            label=_("I have read the value in the document itself"), required=False
        )
        self.fields["note"] = forms.CharField(
            label=_("What changes, for those who work by it"),
            max_length=300,
            widget=forms.Textarea(attrs={"rows": 3}),
        )
        if self.kind.stricter:
            self.fields["reason"] = forms.CharField(
                label=_("Why stricter than national"), max_length=300, required=False,
                help_text=_("Only where the value restricts people more than the national one."),
            )  # fmt: skip
            self.fields["review_on"] = DayField(label=_("Looked at again on"), required=False)

    def _add_value(self, present: Any) -> None:
        if self.kind.keys:
            held = present if isinstance(present, dict) else {}
            for key in self.kind.keys:
                self.fields[f"value_{key}"] = self._field(words.VALUES.get(key, key), held.get(key))
        else:
            self.fields["value"] = self._field(_("New value"), present)

    def _field(self, label: Any, present: Any) -> forms.Field:
        if self.kind.choices:
            choices = [(choice, words.VALUES.get(choice, choice)) for choice in self.kind.choices]
            return forms.ChoiceField(label=label, choices=choices, initial=present)
        if self.kind.is_text:
            return forms.CharField(label=label, max_length=120, initial=present)
        least, most = self.kind.least, self.kind.most
        if self.kind.is_whole:
            return forms.IntegerField(
                label=label,
                initial=present,
                min_value=None if least is None else int(least),
                max_value=None if most is None else int(most),
            )
        return forms.FloatField(label=label, initial=present, min_value=least, max_value=most)

    def values(self) -> dict[str, Any]:
        clean = self.cleaned_data
        if self.kind.keys:
            value: Any = {key: clean[f"value_{key}"] for key in self.kind.keys}
        else:
            value = clean["value"]
        return {
            "value": value,
            "valid_from": clean["valid_from"],
            "valid_to": clean["valid_to"],
            "source": Source(
                clean["document"], clean["issuer"], clean["number"], clean["edition"], clean["is_verified"]
            ),
            "note": clean["note"],
            "reason": clean.get("reason", ""),
            "review_on": clean.get("review_on"),
            "is_withdrawal": clean.get("is_withdrawal", False),
        }


class DeclineForm(forms.Form):
    why = forms.CharField(label=_("Why it is declined"), max_length=200)
