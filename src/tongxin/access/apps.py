from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from tongxin.core.navigation import register_item


class AccessConfig(AppConfig):
    name = "tongxin.access"
    label = "access"
    verbose_name = _("Access and journal")

    def ready(self) -> None:
        from tongxin.access import refusals  # noqa: F401, PLC0415 -- registers this app's codes

        register_item("access:devices", _("Phones"), "device-mobile", "access.device.enrol", 90)
        register_item("access:accounts", _("Accounts"), "users-group", "access.account.manage", 91)
        register_item("access:journal", _("Journal"), "history", "access.journal.read", 92)
        register_item("access:roles", _("Roles"), "shield-lock", "", 94)
