"""The journal: who did what to what, when and why. Append-only in the database; sealed into a chain later."""

from django.db import models
from django.db.models import Func, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from tongxin.core.models import AreaRow


class Entry(AreaRow):
    """One act (操作日志). The chain runs over `digest`, so personal `facts` can be destroyed and it still checks."""

    sequence = models.BigIntegerField(
        unique=True, editable=False, db_default=Func(Value("access_entry_sequence"), function="nextval")
    )
    # The writing transaction's number: what is below every running one is final, and can be sealed.
    transaction = models.BigIntegerField(
        editable=False,
        db_default=Cast(
            Cast(Func(function="pg_current_xact_id"), models.TextField()), models.BigIntegerField()
        ),
    )
    act = models.CharField(_("act"), max_length=80)
    account_id = models.UUIDField(null=True)
    account_name = models.CharField(_("who"), max_length=60)
    device_id = models.UUIDField(null=True)
    subject_kind = models.CharField(max_length=60, blank=True)
    subject_id = models.UUIDField(null=True)
    subject_label = models.CharField(_("on what"), max_length=120, blank=True)
    occurred_at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(auto_now_add=True)
    why = models.CharField(_("why"), max_length=300, blank=True)
    digest = models.BinaryField()

    class Meta:
        verbose_name = _("journal entry")
        indexes = [
            models.Index(fields=["subject_id", "-sequence"], name="entry_subject"),
            models.Index(fields=["act", "-sequence"], name="entry_act"),
            models.Index(fields=["transaction", "sequence"], name="entry_transaction"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.subject_label}"


class EntryFacts(models.Model):
    """The facts of an entry, apart from it: they may hold personal facts and can be destroyed (LE-30)."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="facts_row")
    area_path = models.CharField(max_length=120)
    facts = models.JSONField()

    class Meta:
        verbose_name = _("journal facts")

    def __str__(self) -> str:
        return str(self.entry_id)


class Seal(models.Model):
    """A link of an area's chain (封存): over the digests of its entries since the last link."""

    id = models.BigAutoField(primary_key=True)
    area_path = models.CharField(max_length=120)
    number = models.PositiveIntegerField()
    below_transaction = models.BigIntegerField()
    count = models.PositiveIntegerField()
    previous = models.BinaryField()
    digest = models.BinaryField()
    sealed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("journal seal")
        constraints = [models.UniqueConstraint(fields=["area_path", "number"], name="one_seal_a_number")]

    def __str__(self) -> str:
        return f"{self.area_path} {self.number}"
