from tongxin.access.models.accounts import Account, Grant, Installation
from tongxin.access.models.devices import Device, Enrolment
from tongxin.access.models.journal import Entry, EntryFacts, Seal, Sight

__all__ = ["Account", "Device", "Enrolment", "Entry", "EntryFacts", "Grant", "Installation", "Seal", "Sight"]
