"""The refusals of reports."""

from django.utils.translation import gettext_lazy as _

from tongxin.core.refusals import declare

declare(
    {
        "figures_differ": _(
            "The figures do not add up: %(what)s. Mend the records, then make the briefing again."
        ),
        "briefing_approved": _(
            "Briefing no. %(number)s is approved and cannot change. Make a corrected one."
        ),
        "briefing_text_needed": _("Write at least one sentence before the briefing is sent."),
        "author_approves": _("The author cannot approve their own briefing."),
        "ledger_day_not_over": _("The day %(day)s is not over: a ledger is frozen at 24:00."),
        "ledger_signed": _("%(name)s has signed here already."),
        "ledger_two_persons": _("%(name)s has signed already; the second signature is another person's."),
        "export_purpose": _("Say what the workbook is for, in at least four letters."),
        "export_waits": _("This export of %(count)s rows waits for a second person's approval."),
        "export_over": _("This export has ended. Ask for it again."),
        "export_own": _("Whoever asks for an export cannot approve it."),
        "export_foreign": _("Only %(name)s, who asked for this export, can take it."),
    }
)
