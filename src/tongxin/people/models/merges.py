"""Two rows that were one person: who was kept, what moved, and how to take it back (ID-21)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tongxin.people.enums import MergeGround
from tongxin.people.models.persons import Person, PersonalRow


class Merge(PersonalRow):
    """One person was in the register twice (合并). `moved` names the rows that went over, so that they can go back."""

    KEEPING = "identity"

    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    gone = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    ground = models.CharField(_("ground"), max_length=10, choices=MergeGround.choices)
    why = models.CharField(_("reason"), max_length=200)
    moved = models.JSONField(default=dict)
    merged_at = models.DateTimeField(_("merged"))
    merged_by_name = models.CharField(_("merged by"), max_length=60)
    undone_at = models.DateTimeField(null=True)
    undone_by_name = models.CharField(max_length=60, blank=True)
    undone_why = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("merge of two rows")
        constraints = [
            models.UniqueConstraint(
                fields=["gone"], condition=Q(undone_at=None), name="one_standing_merge_a_person"
            ),
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="a_person_is_not_merged_into_itself"),
        ]
        indexes = [models.Index(fields=["kept"], name="merge_kept")]

    def __str__(self) -> str:
        return f"{self.gone} = {self.kept}"
