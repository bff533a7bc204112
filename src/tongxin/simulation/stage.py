"""The stage of a story: who acts, on which server, and what is told while it plays."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tongxin.access.actors import Actor
from tongxin.access.models import Account
from tongxin.access.queries import actor_of, installation
from tongxin.core import clock, scope
from tongxin.core.refusals import Refusal

Tell = Callable[[str], None]


@dataclass(slots=True)
class Stage:
    """`opened_at` is the story's 08:00; everything is captured at or before the real now."""

    server: str
    area_path: str
    opened_at: datetime
    tell: Tell
    figures: dict[str, Any] = field(default_factory=dict)

    def hour(self, hours: float) -> datetime:
        return self.opened_at + timedelta(hours=hours)

    def actor(self, username: str) -> Actor:
        """A demo account with its grants, as its own login would have."""
        with scope.everywhere():
            return actor_of(Account.objects.get(username=username, is_demo=True), clock.now())


def must_be_demo() -> None:
    """Stories are played on registers of invented people only."""
    with scope.everywhere():
        if not installation().is_demo:
            raise Refusal("register_not_demo")
