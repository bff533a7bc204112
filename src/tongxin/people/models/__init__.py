from tongxin.people.models.calls import CallTask, CallTry
from tongxin.people.models.homes import Household, Residence
from tongxin.people.models.ledgers import LedgerEntry
from tongxin.people.models.persons import Code, Document, Person, Phone, Tag

__all__ = [
    "CallTask",
    "CallTry",
    "Code",
    "Document",
    "Household",
    "LedgerEntry",
    "Person",
    "Phone",
    "Residence",
    "Tag",
]
