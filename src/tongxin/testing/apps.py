from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TestingConfig(AppConfig):
    name = "tongxin.testing"
    label = "testing"
    verbose_name = _("Mass testing")

    def ready(self) -> None:
        from tongxin.core.navigation import register_item  # noqa: PLC0415 -- apps are ready only now
        from tongxin.core.panels import register_panel  # noqa: PLC0415 -- apps are ready only now
        from tongxin.core.worklists import register_work  # noqa: PLC0415 -- as above
        from tongxin.testing import refusals  # noqa: F401, PLC0415 -- registers this app's codes
        from tongxin.testing.queries.boxes import waiting_count as boxes_waiting  # noqa: PLC0415 -- as below
        from tongxin.testing.queries.coverage import not_yet_waiting  # noqa: PLC0415 -- models are ready now
        from tongxin.testing.queries.pools import waiting_count  # noqa: PLC0415 -- models are ready now

        # The card needs no look at the database before somebody opens it.
        register_panel(
            "people.person",
            "testing/card_panel.html",
            lambda _actor, person_id: {"person_id": person_id},
            "testing.code.print",
            40,
        )
        register_item("testing:rounds", _("Rounds"), "test-pipe", "testing.round.read", order=10)
        register_item(
            "testing:not_yet_now",
            _("Not yet tested"),
            "user-question",
            "people.register.read",
            order=15,
            count=not_yet_waiting,
        )
        register_item("testing:board_now", _("Point board"), "presentation", "testing.lane.run", order=20)
        register_item(
            "testing:transport",
            _("Boxes"),
            "box",
            "testing.box.carry testing.box.receive testing.lane.run",
            order=22,
            count=boxes_waiting,
        )
        register_work(
            "testing:transport",
            _("Boxes to take over"),
            "boxes",
            "testing.box.carry testing.box.receive",
            boxes_waiting,
        )
        register_item("testing:stock", _("Tube stock"), "barcode", "testing.tube.issue", order=25)
        register_item("testing:codes", _("Sampling codes"), "qrcode", "testing.code.print", order=30)
        register_item("testing:results_latest", _("Results"), "microscope", "testing.result.enter", order=40)
        register_item(
            "testing:pools",
            _("Positive pools"),
            "alert-triangle",
            "testing.pool.read",
            order=45,
            count=waiting_count,
        )
