"""What every page knows: the actor, and whether this is a demo register."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from tongxin.access.queries import installation


def actor(request: HttpRequest) -> dict[str, Any]:
    return {
        "actor": getattr(request, "actor", None),
        "installation": SimpleLazyObject(installation),
    }
