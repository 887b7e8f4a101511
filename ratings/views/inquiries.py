"""Rückfragen: the unit answers, the Jour fixe asks again, the recorder settles. What is written here is not lost (rule 7)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from goals.permissions import Decision
from goals.requests import SignedInRequest
from ratings import inquiries, permissions
from ratings.measure_cards import answer_target, thread_anchor
from ratings.models import Inquiry
from ratings.views.measure import Kept, find_spot, next_page, show
from ratings.views.report import show_answer
from ratings.workflow import Impossible

_DONE = {
    "answer": "Ihre Antwort liegt jetzt dem Jour fixe vor.",
    "ask": "Ihre Frage liegt jetzt der Einheit vor.",
    "settle": "Die Rückfrage ist erledigt.",
    "reopen": "Die Rückfrage ist wieder aufgenommen.",
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def inquiry(request: SignedInRequest, pk: int) -> HttpResponse:
    """Answer, ask again, settle or reopen (`action`, `text`, `due_on`, `seen`); back to the thread on the page of the Maßnahme with its
    filter (`zurueck`), or to `next`. A GET leads to the thread too: mails link here."""
    rows = Inquiry.objects.visible_to(request.user)
    rows = rows.select_related("report__round__concept", "report__measure__goal", "report__unit")
    found = get_object_or_404(rows, pk=pk)
    report = found.report
    data = QueryDict(mutable=True)
    data.update({"runde": report.round.slug, "zurueck": request.POST.get("zurueck", "")})
    spot = find_spot(request, report.round.concept.slug, report.measure.number, data)
    back = f"{spot.here}#{thread_anchor(found.pk)}"
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
        target = {"ask": f"nachfrage-{found.pk}", "answer": answer_target(found.pk)}.get(action, thread_anchor(found.pk))
        texts = [("Ihr Text", text)] if text.strip() else []
        kept = Kept(target, str(refusal), texts, request.POST.get("due_on", ""), isinstance(refusal, inquiries.BadDue))
        status = 422 if report.round.is_live_for(report.measure_id) else 409
        came_from_report = next_page(request) == reverse("ratings:report", args=[report.pk])
        own_page = show_answer(request, report.pk, kept, status=status) if came_from_report else None
        return own_page or show(request, spot, kept=kept, status=status)
    messages.success(request, _DONE[action])
    return redirect(next_page(request) or back)


def _right(request: SignedInRequest, found: Inquiry, action: str) -> Decision:
    """Whether the person may do this at all; that it is too late for it is a message with their text, not a refusal."""
    if action == "answer":
        return permissions.may_write(request.user, found.report)
    concept_id = found.report.round.concept_id
    return permissions.may_ask(request.user, concept_id) if action == "ask" else permissions.may_record(request.user, concept_id)


def _take(request: SignedInRequest, found: Inquiry, action: str, text: str) -> None:
    if action == "answer":
        inquiries.answer(found.pk, text=text, user=request.user)
    elif action == "ask":
        due_on = inquiries.due_from(request.POST.get("due_on", ""))
        inquiries.ask_again(found.pk, text=text, due_on=due_on, user=request.user)
    elif action == "settle":
        seen = request.POST.get("seen", "")
        inquiries.settle(found.pk, seen=int(seen) if seen.isdecimal() and len(seen) < 19 else None, user=request.user)
    else:
        inquiries.reopen(found.pk, user=request.user)
