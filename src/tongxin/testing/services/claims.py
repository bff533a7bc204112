"""Why somebody is not sampled here (未检原因): said with evidence, journaled, and taken back when it was wrong."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongxin.access.actors import Actor
from tongxin.access.services import journal
from tongxin.core import clock
from tongxin.core.locks import lock
from tongxin.core.refusals import Refusal
from tongxin.core.verdicts import Verdict
from tongxin.people.queries.calls import tries_of
from tongxin.people.services.calls import end_calls, tries_needed
from tongxin.places.queries.rules import rule
from tongxin.testing.enums import Coverage, RemovalReason, VisitOutcome
from tongxin.testing.models import Claim, Expected, Round, Signature, Visit
from tongxin.testing.rules import claims as rules
from tongxin.testing.rules.rounds import RUNNING
from tongxin.testing.services import coverage
from tongxin.testing.services.rounds import over_round, refuse

CAPABILITY = "testing.coverage.claim"
NOBODY = UUID(int=0)

NEEDS: dict[str, str | Promise] = {
    "proof": _("the proof (result number, photo or screen seen, with date)"),
    "place": _("the place"),
    "until_on": _("the day of return (not past)"),
    "doctor": _("the reason and the doctor's name"),
    "visits": _("who visited, and when"),
    "tries": _("three calls at different hours, or the visits in the note"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one person: a class with the evidence it needs."""

    person_id: UUID
    klass: str
    place: str = ""
    proof: str = ""
    until_on: date | None = None
    note: str = ""


@transaction.atomic
def claim(
    *,
    round_id: UUID,
    person_id: UUID,
    klass: str,
    by: Actor,
    at: datetime,
    place: str = "",
    proof: str = "",
    until_on: date | None = None,
    note: str = "",
) -> Claim:
    """Say why a person is not sampled here (登记原因). The newest that stands counts; a swab outweighs it."""
    expected = _expected(round_id, person_id)
    by.must(CAPABILITY, within=expected.area_path)
    _must_be_running(expected.round)
    if expected.klass in (Coverage.HERE, Coverage.MOBILE):
        raise Refusal("already_covered", name=expected.person.name)
    _refuse_incomplete(
        rules.ClaimFacts(
            klass=klass,
            on=clock.day_of(at),
            place=place,
            proof=proof,
            until_on=until_on,
            note=note,
            tries=tries_of(about_id=round_id, person_ids=[person_id]).get(person_id, 0),
            tries_needed=tries_needed(expected.area_path, at),
            visits=Visit.objects.filter(round_id=round_id, person_id=person_id).count(),
            visits_needed=visits_needed(expected.area_path, at),
        )
    )
    said = Said(person_id, klass, place, proof, until_on, note)
    made = _row(expected, said, by=by, at=at)
    made.save(force_insert=True)
    end_calls(about_id=round_id, person_ids=[person_id], at=at)
    _changed(
        expected, "testing.coverage.claimed", by=by, at=at, facts={"class": klass, "claim": str(made.pk)}
    )
    return made


@transaction.atomic
def claim_list(*, round_id: UUID, said: Sequence[Said], by: Actor, at: datetime) -> list[Claim]:
    """Say the reasons of a whole list in one act (批量登记原因), each judged as if it were said alone.

    One that is incomplete or stands against a swab refuses the list: half a list is nobody's list.
    """
    round_ = Round.objects.get(pk=round_id)
    _must_be_running(round_)
    people = {each.person_id: each for each in said}
    rows = Expected.objects.select_related("person").filter(round_id=round_id, removed_at=None)
    held = {row.person_id: row for row in rows.filter(person_id__in=list(people)).order_by("person_id")}
    if len(held) < len(people):
        raise Refusal("not_found", what=str(Expected._meta.verbose_name))
    for path in {row.area_path for row in held.values()}:
        by.must(CAPABILITY, within=path)
    tries = tries_of(about_id=round_id, person_ids=list(people))
    visits = Counter(
        Visit.objects.filter(round_id=round_id, person_id__in=people).values_list("person_id", flat=True)
    )
    needed, carrying = tries_needed(round_.area_path, at), visits_needed(round_.area_path, at)
    for person_id, each in people.items():
        if held[person_id].klass in (Coverage.HERE, Coverage.MOBILE):
            raise Refusal("already_covered", name=held[person_id].person.name)
        _refuse_incomplete(
            rules.ClaimFacts(
                klass=each.klass,
                on=clock.day_of(at),
                place=each.place,
                proof=each.proof,
                until_on=each.until_on,
                note=each.note,
                tries=tries.get(person_id, 0),
                tries_needed=needed,
                visits=visits[person_id],
                visits_needed=carrying,
            )
        )
    made = Claim.objects.bulk_create(
        _row(held[person_id], each, by=by, at=at) for person_id, each in people.items()
    )
    end_calls(about_id=round_id, person_ids=list(people), at=at)
    with over_round(round_):
        coverage.settle(round_id, list(people))
        _take_off_signatures(round_, "testing.coverage.listed", by=by, at=at)
        # Of the round, whose area a grid worker sees a part of.
        journal.record(
            "testing.coverage.listed",
            by=by,
            area_path=round_.area_path,
            on=round_,
            at=at,
            facts={"claims": {str(each.person_id): each.klass for each in made}},
        )
    return made


