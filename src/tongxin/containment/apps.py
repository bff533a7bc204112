from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from tongxin.core import navigation
from tongxin.core.panels import register_panel


class ContainmentConfig(AppConfig):
    name = "tongxin.containment"
    label = "containment"
    verbose_name = _("Containment")

    def ready(self) -> None:
        from tongxin.containment import refusals  # noqa: F401, PLC0415 -- registers this app's codes
        from tongxin.containment.panels import STANDING, standing  # noqa: PLC0415 -- models must be loaded
        from tongxin.containment.queries.appeals import waiting_for  # noqa: PLC0415 -- models must be loaded

        register_panel("people.person", "containment/standing.html", standing, STANDING, 10)
        navigation.register_item(
            "containment:restrictions", _("Holds"), "lock", "containment.restriction.read", order=57
        )
        navigation.register_item(
            "containment:appeals",
            _("Appeals"),
            "gavel",
            "containment.appeal.read",
            order=58,
            count=lambda actor: waiting_for(actor).count(),
        )
        navigation.register_item(
            "containment:audit", _("Rights and audit"), "scale", "containment.audit.read", order=59
        )
