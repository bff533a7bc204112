"""The refusals of areas and rules."""

from django.utils.translation import gettext_lazy as _

from tongxin.core.refusals import declare

declare(
    {
        "area_unknown": _(
            "No area has the code or name “%(area)s”. Give the 12-character key or the full name."
        ),
        "area_ambiguous": _("Several areas are called “%(area)s”: %(choices)s. Give the 12-character key."),
        "local_code_needs_letter": _(
            "The local code “%(segment)s” needs a letter and holds letters and digits only. Write L01, for example."
        ),
        "area_needs_name": _(
            "%(key)s is a local code that is not there yet. Give the names of its %(count)s missing levels below %(above)s."
        ),
        "area_taken": _("The code %(key)s already belongs to %(name)s. Choose another."),
        "grid_building_twice": _(
            "Building %(building)s is in two grids: %(first)s and %(second)s. Leave it in one."
        ),
        "building_unknown": _(
            "Building %(building)s is not in this community. Add it, or correct the number."
        ),
        "grid_drawn_later": _(
            "The grids were drawn again from %(day)s on; a drawing from %(on)s would lose that. Choose a later day."
        ),
        "rule_value": _(
            "“%(value)s” is not a value for the rule %(rule)s. Give what the rule asks for, in its unit."
        ),
        "rule_range": _(
            "%(value)s is outside what the rule %(rule)s may be: %(least)s to %(most)s. Correct the number."
        ),
        "rule_in_past": _(
            "A rule cannot begin on %(day)s: that day has passed, and what was decided then stands. Choose today or later."
        ),
        "rule_ends_before": _(
            "The rule would end on %(day)s, before it begins. Choose a later end, or none."
        ),
        "rule_document": _("Say in which document the rule stands: its title as printed."),
        "rule_own_draft": _(
            "You wrote this draft yourself. Ask a second person who may publish rules to look at it."
        ),
        "rule_decided": _("This draft is decided already: %(state)s. Write a new one."),
        "rule_decline_reason": _("Say in a few words why the draft is declined."),
        "rule_stricter_reason": _(
            "This is stricter than the national rule. Give the reason; author, approver and auditor see it."
        ),
        "rule_stricter_review": _(
            "This is stricter than the national rule. Name a day within %(days)s days of its start to look at it again."
        ),
        "rule_nothing_local": _("The rule %(rule)s has no row of this area that could be taken back."),
        "rule_missing": _("No rule “%(rule)s” holds here on %(day)s. Ask the health officer to publish one."),
    }
)
