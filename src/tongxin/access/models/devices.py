"""Phones and handhelds that capture in the field."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tongxin.access.models.accounts import Account
from tongxin.core.models import AreaRow


class Device(AreaRow):
    """An enrolled phone (设备). Its token is kept as a digest; `post` names what it works for (a point)."""

    name = models.CharField(_("name"), max_length=60)
    token_digest = models.BinaryField(unique=True)
    post_id = models.UUIDField(_("post"), null=True)
    enrolled_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    enrolled_at = models.DateTimeField(_("enrolled"))
    seen_at = models.DateTimeField(_("last contact"), null=True)
    owed_count = models.PositiveIntegerField(_("unsent"), default=0)
    owed_since = models.DateTimeField(_("unsent since"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)
    revoked_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("device")

    def __str__(self) -> str:
        return self.name


class Enrolment(AreaRow):
    """A one-time, short-lived code that lets one phone in (登记码); shown as a QR."""

    code_digest = models.BinaryField(unique=True)
    post_id = models.UUIDField(_("post"), null=True)
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_by = models.OneToOneField(Device, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("enrolment code")

    def __str__(self) -> str:
        return f"{self.made_at:%F %H:%M}"
