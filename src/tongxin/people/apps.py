from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from tongxin.core.navigation import register_item
from tongxin.core.panels import register_panel


class PeopleConfig(AppConfig):
    name = "tongxin.people"
    label = "people"
    verbose_name = _("Register of people")

    def ready(self) -> None:
        from tongxin.people import refusals  # noqa: F401, PLC0415 -- registers this app's codes
        from tongxin.people.queries import population  # noqa: PLC0415 -- models are there only now
        from tongxin.people.queries.ledgers import standing_of  # noqa: PLC0415 -- the same
        from tongxin.places.queries.population import register_population  # noqa: PLC0415 -- the same

        register_panel(
            "people.person", "people/ledgers_panel.html", standing_of, "people.ledger.read", order=60
        )
        register_population(by_area=population.by_area, by_door=population.by_door)
        register_item("people:calls", _("Calls"), "phone-call", "people.call.read", 25)
        register_item("people:register", _("Register"), "users", "people.register.read", 60)
