"""Pages about oneself, roles, the journal and phones."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tongxin.access.gate import ActorRequest, needs
from tongxin.access.middleware import AREA_CHOSEN


@require_POST
@needs()
def choose_area(request: ActorRequest) -> HttpResponse:
    """Let the pages open at another area of one's grants."""
    request.session[AREA_CHOSEN] = request.POST.get("area", "")
    return redirect("/")


@needs()
def account(request: ActorRequest) -> HttpResponse:
    return render(request, "access/account.html", {"grants": request.actor.grants})
