from tongxin.people.models.calls import CallTask, CallTry, FollowUp
from tongxin.people.models.homes import Absence, DoorVisit, Household, Residence
from tongxin.people.models.ledgers import LedgerEntry
from tongxin.people.models.merges import Merge
from tongxin.people.models.persons import Code, Document, Person, Phone, Tag

__all__ = [
    "Absence",
    "CallTask",
    "CallTry",
    "Code",
    "Document",
    "DoorVisit",
    "FollowUp",
    "Household",
    "LedgerEntry",
    "Merge",
    "Person",
    "Phone",
    "Residence",
    "Tag",
]
