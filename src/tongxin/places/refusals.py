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
        "rule_missing": _("No rule “%(rule)s” holds here on %(day)s. Ask the health officer to publish one."),
    }
)
