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
    occurred_at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(auto_now_add=True)
    why = models.CharField(_("why"), max_length=300, blank=True)
    # What the facts and the label were, as a digest: they can go, and what is left still checks.
    facts_digest = models.BinaryField(default=b"")
    digest = models.BinaryField()

    class Meta:
        verbose_name = _("journal entry")
        indexes = [
            models.Index(fields=["subject_id", "-sequence"], name="entry_subject"),
            models.Index(fields=["act", "-sequence"], name="entry_act"),
            models.Index(fields=["transaction", "sequence"], name="entry_transaction"),
            models.Index(fields=["account_id", "-sequence"], name="entry_account"),
            models.Index(fields=["area_path", "-sequence"], name="entry_area"),
            models.Index(fields=["occurred_at"], name="entry_occurred"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.subject_kind}"


class EntryFacts(models.Model):
    """The facts of an entry, apart from it: they may hold personal facts and can be destroyed (LE-30).

    `label` is what the subject was called then, a name often.
    """

    KEEPING = "journal"

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="facts_row")
    area_path = models.CharField(max_length=120)
    label = models.CharField(_("on what"), max_length=120, blank=True)
    facts = models.JSONField()

    class Meta:
        verbose_name = _("journal facts")

    def __str__(self) -> str:
        return str(self.entry_id)


class Sight(models.Model):
    """This person was shown by this act (查看记录): in a list, on a page, or a whole number."""

    KEEPING = "journal"

    pk = models.CompositePrimaryKey("person_id", "entry_id")
    person_id = models.UUIDField()
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="sights", db_index=False)
    area_path = models.CharField(max_length=120)

    class Meta:
        verbose_name = _("sight of a person")

    def __str__(self) -> str:
        return str(self.person_id)


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
        indexes = [models.Index(fields=["below_transaction"], name="seal_horizon")]

    def __str__(self) -> str:
        return f"{self.area_path} {self.number}"
