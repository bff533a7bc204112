"""The events of a lane (通道事件): what each kind says, and in what form (contracts/capture.schema.json)."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from msgspec import Meta

from tongxin.core.capture import Event, Reference

TubeCode = Annotated[str, Meta(min_length=1, max_length=24)]
Word40 = Annotated[str, Meta(max_length=40)]
Name60 = Annotated[str, Meta(min_length=1, max_length=60)]
Celsius = Annotated[float, Meta(ge=-90, le=60)]
Plain = r"^[\w-]*$"


class LaneEvent(Event, frozen=True, gc=False, tag_field="kind"):
    """Something a lane did in a round."""

    TABLE: ClassVar[str] = ""

    round: Reference
    lane: Reference

    @property
    def tube_code(self) -> str:
        """The tube that must be of this lane."""
        return ""

    @property
    def tube_codes(self) -> tuple[str, ...]:
        """The tubes that are to be settled."""
        return (self.tube_code,) if self.tube_code else ()


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
    repeat: Literal["spoiled_tube", "doubtful_swab"] | None = None
    allowed_by: Annotated[str, Meta(max_length=60)] = ""

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


class SampledElsewhere(LaneEvent, frozen=True, gc=False, tag="sampled_elsewhere"):
    """他处已采: a proof from elsewhere is a reason; no swab is taken (MT-22, MT-40)."""

    TABLE: ClassVar[str] = "testing_claim"

    person: UUID
    place: Annotated[str, Meta(min_length=1, max_length=100)]
    proof: Annotated[str, Meta(min_length=1, max_length=200)]
    taken_on: date


class BoxSealed(LaneEvent, frozen=True, tag="box_sealed"):
    """装箱封箱: the tubes that were scanned into a box, and its seal (MT-32)."""

    TABLE: ClassVar[str] = "testing_boxsealing"

    box: UUID
    seal: TubeCode
    tubes: Annotated[list[TubeCode], Meta(min_length=1, max_length=200)]
    ice: bool
    temperature: Celsius | None = None

    @property
    def tube_codes(self) -> tuple[str, ...]:
        return tuple(self.tubes)


class BoxHanded(LaneEvent, frozen=True, gc=False, tag="box_handed"):
    """交接: the carrier took the box over at the point."""

    TABLE: ClassVar[str] = "testing_handover"

    box: UUID
    giver: Name60
    taker: Name60
    vehicle: Word40 = ""
    temperature: Celsius | None = None


class CodeBound(LaneEvent, frozen=True, gc=False, tag="code_bound"):
    """绑码: a code that somebody already carries, after the identity check."""

    person: UUID
    token: Annotated[str, Meta(min_length=6, max_length=200)]
