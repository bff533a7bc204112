"""Records set aside as a page shows them: what a phone said, why it does not count, whose it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongxin.access.actors import Actor
from tongxin.access.models import Device
from tongxin.exchange.models import SetAside
from tongxin.exchange.services.projection import said_by
from tongxin.people.models import Person
from tongxin.testing.models import Lane

KINDS: dict[str, str | Promise] = {
    "sample": _("swab"),
    "sample_rejected": _("swab taken back"),
    "tube_opened": _("tube opened"),
    "tube_closed": _("tube closed"),
    "person_found": _("new person"),
    "sampled_elsewhere": _("proof from elsewhere"),
    "box_sealed": _("box sealed"),
    "box_handed": _("box handed over"),
    "code_bound": _("code bound"),
}
# Why, and what mends it: each in one line.
WHY: dict[str, str | Promise] = {
    "device_revoked": _("The phone was revoked before this arrived. Ask who held it, then count or dismiss."),
    "person_unknown": _("The person is not in the register here. Counts by itself once they are."),
    "tube_unknown": _("The tube was not dealt to this round. Deal it, then this counts by itself."),
    "tube_other_lane": _(
        "The tube belongs to another lane. Deal it to this one, then this counts by itself."
    ),
    "lane_unknown": _("The lane is not at this phone's point."),
    "round_unknown": _("The round is not known here."),
    "round_not_open": _("The round had not been opened. Counts by itself once it is."),
    "malformed": _("The record could not be read whole."),
    "unknown_kind": _("A kind of record that is newer than this server."),
    "person_known": _("The document is already in the register: the swabs went to that person."),
    "person_key_taken": _("The key of this new person is taken."),
    "sample_key_taken": _("The key of this record is taken."),
    "code_taken": _("The code stands for somebody else."),
    "code_revoked": _("The code was revoked."),
    "code_unreadable": _("The code could not be read."),
    "code_tells_number": _("The code is somebody's document or phone number and is not kept."),
}


@dataclass(frozen=True, slots=True)
class AsideRow:
    """One record: what was said, by which phone, about whom; `note` once somebody has decided."""

    id: UUID
    kind: str | Promise
    why: str | Promise
    device: str
    tube: str
    lane: str
    person_id: UUID | None
    person: str
    row: SetAside

    @property
    def is_counted(self) -> bool:
        return self.row.settled_note.startswith("counted")

    @property
    def said(self) -> str:
        """Who counted it, or why it was dismissed."""
        return self.row.settled_note.partition(": ")[2]


def open_rows() -> QuerySet[SetAside]:
    return SetAside.objects.filter(settled_at=None)


def listed(*, code: str = "", settled: bool = False) -> QuerySet[SetAside]:
    found = SetAside.objects.exclude(settled_at=None) if settled else open_rows()
    return found.filter(code=code) if code else found


def waiting_count(actor: Actor) -> int:
    """Records that wait for somebody; what will count by itself is not work yet."""
    return open_rows().filter(~Q(code__in=["person_unknown", "round_not_open"])).count()


def codes_open() -> list[str]:
    return sorted(open_rows().order_by().values_list("code", flat=True).distinct())


def rows_of(found: Iterable[SetAside], *, with_names: bool) -> list[AsideRow]:
    """The records with what they say, opened; names for those alone who read the register."""
    rows = list(found)
    said = {row.pk: said_by(row) for row in rows}
    people = _keys(said.values(), "person") if with_names else set()
    names = dict(Person.objects.filter(pk__in=people).values_list("pk", "name"))
    found_lanes = Lane.objects.filter(pk__in=_keys(said.values(), "lane")).select_related("site")
    lanes = {lane.pk: str(lane) for lane in found_lanes}
    devices = dict(Device.objects.filter(pk__in={row.device_id for row in rows}).values_list("pk", "name"))
    return [_row(row, said[row.pk], names, lanes, devices, with_names=with_names) for row in rows]


def _row(
    row: SetAside,
    said: dict[str, Any],
    names: dict[UUID, str],
    lanes: dict[UUID, str],
    devices: dict[UUID, str],
    *,
    with_names: bool,
) -> AsideRow:
    person, lane = _key(said.get("person")), _key(said.get("lane"))
    typed = str(said.get("name") or "")[:60] if with_names else ""
    return AsideRow(
        id=row.pk,
        kind=KINDS.get(row.kind, row.kind or "—"),
        why=WHY.get(row.code, row.code),
        device=devices.get(row.device_id, "—"),
        tube=str(said.get("tube") or said.get("seal") or "")[:24],
        lane=lanes.get(lane, "") if lane else "",
        person_id=person if person in names else None,
        person=names.get(person, typed) if person else typed,
        row=row,
    )


def _keys(said: Iterable[dict[str, Any]], name: str) -> set[UUID]:
    return {key for each in said if (key := _key(each.get(name)))}


def _key(value: Any) -> UUID | None:
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        return None
