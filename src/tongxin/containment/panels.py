"""What holds a person, on their own page: ground class, end, tests left, where to call and to appeal (LE-12)."""

from typing import Any
from uuid import UUID

from tongxin.access.actors import Actor
from tongxin.containment.queries.ledger import standing_of
from tongxin.core import clock
from tongxin.people.models import Person

STANDING = "containment.standing.read"


def standing(actor: Actor, person_id: UUID) -> dict[str, Any] | None:
    """The panel of one person; nothing where the actor may not know."""
    person = Person.objects.live().filter(pk=person_id).first()
    if person is None or not actor.may(STANDING, person.area_path):
        return None
    at, here = clock.now(), person.area_path
    may_decide = actor.may("containment.restriction.decide", here)
    rows = standing_of(person_id, at)
    if not rows and not may_decide:
        return None
    return {
        "rows": rows,
        "person_id": person_id,
        "at": at,
        "may_decide": may_decide,
        "may_read": actor.may("containment.restriction.read", here),
        "may_tell": actor.may("containment.restriction.tell", here),
        "may_appeal": actor.may("containment.appeal.receive", here),
    }
