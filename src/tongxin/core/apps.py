from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "tongxin.core"
    label = "core"

    def ready(self) -> None:
        from tongxin.core import words  # noqa: F401, PLC0415 -- registers the codes every app may answer with
