"""What a lane captures. Hot rows: no foreign keys, few indexes (PERFORMANCE.md, design rules)."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from tongxin.core.models import Captured
from tongxin.testing.enums import RepeatReason, TubeAct


class LaneFact(Captured):
    """Something a lane did, made by its device."""

    round_id = models.UUIDField()
    lane_id = models.UUIDField()

    class Meta:
        abstract = True


class Sample(LaneFact):
    """One person's swab in a tube (样本). It counts unless it is rejected or its tube is void."""

    KEEPING = "health"

    person_id = models.UUIDField()
    tube_code = models.CharField(max_length=24)
    position = models.SmallIntegerField()
    how = models.CharField(max_length=8, blank=True)
    is_late = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("sample")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(position__gte=1, position__lte=40), name="sample_position"
            )
        ]
        indexes = [
            models.Index(fields=["round_id", "person_id"], name="sample_round_person"),
            models.Index(fields=["tube_code"], name="sample_tube"),
            # Costs a write nearly nothing; the pace of the last hour is asked for every ten seconds.
            BrinIndex(fields=["occurred_at"], name="sample_time", autosummarize=True, pages_per_range=16),
        ]

    def __str__(self) -> str:
        return f"{self.tube_code}/{self.position}"


class SampleRejection(LaneFact):
    """A sample taken back at the lane (退采, MT-24). May arrive before its sample; both orders end the same."""

    KEEPING = "health"

    sample_id = models.UUIDField(db_index=True)
    reason = models.CharField(max_length=16)

    class Meta:
        verbose_name = _("rejected sample")

    def __str__(self) -> str:
        return self.reason


class Repeat(LaneFact):
    """A second swab of somebody in the same round, allowed (复采, MT-22). Its key is the swab's."""

    KEEPING = "health"

    person_id = models.UUIDField()
    reason = models.CharField(_("why"), max_length=16, choices=RepeatReason.choices)
    allowed_by = models.CharField(_("allowed by"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("repeated swab")

    def __str__(self) -> str:
        return self.reason


class TubeEvent(LaneFact):
    """A tube was opened or closed at a lane (开管, 封管)."""

    tube_code = models.CharField(max_length=24, db_index=True)
    act = models.CharField(max_length=8, choices=TubeAct.choices)
    pool = models.CharField(max_length=10, blank=True)
    capacity = models.SmallIntegerField(null=True)
    reason = models.CharField(max_length=16, blank=True)
    spoken = models.SmallIntegerField(null=True)

    class Meta:
        verbose_name = _("tube event")

    def __str__(self) -> str:
        return f"{self.tube_code} {self.act}"


class FoundPerson(LaneFact):
    """Somebody at the lane whom the register did not hold (新发现人员, MT-23): the grid worker's task.

    `made_id` is the key that the device gave the person. It differs from `person_id` when the register did hold
    the person after all; swabs under the device's key then count for the one who is known.
    """

    KEEPING = "identity"

    person_id = models.UUIDField(db_index=True)
    made_id = models.UUIDField(null=True, db_index=True)
    note = models.CharField(max_length=200, blank=True)
    verified_at = models.DateTimeField(null=True)
    verified_by_id = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("newly found person")

    def __str__(self) -> str:
        return str(self.person_id)
