from tongxin.testing.models.boxes import Box, BoxSealing, Handover, Laboratory
from tongxin.testing.models.coverage import Claim, Closing, Expected, MakeUp, Signature, Visit
from tongxin.testing.models.pools import PositivePool, Recheck
from tongxin.testing.models.results import Result
from tongxin.testing.models.rounds import Lane, QueueCount, Round, RoundStep
from tongxin.testing.models.samples import FoundPerson, Repeat, Sample, SampleRejection, TubeEvent
from tongxin.testing.models.tubes import Tube, TubeBatch

__all__ = [
    "Box",
    "BoxSealing",
    "Claim",
    "Closing",
    "Expected",
    "FoundPerson",
    "Handover",
    "Laboratory",
    "Lane",
    "MakeUp",
    "PositivePool",
    "QueueCount",
    "Recheck",
    "Repeat",
    "Result",
    "Round",
    "RoundStep",
    "Sample",
    "SampleRejection",
    "Signature",
    "Tube",
    "TubeBatch",
    "TubeEvent",
    "Visit",
]
