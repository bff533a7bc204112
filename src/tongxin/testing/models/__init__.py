from tongxin.testing.models.coverage import Claim, Closing, Expected, MakeUp, Signature, Visit
from tongxin.testing.models.pools import PositivePool, Recheck
from tongxin.testing.models.results import Result
from tongxin.testing.models.rounds import Lane, Round, RoundStep
from tongxin.testing.models.samples import FoundPerson, Sample, SampleRejection, TubeEvent
from tongxin.testing.models.tubes import Tube

__all__ = [
    "Claim",
    "Closing",
    "Expected",
    "FoundPerson",
    "Lane",
    "MakeUp",
    "PositivePool",
    "Recheck",
    "Result",
    "Round",
    "RoundStep",
    "Sample",
    "SampleRejection",
    "Signature",
    "Tube",
    "TubeEvent",
    "Visit",
]
