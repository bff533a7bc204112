"""Pages about rules: what holds here today, the history of one rule, and how a new row is written and published."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from tongxin.access.gate import ActorRequest, needs
from tongxin.core import areas, clock, formats
from tongxin.core.pages import Chip, Column, Empty, Table, without
from tongxin.core.refusals import Refusal
from tongxin.places.forms import DeclineForm, RuleForm
from tongxin.places.models import Area
from tongxin.places.queries import areas as area_queries
from tongxin.places.queries import rules as queries
from tongxin.places.queries.names import names_of
from tongxin.places.services import rules as services
from tongxin.places.views.parts import around, found_at, page, sent

WRITE, APPROVE = "places.rule.write", "places.rule.approve"
FLAGS = ("unverified", "stricter")


@needs()
def index(request: ActorRequest, inside: str = "") -> HttpResponse:
    """Which row of each rule holds here today, and in which document it stands."""
    found = found_at(inside) if inside else area_queries.at_path(_home(request))
    today = clock.today()
    held = queries.holding(path=found.path, on=today)
    flag = request.GET.get("only", "")
    flag = flag if flag in FLAGS else ""
    shown = [rule for rule in held if not flag or _has(rule, flag)]
    names = names_of(rule.row.path for rule in held)
    table = Table(
        columns=[
            Column(_("Rule")), Column(_("Value")), Column(_("Holds in"), "wide-only"),
            Column(_("From, until"), "wide-only"), Column(_("Document"), "wide-only"), Column(_("State")),
        ],
        rows=[
            (rule, names.get(rule.row.path, rule.row.path), rule_address(rule.name, found.path),
             queries.is_review_due(rule.row, today))
            for rule in shown
        ],
        empty=Empty(_("No rule holds here. The health officer publishes them.")),
        scope=found.name,
        as_of=clock.now(),
        count=ngettext("%(count)s rule", "%(count)s rules", len(shown)) % {"count": formats.number(len(shown))},
        chips=[Chip(_flags()[flag], without(request.GET, "only"))] if flag else [],
        name="rules",
    )  # fmt: skip
    context = {
        "table": table,
        "unverified": sum(not rule.row.is_verified for rule in held),
        "stricter": sum(rule.row.is_stricter for rule in held),
        "waiting": [_line(draft) for draft in queries.waiting([found.path])]
        if _works_on(request, found)
        else [],
        **around(found, "rules"),
    }
    return render(request, "places/rules.html", context)


def _flags() -> dict[str, str]:
    return {"unverified": _("not verified"), "stricter": _("stricter than national")}


def _has(rule: queries.Holding, flag: str) -> bool:
    return rule.row.is_stricter if flag == "stricter" else not rule.row.is_verified


def _line(draft: Any) -> dict[str, Any]:
    return {"draft": draft, "title": queries.title_of(draft.name), "area": names_of([draft.path])[draft.path]}


def _works_on(request: ActorRequest, found: Area) -> bool:
    return request.actor.may(WRITE, within=found.path) or request.actor.may(APPROVE, within=found.path)


def _home(request: ActorRequest) -> str:
    """Where the person works; a grid's rules are those of its community."""
    try:
        return area_queries.community_of(request.actor.home)
    except Refusal:
        return request.actor.home


def rule_address(name: str, path: str, view: str = "rule") -> str:
    inside = path.strip("/")
    return (
        reverse(f"places:{view}", args=[name, inside]) if inside else reverse(f"places:{view}", args=[name])
    )


