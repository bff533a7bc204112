"""People, their documents, phones, tags and sampling codes."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongxin.core import ciphers
from tongxin.core.models import AreaRow
from tongxin.people.enums import DocumentKind, LaneFlag, Sex, Source
from tongxin.people.rules.documents import matching_form


class PersonalRow(AreaRow):
    """A row about one person: seen by the area where they live and by those in `seen_by` (decision 0001)."""

    seen_by = ArrayField(models.CharField(max_length=120), default=list, blank=True)

    class Meta:
        abstract = True


class PersonQuerySet(models.QuerySet["Person"]):
    def live(self) -> "PersonQuerySet":
        """Without the voided: taken back imports, merged doubles."""
        return self.filter(voided_at=None)


class Person(PersonalRow):
    """Any person who sleeps here (人员). Keeping class: identity (DOMAIN.md 12.3)."""

    KEEPING = "identity"

    name = models.CharField(_("name"), max_length=60)
    name_folded = models.CharField(max_length=60)
    pinyin = models.CharField(max_length=400, blank=True)
    initials = models.CharField(max_length=120, blank=True)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex.choices, blank=True)
    birth_on = models.DateField(_("born"), null=True)
    source = models.CharField(max_length=8, choices=Source.choices, default=Source.DESK)
    upload_id = models.UUIDField(null=True, db_index=True)
    marks = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    flags = ArrayField(
        models.CharField(max_length=8, choices=LaneFlag.choices), default=list, blank=True, db_default=[]
    )
    verified_at = models.DateTimeField(_("verified"), null=True)
    verified_by_id = models.UUIDField(null=True)
    verified_by_name = models.CharField(_("verified by"), max_length=60, blank=True, db_default="")
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=200, blank=True)
    # Who this row turned out to be (ID-21); always somebody who was not merged away in turn.
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        indexes = [
            models.Index(
                fields=["area_path", "id"], name="person_area", opclasses=["text_pattern_ops", "uuid_ops"]
            ),
            models.Index(fields=["name_folded"], name="person_name", opclasses=["text_pattern_ops"]),
            models.Index(fields=["id"], name="person_merged", condition=~Q(merged_into=None)),
            models.Index(fields=["initials"], name="person_initials", opclasses=["text_pattern_ops"]),
            GinIndex(fields=["name_folded"], name="person_name_parts", opclasses=["gin_trgm_ops"]),
            GinIndex(fields=["pinyin"], name="person_pinyin_parts", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.name

    def age_on(self, day: date) -> int | None:
        if self.birth_on is None:
            return None
        return (
            day.year - self.birth_on.year - ((day.month, day.day) < (self.birth_on.month, self.birth_on.day))
        )


class SealedNumber(PersonalRow):
    """A number kept sealed, found by its blind index, shown by its tail."""

    PURPOSE = ""

    sealed = models.BinaryField()
    number_index = models.BinaryField()
    tail = models.CharField(_("last four"), max_length=4)

    class Meta:
        abstract = True

    def seal(self, number: str) -> None:
        self.sealed = ciphers.encrypt(number, purpose=self.PURPOSE)
        self.number_index = self.index_of(number)
        self.tail = number[-4:]

    @classmethod
    def index_of(cls, number: str) -> bytes:
        """The blind index under which a number is found."""
        return ciphers.blind_index(number, purpose=cls.PURPOSE)

    def reveal(self) -> str:
        """The full number. Call it through a service that records who saw it, and why."""
        return ciphers.decrypt(self.sealed, purpose=self.PURPOSE)


class Document(SealedNumber):
    """An identity document (证件), ID-21."""

    KEEPING = "identity"
    PURPOSE = "people.document"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(_("kind"), max_length=12, choices=DocumentKind.choices)
    head = models.CharField(max_length=4, blank=True)
    is_primary = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("document")
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "number_index"], name="one_document_a_number"),
            models.UniqueConstraint(
                fields=["person"], condition=Q(is_primary=True), name="one_primary_document"
            ),
        ]
        indexes = [
            models.Index(fields=["number_index"], name="document_number"),
            models.Index(fields=["tail"], name="document_tail"),
        ]

    def __str__(self) -> str:
        return self.masked

    @property
    def masked(self) -> str:
        """First four and last four: 9900**********0016."""
        return f"{self.head}**********{self.tail}" if self.head else f"****{self.tail}"

    @classmethod
    def index_of(cls, number: str) -> bytes:
        return super().index_of(matching_form(number))

    def seal(self, number: str) -> None:
        super().seal(number)
        self.head = number[:4] if len(number) == 18 else ""


class Phone(SealedNumber):
    """A phone number (电话); families share them, so it is never unique (ID-35)."""

    KEEPING = "identity"
    PURPOSE = "people.phone"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="phones")
    label = models.CharField(max_length=20, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    verified_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("phone")
        constraints = [models.UniqueConstraint(fields=["person", "number_index"], name="one_phone_a_number")]
        indexes = [
            models.Index(fields=["number_index"], name="phone_number"),
            models.Index(fields=["tail"], name="phone_tail"),
        ]

    def __str__(self) -> str:
        return self.masked

    @property
    def masked(self) -> str:
        return f"*******{self.tail}"


class Tag(PersonalRow):
    """A need or circumstance of a person (标签). The sensitive ones are for care roles alone (CA-01)."""

    KEEPING = "health"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tags")
    name = models.CharField(_("tag"), max_length=20)
    is_sensitive = models.BooleanField(default=False)
    source = models.CharField(max_length=8, choices=Source.choices, default=Source.DESK)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True)

    class Meta:
        verbose_name = _("tag")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "name"], condition=Q(until=None), name="one_open_tag_a_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Code(PersonalRow):
    """A sampling code (采样码): an opaque token on a card or a phone; it is not the ID number (R-D12).

    One of our own is in force at a time; beside it there may be codes that the person carried already
    (`is_bound`: the card of another community, a printed code).
    """

    KEEPING = "identity"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="codes")
    token = models.CharField(max_length=80, unique=True)
    is_bound = models.BooleanField(default=False)
    issued_at = models.DateTimeField()
    printed_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("sampling code")
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(revoked_at=None, is_bound=False), name="one_code_in_force"
            )
        ]

    def __str__(self) -> str:
        return self.token[:6]
