"""The refusals of accounts, devices and the journal."""

from django.utils.translation import gettext_lazy as _

from tongxin.core.refusals import declare

declare(
    {
        "device_unknown": _("This phone is not enrolled. Ask the point chief for an enrolment code."),
        "device_revoked": _("This phone has been revoked. Hand it to the point chief."),
        "enrolment_expired": _("This enrolment code is used or expired. Ask the point chief for a new one."),
        "previous_elsewhere": _(
            "This phone still owes records of another area. Ask the point chief there for the code."
        ),
        "reason_needed": _("Say why you need to see this (at least 4 characters)."),
        "not_oneself": _("Nobody closes their own account. Ask another operator."),
        "second_person_needed": _("A second person must sign: not %(name)s again."),
        "register_not_demo": _(
            "This register holds real people: demo accounts and simulations are refused here."
        ),
        "register_is_demo": _(
            "This register is marked demo, for invented people only. Use an empty folder for a real one: TONGXIN_HOME."
        ),
        "register_founded": _(
            "This register is set up already. Log in; the operator opens further accounts."
        ),
        "operator_needed": _("The first account must be an operator: somebody has to open all others."),
    }
)
