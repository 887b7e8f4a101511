"""Rückfragen: the unit answers, the recorder asks again or settles. What is written here is not lost (rule 7)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from goals.permissions import Decision
from goals.requests import SignedInRequest
from ratings import inquiries, permissions
from ratings.models import Inquiry
from ratings.views.measure import Kept, find_spot, show
from ratings.workflow import Impossible

_DONE = {
    "answer": "Ihre Antwort liegt jetzt dem Jour fixe vor.",
    "ask": "Ihre Frage liegt jetzt der Einheit vor.",
    "settle": "Die Rückfrage ist erledigt.",
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def inquiry(request: SignedInRequest, pk: int) -> HttpResponse:
    """Answer, ask again or settle (`action`, `text`); back to the Maßnahme with its filter (`zurueck`), or to `next`."""
    rows = Inquiry.objects.visible_to(request.user)
    rows = rows.select_related("report__round__concept", "report__measure__goal", "report__unit")
    found = get_object_or_404(rows, pk=pk)
    report = found.report
    data = QueryDict(mutable=True)
    data.update({"runde": report.round.slug, "zurueck": request.POST.get("zurueck", "")})
    spot = find_spot(request, report.round.concept.slug, report.measure.number, data)
    back = f"{spot.here}#bericht-{report.unit.slug}"
    if request.method != "POST":
        return redirect(back)
    action, text = request.POST.get("action", ""), request.POST.get("text", "")
    if action not in _DONE:
        messages.error(request, "Diesen Schritt gibt es nicht.")
        return redirect(back)
    _right(request, found, action).require()
    try:
        _take(request, found, action, text)
    except (Impossible, PermissionDenied) as refusal:
        kept = Kept(f"antwort-{found.pk}", str(refusal), [("Ihr Text", text)] if text.strip() else [])
        return show(request, spot, kept=kept, status=422 if report.round.is_live else 409)
    messages.success(request, _DONE[action])
    return redirect(_next(request) or back)


def _right(request: SignedInRequest, found: Inquiry, action: str) -> Decision:
    """Whether the person may do this at all; that it is too late for it is a message with their text, not a refusal."""
    if action == "answer":
        return permissions.may_write(request.user, found.report)
    return permissions.may_record(request.user, found.report.round.concept_id)


def _take(request: SignedInRequest, found: Inquiry, action: str, text: str) -> None:
    if action == "answer":
        inquiries.answer(found.pk, text=text, user=request.user)
    elif action == "ask":
        inquiries.ask_again(found.pk, text=text, user=request.user)
    else:
        inquiries.settle(found.pk, user=request.user)


def _next(request: SignedInRequest) -> str:
    """Return where the form asked to go on, if that is a page of this portal."""
    target = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return target if allowed else ""
