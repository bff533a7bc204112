"""The events of a lane (通道事件): what each kind says, and in what form (contracts/capture.schema.json)."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from msgspec import Meta

from tongxin.core.capture import Event, Reference

TubeCode = Annotated[str, Meta(min_length=1, max_length=24)]
Word40 = Annotated[str, Meta(max_length=40)]
Plain = r"^[\w-]*$"


class LaneEvent(Event, frozen=True, gc=False, tag_field="kind"):
    """Something a lane did in a round."""

    TABLE: ClassVar[str] = ""

    round: Reference
    lane: Reference

    @property
    def tube_code(self) -> str:
        return ""


class TubeOpened(LaneEvent, frozen=True, gc=False, tag="tube_opened"):
    """开管"""

    TABLE: ClassVar[str] = "testing_tubeevent"

    tube: TubeCode
    pool: Annotated[str, Meta(min_length=1, max_length=10, pattern=Plain)]
    capacity: Annotated[int, Meta(ge=1, le=40)]

    @property
    def tube_code(self) -> str:
        return self.tube


class TubeClosed(LaneEvent, frozen=True, gc=False, tag="tube_closed"):
    """封管: `spoken` is the count that the sampler said aloud."""

    TABLE: ClassVar[str] = "testing_tubeevent"

    tube: TubeCode
    reason: Literal["full", "household_end", "zone_change", "time", "end_of_shift"]
    spoken: Annotated[int, Meta(ge=0, le=40)]

    @property
    def tube_code(self) -> str:
        return self.tube


class SampleTaken(LaneEvent, frozen=True, gc=False, tag="sample"):
    """入管: one person's swab."""

    TABLE: ClassVar[str] = "testing_sample"

    tube: TubeCode
    position: Annotated[int, Meta(ge=1, le=40)]
    person: UUID
    how: Literal["scan", "search", "typed"]

    @property
    def tube_code(self) -> str:
        return self.tube


class SampleRejected(LaneEvent, frozen=True, gc=False, tag="sample_rejected"):
    """退采: a swab taken back at the lane. It may come before its sample."""

    TABLE: ClassVar[str] = "testing_samplerejection"

    sample: UUID
    reason: Literal["refused", "nausea", "failed_swab", "wrong_person"]


class PersonFound(LaneEvent, frozen=True, gc=False, tag="person_found"):
    """新增: somebody the pack does not know (MT-23)."""

    TABLE: ClassVar[str] = "testing_foundperson"

    person: UUID
    name: Annotated[str, Meta(min_length=1, max_length=60)]
    document: Word40 = ""
    phone: Word40 = ""
    building: Word40 = ""
    unit: Word40 = ""
    room: Word40 = ""
    note: Annotated[str, Meta(max_length=200)] = ""
