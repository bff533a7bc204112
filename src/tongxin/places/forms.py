"""Forms about rules, areas, grids and sites: input to clean values."""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.places.enums import Datum, Qualifier, SiteKind
from tongxin.places.queries import words
from tongxin.places.rules import rulebook
from tongxin.places.services.rules import Source
from tongxin.places.services.sites import Details


class DayField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **more: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **more)


class NumbersField(forms.CharField):
    """Numbers with commas between them."""

    def to_python(self, value: Any) -> Any:
        typed = super().to_python(value)
        try:
            return [int(part) for part in re.split(r"[,，、;\s]+", typed or "") if part]
        except ValueError:
            raise forms.ValidationError(_("Write numbers with commas between them.")) from None


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
        if self.kind.is_list:
            held = ", ".join(f"{each:g}" for each in present) if isinstance(present, list) else ""
            return NumbersField(
                label=label, max_length=80, initial=held, help_text=_("Numbers with commas between them.")
            )
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


class AreaForm(forms.Form):
    """A local area below another one."""

    level = forms.ChoiceField(label=_("Level"))
    segment = forms.CharField(
        label=_("Code"),
        max_length=8,
        required=False,
        help_text=_(
            "Letters and digits, with a letter where the national list stands above: L01. Buildings: leave empty."
        ),
    )
    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("Of a building: its number as on the wall, 12 or 12A.")
    )

    def __init__(self, *args: Any, levels: list[tuple[str, Any]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["level"].choices = levels  # type: ignore[attr-defined]


class NameForm(forms.Form):
    name = forms.CharField(label=_("New name"), max_length=80)


class EndForm(forms.Form):
    on = DayField(label=_("Ended from"))
    successor = forms.CharField(
        label=_("What came after it"), max_length=120, required=False, help_text=_("Name or code of an area.")
    )


class SiteForm(forms.Form):
    """A site: what, where, how it opens in an emergency."""

    kind = forms.ChoiceField(label=_("Kind"), choices=SiteKind.choices)
    name = forms.CharField(label=_("Name"), max_length=80)
    address = forms.CharField(label=_("Address"), max_length=160, required=False)
    emergency = forms.CharField(
        label=_("Emergency opening"),
        max_length=120,
        required=False,
        help_text=_("For a roadblock: who opens it for ambulance and fire, and how."),
    )
    is_flagged = forms.BooleanField(
        label=_("Shapes the risk here (hospital, resettlement area, market)"), required=False
    )
    latitude = forms.DecimalField(
        label=_("Latitude"), max_digits=9, decimal_places=6, required=False, localize=False,
        widget=forms.NumberInput(attrs={"step": "0.000001", "inputmode": "decimal"}),
    )  # fmt: skip
    longitude = forms.DecimalField(
        label=_("Longitude"), max_digits=9, decimal_places=6, required=False, localize=False,
        widget=forms.NumberInput(attrs={"step": "0.000001", "inputmode": "decimal"}),
    )  # fmt: skip
    datum = forms.ChoiceField(label=_("The position comes from"), choices=Datum.choices, initial=Datum.WGS84)

    def __init__(self, *args: Any, is_open: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        if is_open:
            del self.fields["kind"]

    def details(self) -> Details:
        clean = self.cleaned_data
        names = ("address", "latitude", "longitude", "datum", "emergency", "is_flagged")
        return Details(**{name: clean[name] for name in names})


class WhyForm(forms.Form):
    why = forms.CharField(label=_("Why it is closed"), max_length=200)


class OutlineForm(forms.Form):
    """A GeoJSON file of outlines, and the system it gives positions in."""

    file = forms.FileField(
        label=_("GeoJSON file"), help_text=_("Each feature names its area by a property “key” or “name”.")
    )
    datum = forms.ChoiceField(label=_("The positions come from"), choices=Datum.choices, initial=Datum.WGS84)


class CountForm(forms.Form):
    """The number that the community states, with its qualifier."""

    qualifier = forms.ChoiceField(label=_("Meant"), choices=Qualifier.choices, initial=Qualifier.ABOUT)
    persons = forms.IntegerField(label=_("People"), min_value=1, max_value=10_000_000)
    stated_on = DayField(label=_("Stated on"))
    source = forms.CharField(label=_("Who says so, in which paper"), max_length=120)


class DrawingForm(forms.Form):
    """Which building goes into which grid, and from which day on. New grids are named, one a line."""

    on = DayField(label=_("From"))
    new_grids = forms.CharField(
        label=_("New grids, one a line"),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Name them and show the choices again; then they can be chosen below."),
    )

    def __init__(
        self, *args: Any, buildings: dict[str, str], drawing: dict[str, str], earliest: date, **more: Any
    ) -> None:
        more.setdefault("initial", {"on": earliest})
        super().__init__(*args, **more)
        self.buildings, self.earliest = buildings, earliest
        grids = [*dict.fromkeys(name for _path, name in sorted(drawing.items())), *self._named()]
        self.grids = sorted(dict.fromkeys(grids), key=_by_number)
        choices = [("", _("in no grid")), *((name, name) for name in self.grids)]
        for path, label in buildings.items():
            self.fields[field_of(path)] = forms.ChoiceField(
                label=label, choices=choices, required=False, initial=drawing.get(path, "")
            )

    def _named(self) -> list[str]:
        typed = self.data.get("new_grids", "") if self.is_bound else ""
        return list(filter(None, (line.strip()[:40] for line in str(typed).splitlines())))[:50]

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on < self.earliest:
            raise forms.ValidationError(
                _("Choose %(day)s or a later day."), params={"day": self.earliest.isoformat()}
            )
        return on

    def rows(self) -> list[forms.BoundField]:
        """The choices of the buildings, in the order of their paths."""
        return [self[field_of(path)] for path in self.buildings]

    def head(self) -> list[forms.BoundField]:
        return [self["on"], self["new_grids"]]

    def drawing_chosen(self) -> dict[str, str]:
        """Building path -> grid name; buildings in no grid are left out."""
        chosen = {path: self.cleaned_data[field_of(path)] for path in self.buildings}
        return {path: name for path, name in chosen.items() if name}

    def by_grid(self) -> dict[str, list[str]]:
        """Grid name -> paths of its buildings: what the service draws."""
        grids: dict[str, list[str]] = {}
        for path, name in self.drawing_chosen().items():
            grids.setdefault(name, []).append(path)
        return grids


def field_of(path: str) -> str:
    return f"at{path.replace('/', '-')}"


def _by_number(name: str) -> tuple[int, str]:
    digits = "".join(character for character in name if character.isdigit())
    return (int(digits[:6]) if digits else 1_000_000, name)
