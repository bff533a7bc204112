"""The refusals of the register and of calls."""

from django.utils.translation import gettext_lazy as _

from tongxin.core.refusals import declare

declare(
    {
        "person_unknown": _(
            "This code belongs to nobody in this area. Search by name or room, or add the person."
        ),
        "import_used": _("This import cannot be undone: %(count)s of its people already have later records."),
        "import_undone": _("This import has already been undone."),
        "import_not_ready": _("This file has not been read yet, or was already stored."),
        "call_leased": _("%(name)s is calling this person now. Take the next one."),
        "call_closed": _("This call is already closed."),
    }
)
