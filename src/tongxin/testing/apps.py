from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TestingConfig(AppConfig):
    name = "tongxin.testing"
    label = "testing"
    verbose_name = _("Mass testing")

    def ready(self) -> None:
        from tongxin.testing import refusals  # noqa: F401, PLC0415 -- registers this app's codes
