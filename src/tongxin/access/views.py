"""Pages about oneself, roles, the journal and phones."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from tongxin.access import acts, roles
from tongxin.access.adapters import CHOSEN, keep_language
from tongxin.access.forms import EnrolForm, LanguageForm, RevokeForm
from tongxin.access.gate import ActorRequest, needs
from tongxin.access.middleware import AREA_CHOSEN
from tongxin.access.models import Account, Device, Grant
from tongxin.access.queries import ENROL, JOURNAL, devices_of, installation, journal_of, told
from tongxin.access.services import devices as services
from tongxin.core import areas, clock, pages
from tongxin.core.formats import number
from tongxin.core.pages import Chip, Column, Empty, Table
from tongxin.core.refusals import Refusal

SILENT = timedelta(minutes=30)


@require_POST
@needs()
def choose_area(request: ActorRequest) -> HttpResponse:
    """Let the pages open at another area of one's grants."""
    request.session[AREA_CHOSEN] = request.POST.get("area", "")
    return redirect("/")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Speak this language, here and wherever this account logs in."""
    response = set_language(request)
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            Account.objects.filter(pk=request.user.pk).update(language=chosen)
        else:
            request.session[CHOSEN] = chosen
        keep_language(response, chosen)
    return response


@needs()
def account(request: ActorRequest) -> HttpResponse:
    """Who I am, what I may do where, and my language."""
    me: Account = request.user  # type: ignore[assignment]
    form = LanguageForm(request.POST or None, initial={"language": me.language})
    if request.method == "POST" and form.is_valid():
        me.language = form.cleaned_data["language"]
        me.save(update_fields=["language"])
        response = redirect("access:account")
        keep_language(response, me.language)
        return response
    grants = Grant.objects.in_force(clock.now()).filter(account=me).order_by("valid_from", "id")
    held = [(roles.ROLES[grant.role].title, grant) for grant in grants]
    return render(
        request, "access/account.html", {"form": form, "held": held}, status=422 if form.errors else 200
    )


@needs()
def roles_table(request: ActorRequest) -> HttpResponse:
    """Roles and what each may do, as the code has it."""
    groups: dict[str, list[tuple[str, Any, list[bool]]]] = {}
    for capability in roles.CAPABILITIES:
        holders = [capability in role.capabilities for role in roles.ROLES.values()]
        row = (capability, roles.TITLES.get(capability, capability), holders)
        groups.setdefault(capability.split(".")[0], []).append(row)
    mine = {grant.role for grant in request.actor.grants}
    context = {
        "roles": [(role.name, role.title, role.name in mine) for role in roles.ROLES.values()],
        "groups": [(acts.APPS.get(app, app), rows) for app, rows in groups.items()],
    }
    return render(request, "access/roles.html", context)


@needs(JOURNAL)
def journal(request: ActorRequest) -> HttpResponse:
    """Who did what to what, when and why."""
    app, by = request.GET.get("app", ""), _uuid(request.GET.get("by", ""))
    entries = journal_of(request.actor, app=app if app in acts.APPS else "", account_id=by)
    page = pages.keyset(
        entries, ("-sequence",), after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    rows = told(page.rows)
    chips = []
    if app in acts.APPS:
        chips.append(Chip(acts.APPS[app], pages.without(request.GET, "app")))
    if by:
        name = rows[0].who if rows else _("one person")
        chips.append(Chip(name, pages.without(request.GET, "by")))
    table = Table(
        columns=[
            Column(_("When"), "nowrap"),
            Column(_("Who"), "wide-only"),
            Column(_("Did what")),
            Column(_("On what")),
            Column(_("Why"), "wide-only"),
            Column(_("Where"), "wide-only"),
        ],
        rows=rows,
        empty=Empty(
            _("Nothing stands in the journal here yet. Every act and every look at a whole number will."),
            _("Show everything") if chips else "",
            reverse("access:journal") if chips else "",
        ),
        as_of=clock.now(),
        count=_("Journal"),
        chips=chips,
        extra={"names": area_names([row.area_path for row in rows])},
        **pages.links(request.GET, page),  # type: ignore[arg-type]
    )
    return render(request, "access/journal.html", {"table": table, "apps": acts.APPS, "app": app, "by": by})


@needs(ENROL)
def devices(request: ActorRequest) -> HttpResponse:
    """The phones of my area: when they were last heard, what they owe."""
    page = pages.keyset(
        devices_of(request.actor),
        ("-enrolled_at", "id"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    total = devices_of(request.actor).filter(revoked_at=None).count()
    silent_before = clock.now() - SILENT
    paths = [device.area_path for device in page.rows]
    names = area_names(paths)
    points = {point.id: point.name for point in points_of(list(dict.fromkeys(paths)))}
    table = Table(
        columns=[
            Column(pgettext("device", "Phone")),
            Column(_("State"), "wide-only nowrap"),
            Column(_("Last contact"), "nowrap"),
            Column(_("Unsent"), "wide-only num"),
            Column(_("Area"), "wide-only"),
            Column(_("Enrolled"), "wide-only nowrap"),
            Column("", "wide-only"),
        ],
        rows=[
            {
                "device": device,
                "area": names.get(device.area_path, device.area_path),
                "point": points.get(device.post_id, ""),
                "is_silent": device.seen_at is None or device.seen_at < silent_before,
            }
            for device in page.rows
        ],
        empty=Empty(
            _("No phone is enrolled here yet. Enrol one: it takes a code and half a minute."),
            _("Enrol a phone"),
            reverse("access:enrol"),
        ),
        as_of=clock.now(),
        count=ngettext("%(n)s phone in use", "%(n)s phones in use", total) % {"n": number(total)},
        **pages.links(request.GET, page),  # type: ignore[arg-type]
    )
    return render(request, "access/devices.html", {"table": table})


@never_cache
@needs(ENROL)
def enrol(request: ActorRequest) -> HttpResponse:
    """Make a one-time code for a phone and show it as a QR; it is shown this once."""
    choices = _areas_to_enrol(request)
    initial = {"area": request.actor.home, "post": request.GET.get("post", "")}
    points = points_of([path for path, _name in choices])
    posts = {point.id: (point.name, point.area_path) for point in points if point.is_open}
    form = EnrolForm(request.POST or None, areas=choices, posts=posts, initial=initial)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "areas": choices}
        return render(request, "access/enrol.html", context, status=422 if form.errors else 200)
    at = clock.now()
    code = services.offer_enrolment(
        area_path=form.cleaned_data["area"], post_id=form.cleaned_data["post"], by=request.actor, at=at
    )
    # On the desk of the server itself the browser says localhost; a phone needs the address of the network.
    address = (
        settings.TONGXIN_ADDRESS or request.build_absolute_uri("/").rstrip("/")
    ) + f"/field/#enrol={code}"
    context = {
        "address": address,
        "code": code,
        "qr": mark_safe(segno.make(address, error="m").svg_inline(border=2, omitsize=True)),  # noqa: S308 -- our own drawing
        "until": at + services.CODE_LIVES,
        "area": form.cleaned_data["area"],
        "post": posts[form.cleaned_data["post"]][0] if form.cleaned_data["post"] else "",
    }
    return render(request, "access/enrolment.html", context)


def _areas_to_enrol(request: ActorRequest) -> list[tuple[str, str]]:
    """The areas of my grants that may enrol; who may everywhere enrols at home, in the register's area."""
    paths = [
        grant.area_path
        for grant in request.actor.grants
        if ENROL in roles.ROLES[grant.role].capabilities and grant.area_path != areas.EVERYWHERE
    ]
    if not paths:
        paths = [installation().area_path]
    names = area_names(paths)
    return [(path, names.get(path, path)) for path in dict.fromkeys(paths)]


@needs(ENROL)
def revoke(request: ActorRequest, device_id: UUID) -> HttpResponse:
    """Put a phone out, with a reason."""
    device = devices_of(request.actor).filter(pk=device_id).first()
    if device is None:
        raise Refusal("not_found", what=str(Device._meta.verbose_name))
    form = RevokeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.revoke(device_id=device_id, by=request.actor, at=clock.now(), why=form.cleaned_data["why"])
        messages.success(
            request,
            _("%(phone)s is revoked. At its next contact it is told to wipe.") % {"phone": device.name},
        )
        return redirect("access:devices")
    status = 422 if form.errors else 200
    return render(request, "access/revoke.html", {"device": device, "form": form}, status=status)


def area_names(paths: list[str]) -> dict[str, str]:
    """Path -> name; who knows the names is an upper floor's business."""
    names: dict[str, str] = import_string(settings.TONGXIN_AREA_NAMES)(paths)
    return names


def points_of(paths: list[str]) -> list[Any]:
    """The sampling points of areas; who knows them is an upper floor's business."""
    points: list[Any] = import_string(settings.TONGXIN_POINTS)(paths)
    return points


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
