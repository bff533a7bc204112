"""Nobody missed: who is expected, how each is covered, and the closing of a round."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongxin.core.models import AreaRow
from tongxin.people.models import Person
from tongxin.places.models import Dwelling
from tongxin.testing.enums import Coverage, MakeUpReason, Origin, RemovalReason, VisitOutcome
from tongxin.testing.models.rounds import Round


class Expected(AreaRow):
    """A person of a round's base with exactly one class of coverage (应检名单, MT-40).

    The class is settled from samples and claims by a projector; `area_path` is the person's.
    """

    KEEPING = "health"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    dwelling = models.ForeignKey(Dwelling, on_delete=models.PROTECT, null=True, related_name="+")
    origin = models.CharField(max_length=5, choices=Origin.choices, default=Origin.BASE)
    klass = models.CharField(_("class"), max_length=12, choices=Coverage.choices, default=Coverage.UNKNOWN)
    evidence_id = models.UUIDField(null=True)
    settled_at = models.DateTimeField(null=True)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    removed_reason = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name = _("expected person")
        constraints = [models.UniqueConstraint(fields=["round", "person"], name="expected_once")]
        indexes = [
            models.Index(fields=["round", "klass"], name="expected_class"),
            models.Index(fields=["round", "area_path"], name="expected_place"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.klass}"

    @property
    def removal_words(self) -> str:
        """Why somebody was removed, with what was said: 迁出 · 8月3日搬到永定区."""
        reason, _colon, note = self.removed_reason.partition(": ")
        label = RemovalReason(reason).label if reason in RemovalReason.values else reason
        return f"{label} · {note}" if note else str(label)


class Claim(AreaRow):
    """Why somebody is not sampled here (未检原因): class, proof, who says so. The newest that stands counts."""

    KEEPING = "health"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    klass = models.CharField(_("class"), max_length=12, choices=Coverage.choices)
    place = models.CharField(_("place"), max_length=100, blank=True)
    proof = models.CharField(_("proof"), max_length=200, blank=True)
    until_on = models.DateField(_("returns"), null=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    by_id = models.UUIDField()
    by_name = models.CharField(_("by"), max_length=60)
    occurred_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("reason for not sampled")
        indexes = [models.Index(fields=["round", "person"], name="claim_round_person")]

    def __str__(self) -> str:
        return self.get_klass_display()


class Visit(AreaRow):
    """A knock on the door of somebody who is not yet tested (上门记录): who went, when, what it came to."""

    KEEPING = "calls"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(_("outcome"), max_length=10, choices=VisitOutcome.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)
    by_id = models.UUIDField()
    by_name = models.CharField(_("by"), max_length=60)
    occurred_at = models.DateTimeField()

    class Meta:
        verbose_name = _("visit")
        indexes = [models.Index(fields=["round", "person"], name="visit_round_person")]

    def __str__(self) -> str:
        return self.get_outcome_display()


class MakeUp(AreaRow):
    """A person whose swab came to nothing and must be sampled again (补检, MT-30), within the hour."""

    KEEPING = "health"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    tube_code = models.CharField(max_length=24)
    reason = models.CharField(max_length=8, choices=MakeUpReason.choices)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField(_("due"))
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("make-up test")
        constraints = [models.UniqueConstraint(fields=["tube_code", "person"], name="one_make_up_a_tube")]

    def __str__(self) -> str:
        return f"{self.person} {self.tube_code}"


class Signature(AreaRow):
    """A signature under the closing of a round (签字, MT-44)."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="signatures")
    role = models.CharField(max_length=20)
    by_id = models.UUIDField()
    by_name = models.CharField(max_length=60)
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("signature")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "role"], condition=Q(withdrawn_at=None), name="one_signature_a_role"
            ),
            models.UniqueConstraint(
                fields=["round", "by_id"], condition=Q(withdrawn_at=None), name="one_signature_a_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.by_name} {self.role}"


class Closing(AreaRow):
    """The figures a round closed with (关闭数). They never change; what comes later is shown beside (MT-46)."""

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="closing")
    at = models.DateTimeField()
    base_opening = models.PositiveIntegerField()
    added = models.PositiveIntegerField()
    removed = models.PositiveIntegerField()
    base_closing = models.PositiveIntegerField()
    classes = models.JSONField()
    sample_count = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("closing")

    def __str__(self) -> str:
        return str(self.round)
