"""Restrictions that wait for a second signature: nothing holds anybody until it is given (LE-10, LE-14)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tongxin.containment.enums import Ground, ProposalState, RestrictionKind
from tongxin.containment.models.restrictions import Restriction
from tongxin.core.models import AreaRow
from tongxin.people.models import Person


class Proposal(AreaRow):
    """Somebody asks for a restriction that one person alone may not decide (管控拟定)."""

    KEEPING = "health"

    kind = models.CharField(_("kind"), max_length=10, choices=RestrictionKind.choices)
    ends_at = models.DateTimeField(_("ends"))
    renews = models.ForeignKey(Restriction, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=ProposalState.choices, default=ProposalState.WAITING)
    # Why one signature is not enough: the refusal that met the act.
    because = models.CharField(max_length=40)
    made_at = models.DateTimeField(_("asked"))
    made_by_id = models.UUIDField()
    made_by_name = models.CharField(_("asked by"), max_length=60)
    answered_at = models.DateTimeField(null=True)
    answered_by_id = models.UUIDField(null=True)
    answered_by_name = models.CharField(max_length=60, blank=True)
    why = models.CharField(max_length=160, blank=True)

    class Meta:
        verbose_name = _("proposed restriction")
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_by_id=None)
                | ~Q(state=ProposalState.APPROVED)
                | ~Q(answered_by_id=F("made_by_id")),
                name="proposal_has_two_names",
            )
        ]
        indexes = [models.Index(fields=["state", "made_at"], name="proposal_waiting")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.made_by_name}"


class ProposedLine(AreaRow):
    """One person of a proposal, with the record it would rest on (拟管控人员)."""

    KEEPING = "health"

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="lines")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    ground = models.CharField(_("ground"), max_length=14, choices=Ground.choices)
    evidence_id = models.UUIDField(_("evidence"))

    class Meta:
        verbose_name = _("person of a proposal")
        constraints = [
            models.UniqueConstraint(fields=["proposal", "person"], name="one_line_a_person_a_proposal")
        ]

    def __str__(self) -> str:
        return str(self.person)
