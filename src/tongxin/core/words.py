"""The refusals that any app may answer with."""

from django.utils.translation import gettext_lazy as _

from tongxin.core.refusals import declare

declare(
    {
        "not_found": _(
            "%(what)s: not there, or not in your area. Check the link, or ask your community head."
        ),
        "not_allowed": _("Your role may not do this (%(capability)s). Ask your community head for the role."),
        "changed_meanwhile": _(
            "Somebody else has changed this meanwhile. Look at the new state, then decide again."
        ),
    }
)
