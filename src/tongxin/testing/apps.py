from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TestingConfig(AppConfig):
    name = "tongxin.testing"
    label = "testing"
    verbose_name = _("Mass testing")

    def ready(self) -> None:
        from tongxin.core.navigation import register_item  # noqa: PLC0415 -- apps are ready only now
        from tongxin.testing import refusals  # noqa: F401, PLC0415 -- registers this app's codes

        register_item("testing:results_latest", _("Results"), "microscope", "testing.result.enter", order=40)
        register_item("testing:pools", _("Positive pools"), "alert-triangle", "testing.pool.read", order=45)
