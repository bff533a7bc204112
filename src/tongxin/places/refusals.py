"""The refusals of areas and rules."""

from django.utils.translation import gettext_lazy as _

from tongxin.core.refusals import declare

declare(
    {
        "area_unknown": _(
            "No area has the code or name “%(area)s”. Give the 12-character key or the full name."
        ),
        "area_ambiguous": _("Several areas are called “%(area)s”: %(choices)s. Give the 12-character key."),
        "rule_missing": _("No rule “%(rule)s” holds here on %(day)s. Ask the health officer to publish one."),
    }
)
