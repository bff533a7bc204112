"""The refusals of restrictions."""

from django.utils.translation import gettext_lazy as _

from tongxin.core.refusals import declare

declare(
    {
        "evidence_needed": _(
            "A restriction needs the record it rests on. Lists without evidence are refused."
        ),
        "end_needed": _("A restriction needs an end."),
        "restriction_over": _("This restriction is already over."),
        "second_approver_needed": _("More than 24 hours needs a second person's approval."),
        "approver_must_differ": _("The second approver must be another person with the right to decide."),
        "nobody_named": _("Name at least one person."),
        "too_many_at_once": _("%(count)s restrictions in one act need a health officer and a legal officer."),
    }
)
