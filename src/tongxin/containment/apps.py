from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from tongxin.core import navigation


class ContainmentConfig(AppConfig):
    name = "tongxin.containment"
    label = "containment"
    verbose_name = _("Containment")

    def ready(self) -> None:
        from tongxin.containment import refusals  # noqa: F401, PLC0415 -- registers this app's codes

        navigation.register_item(
            "containment:restrictions", _("Holds"), "lock", "containment.restriction.read", order=60
        )
