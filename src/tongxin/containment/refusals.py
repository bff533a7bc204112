"""The refusals of restrictions, proposals and appeals."""

from django.utils.translation import gettext_lazy as _

from tongxin.core.refusals import declare

declare(
    {
        "evidence_needed": _(
            "A restriction needs the record it rests on. Lists without evidence are refused."
        ),
        "evidence_struck": _(
            "An appeal has found this record wrong for this person (%(number)s). It grounds nothing any more."
        ),
        "end_needed": _("A restriction needs an end."),
        "restriction_over": _("This restriction is already over."),
        "already_renewed": _("This restriction is already renewed. Open the renewal."),
        "second_approver_needed": _("More than 24 hours needs a second person's approval."),
        "approver_must_differ": _("The second approver must be another person with the right to decide."),
        "nobody_named": _("Name at least one person."),
        "too_many_at_once": _("%(count)s restrictions in one act need a health officer and a legal officer."),
        "no_final_test_pending": _(
            "Only a test that is at the laboratory gives more time. No sample of %(name)s is waiting for a result."
        ),
        "grace_given": _("The one grace has been given already. It cannot be given twice."),
        "proposal_answered": _("This proposal is already answered: %(state)s, by %(name)s."),
        "proposal_late": _("The end that was asked for has passed. Ask anew."),
        "appeal_taken": _("%(name)s is reviewing this appeal."),
        "appeal_answered": _("This appeal is already answered: %(state)s, by %(name)s."),
        "reviewer_must_differ": _("%(name)s decided on this restriction. Somebody else reviews the appeal."),
        "answer_needed": _("Write the answer in words, at least 8 characters. It is read to the person."),
        "export_too_long": _(
            "%(count)s rows are more than %(limit)s: that needs a second person's approval. Choose fewer rows."
        ),
    }
)
