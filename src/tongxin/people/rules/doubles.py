"""Whether two rows of the register may be one person (ID-20). It is always somebody who decides, never a phone alone."""

from dataclasses import dataclass
from datetime import date

from tongxin.core.verdicts import Verdict
from tongxin.people.rules.register import NOWHERE, Door


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """As much of a person as tells whether it is another. Documents and phones as keys."""

    name: str
    birth: date | None = None
    documents: frozenset[bytes] = frozenset()
    phones: frozenset[bytes] = frozenset()
    door: Door = NOWHERE
    is_live: bool = True


def ground_of(one: PersonFacts, other: PersonFacts) -> str:
    """The strongest ground on which these may be one: document, then name, birth and phone, then name and door."""
    if one.documents & other.documents:
        return "document"
    if one.name != other.name:
        return ""
    if one.birth and one.birth == other.birth and one.phones & other.phones:
        return "phone"
    if one.door.is_known and one.door == other.door:
        return "door"
    return ""


def may_merge(kept: PersonFacts, gone: PersonFacts, *, ground: str, is_same: bool) -> Verdict:
    """A ground that is named must hold; without one a person has to know better, and says why."""
    if is_same:
        return Verdict.no("merge_with_itself")
    if not kept.is_live or not gone.is_live:
        return Verdict.no("merge_not_live")
    if ground != "other" and ground_of(kept, gone) == "":
        return Verdict.no("merge_without_ground")
    return Verdict.yes()
