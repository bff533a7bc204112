"""The refusals of the register and of calls."""

from django.utils.translation import gettext_lazy as _

from tongxin.core.refusals import declare

declare(
    {
        "person_unknown": _(
            "This code belongs to nobody in this area. Search by name or room, or add the person."
        ),
        "code_taken": _("This code already stands for another person. Give the person a new card."),
        "code_revoked": _("This code was revoked. Give the person a new card."),
        "code_unreadable": _("This is no code that can be kept. Scan it again, or give the person a card."),
        "code_tells_number": _(
            "This code is the number of a document or a phone. Search by the number, and give the person a card."
        ),
        "person_key_taken": _("This new person could not be added. Add the person once more."),
        "temporary_numbers_used_up": _("All temporary numbers of %(day)s are used. Ask for a document."),
        "import_used": _("This import cannot be undone: %(count)s of its people already have later records."),
        "import_undone": _("This import has already been undone."),
        "import_not_ready": _("This file has not been read yet, or was already stored."),
        "merge_with_itself": _("This is one and the same entry. Choose another one."),
        "merge_not_live": _(
            "One of these entries was taken back or merged already. Search for the person again."
        ),
        "merge_without_ground": _(
            "Nothing but the name speaks for these two: compare document, birth, phone and address first."
        ),
        "merge_built_upon": _("%(name)s was merged on since. Take the later merge back first."),
        "place_needed": _("Say where the person is: a place and, if known, with whom."),
        "document_unreadable": _("This is no document number that can be right. Compare it with the card."),
        "document_taken": _(
            "This number already belongs to %(name)s. If they are one person, merge the two entries."
        ),
        "away_already": _("This person is noted as away since %(day)s. Note the return first."),
        "not_away": _("This person is not noted as away."),
        "ends_before_it_begins": _("This day lies before %(day)s, when it began."),
        "tag_sensitive": _("Only care and health roles set this tag."),
        "call_leased": _("%(name)s is calling this person now. Take the next one."),
        "call_closed": _("This call is already closed."),
        "name_unreadable": _("This name cannot be read. Type 1 to 60 characters, without question marks."),
        "phone_unreadable": _(
            "This is no phone number. Type 11 digits, or area code and number (0744-8230000)."
        ),
        "ledger_ground_needed": _("Say on what ground the person stands in this ledger."),
        "ledger_end_needed": _("Say until which day the person stands in this ledger."),
        "ledger_end_past": _("The last day, %(day)s, is past. Choose today or a later day."),
        "ledger_reason_needed": _("Say why the person leaves this ledger."),
    }
)