@transaction.atomic
def visit(
    *, round_id: UUID, person_id: UUID, outcome: VisitOutcome, by: Actor, at: datetime, note: str = ""
) -> Visit:
    """Write down a knock on the door (登记上门). It decides nothing; two of them carry a refusal (MT-45)."""
    expected = _expected(round_id, person_id)
    by.must(CAPABILITY, within=expected.area_path)
    _must_be_running(expected.round)
    made = Visit.objects.create(
        area_path=expected.area_path,
        round_id=round_id,
        person_id=person_id,
        outcome=outcome,
        note=note.strip()[:200],
        by_id=by.account_id or NOBODY,
        by_name=by.name[:60],
        occurred_at=at,
    )
    journal.record(
        "testing.visit.made",
        by=by,
        area_path=expected.area_path,
        on=expected,
        at=at,
        facts={"round": str(round_id), "person": str(person_id), "outcome": str(outcome)},
    )
    return made


def visits_needed(area_path: str, at: datetime) -> int:
    """How many visits carry a refusal here (MT-45)."""
    return int(rule("testing.claim.visits_refused", path=area_path, on=clock.day_of(at)).value)


@transaction.atomic
def withdraw(*, round_id: UUID, person_id: UUID, why: str, by: Actor, at: datetime) -> int:
    """Take back what was said about a person (撤回原因): they are unknown again unless a swab covers them."""
    expected = _expected(round_id, person_id)
    by.must(CAPABILITY, within=expected.area_path)
    _must_be_running(expected.round)
    taken_back = Claim.objects.filter(round_id=round_id, person_id=person_id, withdrawn_at=None).update(
        withdrawn_at=at
    )
    if taken_back:
        _changed(expected, "testing.coverage.withdrawn", by=by, at=at, why=why, facts={"count": taken_back})
    return taken_back


@transaction.atomic
def remove_from_base(
    *, round_id: UUID, person_id: UUID, reason: RemovalReason, note: str, by: Actor, at: datetime
) -> Expected:
    """Take somebody out of the base (移出底数) who no longer lives here, died, or stands there twice (MT-43)."""
    expected = _expected(round_id, person_id)
    by.must(CAPABILITY, within=expected.area_path)
    _must_be_running(expected.round)
    if expected.klass in (Coverage.HERE, Coverage.MOBILE):
        raise Refusal("already_covered", name=expected.person.name)
    if len(note.strip()) < rules.SHORTEST:
        raise Refusal("removal_needs", name=expected.person.name)
    expected.removed_at, expected.removed_reason = at, f"{RemovalReason(reason).value}: {note.strip()}"[:100]
    expected.save(update_fields=["removed_at", "removed_reason"])
    end_calls(about_id=round_id, person_ids=[person_id], at=at)
    _changed(expected, "testing.base.removed", by=by, at=at, why=note, facts={"reason": str(reason)})
    return expected


@transaction.atomic
def put_back(*, round_id: UUID, person_id: UUID, why: str, by: Actor, at: datetime) -> Expected:
    """Put somebody back into the base (恢复底数) who was removed wrongly."""
    expected = _expected(round_id, person_id, removed=True)
    by.must(CAPABILITY, within=expected.area_path)
    _must_be_running(expected.round)
    expected.removed_at, expected.removed_reason = None, ""
    expected.save(update_fields=["removed_at", "removed_reason"])
    _changed(expected, "testing.base.put_back", by=by, at=at, why=why)
    return expected


def _expected(round_id: UUID, person_id: UUID, *, removed: bool = False) -> Expected:
    row = (
        Expected.objects.select_related("person", "round")
        .filter(round_id=round_id, person_id=person_id, removed_at__isnull=not removed)
        .first()
    )
    if row is None:
        raise Refusal("not_found", what=str(Expected._meta.verbose_name))
    locked = lock(Expected, row.pk)
    row.klass, row.removed_at = locked.klass, locked.removed_at
    return row


def _row(expected: Expected, said: Said, *, by: Actor, at: datetime) -> Claim:
    return Claim(
        area_path=expected.area_path,
        round_id=expected.round_id,
        person_id=said.person_id,
        klass=said.klass,
        place=said.place.strip()[:100],
        proof=said.proof.strip()[:200],
        until_on=said.until_on,
        note=said.note.strip()[:200],
        by_id=by.account_id or NOBODY,
        by_name=by.name[:60],
        occurred_at=at,
    )


def _must_be_running(round_: Round) -> None:
    if round_.state not in RUNNING:
        refuse(Verdict.no("round_state", number=round_.number, state=round_.state))


def _refuse_incomplete(facts: rules.ClaimFacts) -> None:
    verdict = rules.may_claim(facts)
    if verdict.ok:
        return
    words = dict(verdict.facts)
    if what := words.get("what"):
        words["what"] = NEEDS[what]
    refuse(Verdict.no(verdict.code, **words))


def _changed(
    expected: Expected,
    act: str,
    *,
    by: Actor,
    at: datetime,
    why: str = "",
    facts: dict[str, Any] | None = None,
) -> None:
    """Settle the person's class, and take signatures off figures that have changed since."""
    round_ = expected.round
    with over_round(round_):
        coverage.settle(round_.pk, [expected.person_id])
        _take_off_signatures(round_, act, by=by, at=at)
    journal.record(
        act,
        by=by,
        area_path=expected.area_path,
        on=expected,
        at=at,
        why=why,
        facts={"round": str(round_.pk), "person": str(expected.person_id), **(facts or {})},
    )


def _take_off_signatures(round_: Round, act: str, *, by: Actor, at: datetime) -> None:
    if Signature.objects.filter(round=round_, withdrawn_at=None).update(withdrawn_at=at):
        journal.record("testing.round.unsigned", by=by, area_path=round_.area_path, on=round_, at=at, why=act)
