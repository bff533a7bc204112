"""What rules are called on pages. A rule that is not named here is shown by its code."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

GROUPS: dict[str, Promise] = {
    "testing": _("Testing"),
    "containment": _("Holds and restrictions"),
    "people": _("Register and calls"),
}

TITLES: dict[str, Promise] = {
    "testing.pool.default": _("Pool kind of a new lane"),
    "testing.pool.capacity": _("Persons in one tube, by pool kind"),
    "testing.lane.rate": _("Rate of a lane, as observed"),
    "testing.lane.plan_rate": _("Rate of a lane, for planning"),
    "testing.queue.spacing_m": _("Spacing in the queue"),
    "testing.tube.open_minutes": _("An open tube is closed after"),
    "testing.tube.alarm_minutes": _("A tube that is not on its way: alarm after"),
    "testing.tube.breach_minutes": _("A tube that is not at the laboratory: breach after"),
    "testing.make_up.due_minutes": _("A make-up test is due within"),
    "testing.tube.reserve": _("Tubes ordered for each tube needed"),
    "testing.pool.calls_minutes": _("Positive pool: members called within"),
    "testing.pool.police_minutes": _("Positive pool: police help for the unreached after"),
    "testing.pool.team_minutes": _("Positive pool: team at the door within"),
    "testing.pool.results_minutes": _("Positive pool: single results within"),
    "testing.pool.neighbours_look_at": _("Positive pool: persons before and after it to look at"),
    "testing.result.hours": _("A result is due within"),
    "testing.result.ct_limit": _("Ct value up to which a result is positive"),
    "testing.clock.tolerance_seconds": _("A device's clock may be off by"),
    "testing.claim.visits_refused": _("Visits before somebody counts as refusing"),
    "containment.hold.hours": _("A hold ends by itself after"),
    "containment.hold.lift_when": _("A pool's holds are lifted when"),
    "containment.second_approver_hours": _("A restriction longer than this needs a second approver"),
    "containment.bulk_limit": _("Persons that one act may restrict"),
    "containment.appeal_to": _("Where to appeal"),
    "people.call.lease_minutes": _("A call stays with one caller for"),
    "people.call.tries": _("Tries of a call"),
    "people.person.priority_age": _("Priority lane from the age of"),
}

UNITS: dict[str, Promise] = {
    "persons": pgettext_lazy("unit", "persons"),
    "persons/h": pgettext_lazy("unit", "persons per hour"),
    "min": pgettext_lazy("unit", "minutes"),
    "h": pgettext_lazy("unit", "hours"),
    "s": pgettext_lazy("unit", "seconds"),
    "m": pgettext_lazy("unit", "metres"),
    "visits": pgettext_lazy("unit", "visits"),
    "tries": pgettext_lazy("unit", "tries"),
    "years": pgettext_lazy("unit", "years"),
}

VALUES: dict[str, Promise] = {
    "pool20": _("20 in 1"),
    "pool10": _("10 in 1"),
    "pool5": _("5 in 1"),
    "household": _("household tube"),
    "single": _("single tube"),
    "all_negative": _("every member is negative"),
}