@needs()
def rule(request: ActorRequest, name: str, inside: str = "") -> HttpResponse:
    """One rule in one area: what holds, every row there ever was, and the drafts that wait."""
    found, today = found_at(inside), clock.today()
    steps = queries.history(name, path=found.path, on=today)
    if not steps:
        raise Refusal("rule_missing", rule=name, day=today)
    below = queries.overlays_below(name, path=found.path, on=today)
    names = names_of([*(step.row.path for step in steps), *(row.path for row in below)])
    drafts = [draft for draft in queries.waiting([found.path]) if draft.name == name]
    context = {
        "name": name,
        "title": queries.title_of(name),
        "unit": queries.unit_of(steps[0].row.unit),
        "holding": next((step for step in steps if step.is_holding), None),
        "steps": [(step, names.get(step.row.path, step.row.path)) for step in steps],
        "below": [(names.get(row.path, row.path), rule_address(name, row.path)) for row in below],
        "drafts": [_line(draft) for draft in drafts] if _works_on(request, found) else [],
        "write": rule_address(name, found.path, "new_rule")
        if request.actor.may(WRITE, within=found.path)
        else "",
        **around(found, "rules"),
    }
    return render(request, "places/rule.html", context)


@needs(WRITE)
@require_http_methods(["GET", "POST"])
def new_rule(request: ActorRequest, name: str, inside: str = "") -> HttpResponse:
    """Write the next row of a rule."""
    found, today = found_at(inside), clock.today()
    request.actor.must(WRITE, within=found.path)
    present = queries.rule(name, path=found.path, on=today)
    may_withdraw = present.path == found.path != areas.EVERYWHERE
    form = RuleForm(
        request.POST or None, name=name, present=present.value, today=today, may_withdraw=may_withdraw
    )
    made = sent(
        request,
        form,
        lambda: services.write_rule(
            name=name, path=found.path, by=request.actor, at=clock.now(), **form.values()
        ),
    )
    if made is not None:
        messages.success(request, _("The draft waits for a second person who may publish rules."))
        return redirect("places:draft", made.pk)
    context = {
        "name": name,
        "title": queries.title_of(name),
        "unit": queries.unit_of(present.unit),
        "now": queries.said(present.value),
        "back": rule_address(name, found.path),
        **around(found, "rules"),
    }
    return page(request, "places/rule_form.html", context, form)


@needs(WRITE, APPROVE)
def draft(request: ActorRequest, draft_id: UUID) -> HttpResponse:
    """A draft beside what holds now, for the second person."""
    return _draft_page(request, draft_id, DeclineForm())


def _draft_page(request: ActorRequest, draft_id: UUID, form: DeclineForm) -> HttpResponse:
    found = queries.draft(draft_id)
    if not any(request.actor.may(right, within=found.path) for right in (WRITE, APPROVE)):
        request.actor.must(APPROVE, within=found.path)
    is_own = found.author_id is not None and found.author_id == request.actor.account_id
    may_approve = request.actor.may(APPROVE, within=found.path)
    is_waiting = found.state == "waiting"
    area = area_queries.at_path(found.path)
    proposal = queries.proposal(found)
    names = names_of(row.path for row in proposal.below)
    context = {
        "proposal": proposal,
        "draft": found,
        "below": [names.get(row.path, row.path) for row in proposal.below],
        "is_own": is_own,
        "may_publish": is_waiting and may_approve and not is_own,
        "may_decline": is_waiting and (may_approve or is_own),
        "rule_page": rule_address(found.name, found.path),
        **around(area, "rules"),
    }
    return page(request, "places/draft.html", context, form)


@needs(APPROVE)
@require_POST
def publish(request: ActorRequest, draft_id: UUID) -> HttpResponse:
    row = services.publish_rule(draft_id=draft_id, by=request.actor, at=clock.now())
    messages.success(
        request, _("Published: it holds from %(day)s on.") % {"day": formats.day(row.valid_from)}
    )
    return redirect(rule_address(row.name, row.path))


@needs(WRITE, APPROVE)
@require_POST
def decline(request: ActorRequest, draft_id: UUID) -> HttpResponse:
    form = DeclineForm(request.POST)
    done = sent(
        request,
        form,
        lambda: services.decline_rule(
            draft_id=draft_id, why=form.cleaned_data["why"], by=request.actor, at=clock.now()
        ),
    )
    if done is not None:
        messages.success(request, _("The draft is declined."))
        return redirect("places:draft", draft_id)
    return _draft_page(request, draft_id, form)
