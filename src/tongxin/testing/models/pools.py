"""A pool that was not negative: its members, their rechecks, its clocks (DOMAIN.md 3.6)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tongxin.core.models import AreaRow
from tongxin.people.models import Person
from tongxin.testing.enums import PoolState, RecheckState
from tongxin.testing.models.tubes import Tube


class PositivePool(AreaRow):
    """A positive or grey pool at work (混管阳性): T0 is the release of the result."""

    KEEPING = "health"

    tube = models.OneToOneField(Tube, on_delete=models.PROTECT, related_name="positive_pool")
    state = models.CharField(max_length=10, choices=PoolState.choices, default=PoolState.OPEN)
    opened_at = models.DateTimeField(_("released"))
    calls_due_at = models.DateTimeField()
    team_due_at = models.DateTimeField()
    results_due_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("positive pool")

    def __str__(self) -> str:
        return str(self.tube)


class Recheck(AreaRow):
    """The single recheck of a member (单人单管复核). `area_path` is the person's."""

    KEEPING = "health"

    pool = models.ForeignKey(PositivePool, on_delete=models.PROTECT, related_name="rechecks")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=RecheckState.choices, default=RecheckState.DUE)
    tube_code = models.CharField(max_length=24, blank=True)
    sampled_at = models.DateTimeField(null=True)
    result_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("recheck")
        constraints = [models.UniqueConstraint(fields=["pool", "person"], name="one_recheck_a_member")]

    def __str__(self) -> str:
        return f"{self.person} {self.get_state_display()}"
