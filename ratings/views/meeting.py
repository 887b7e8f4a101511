"""The screen of a running meeting: the agenda on one side, the Maßnahme with its decision on the other (issue 3, point 2)."""

from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from goals.requests import SignedInRequest
from ratings import inquiries, permissions
from ratings import meetings as acts
from ratings.agreement import Outdated, Refused
from ratings.forms import UNRATED, AgreementForm, initial_of_proposal, initial_of_rating
from ratings.measure_page import MeasurePage
from ratings.meeting_page import MeetingPage, MeetingSpot, Point
from ratings.models import StatusReport
from ratings.scheme import NOT_RATED_WORD, Grade, Marker
from ratings.views.measure import Kept
from ratings.views.meetings import find_meeting
from ratings.workflow import Impossible

# Which key stands for which grade and Kennzeichen; static/js/meeting.js reads them from the page.
GRADE_KEYS = (
    *((grade.value, grade.word, grade.shape, str(key)) for key, grade in enumerate(Grade, 1)),
    (UNRATED, NOT_RATED_WORD, UNRATED, "0"),
)


def _page(request: SignedInRequest, pk: int) -> MeetingPage:
    projector = request.GET.get("ansicht") == "projektor"
    return MeetingPage(request.user, find_meeting(request, pk), projector=projector, tab=request.GET.get("reiter", ""))


def _point(page: MeetingPage, number: str) -> Point:
    point = page.point(number)
    if point is None:
        raise Http404("Diese Maßnahme steht nicht auf der Tagesordnung.")
    return point


@never_cache
@require_safe
def agenda(request: SignedInRequest, pk: int) -> HttpResponse:
    """Answer the asking every few seconds: the list and the progress, or 204 while both are as they were (`stand`)."""
    page = _page(request, pk)
    current = page.point(request.GET.get("punkt", ""))
    if current is None:
        return redirect("ratings:meeting", pk=pk)
    context = {"meeting_page": page, "meeting": page.meeting, "current": current, "partial": True}
    context["elsewhere"] = _stamp(current) != request.GET.get("fassung", "")
    context["stamp"] = request.GET.get("fassung", "")
    context["digest"] = _digest(page, current)
    if context["digest"] == request.GET.get("stand"):
        return HttpResponse(status=204)
    return render(request, "ratings/meeting/list_part.html", context)


def _stamp(point: Point) -> str:
    """Changes whenever somebody decides on the item, puts it off or takes a decision back."""
    decided = point.item.decided_at.isoformat() if point.item.decided_at else ""
    return sha256(f"{point.item.outcome}{decided}".encode()).hexdigest()[:12]


def _digest(page: MeetingPage, current: Point) -> str:
    parts = [f"{point.number}{_stamp(point)}{point.row.word if point.row else ''}" for point in page.points]
    return sha256("|".join([str(page.agreed), page.tab, current.number, *parts]).encode()).hexdigest()[:12]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def item(request: SignedInRequest, pk: int, number: str) -> HttpResponse:
    """Show one Maßnahme of the agenda; decide, put off or ask (`aktion`, or `report` with `text`)."""
    page = _page(request, pk)
    point = _point(page, number)
    if request.method != "POST":
        return _show(request, page, point)
    permissions.may_record(request.user, page.round.concept_id).require()
    if "report" in request.POST:
        return _ask(request, page, point)
    if request.POST.get("aktion") == "vertagen":
        return _put_off(request, page, point)
    return _decide(request, page, point)


def _decide(request: SignedInRequest, page: MeetingPage, point: Point) -> HttpResponse:
    form = AgreementForm(request.POST)
    if not form.is_valid():
        return _show(request, page, point, form=form, status=422)
    decided = form.decided()
    version, seen = form.cleaned_data["version"], form.cleaned_data["seen"]
    try:
        acts.decide(point.item.pk, decided=decided, version=version, seen=seen, user=request.user)
    except Refused as refusal:
        form.add_error(refusal.field, str(refusal))
        return _show(request, page, point, form=form, status=422)
    except Outdated as outdated:
        return _conflict(request, page, point, form, str(outdated))
    except (Impossible, PermissionDenied) as refusal:
        return _show(request, page, point, kept=Kept("entscheidung", str(refusal), form.entered()), status=409)
    messages.success(request, f"{point.number} ist abgestimmt: {decided.grade.word if decided.grade else NOT_RATED_WORD}.")
    return _go_on(request, page, point)


def _go_on(request: SignedInRequest, page: MeetingPage, point: Point) -> HttpResponse:
    if request.POST.get("aktion") == "bleiben":
        return redirect(point.url)
    following = page.after(point.number)
    if following is not None:
        return redirect(following.url)
    messages.info(request, "Alle Punkte der Tagesordnung sind behandelt.")
    return redirect("ratings:meeting", pk=page.meeting.pk)


def _put_off(request: SignedInRequest, page: MeetingPage, point: Point) -> HttpResponse:
    try:
        later = acts.put_off(point.item.pk, user=request.user)
    except Impossible as refusal:
        messages.error(request, str(refusal))
        return redirect(point.url)
    where = f"auf „{later}“" if later else "bis zur nächsten Sitzung"
    messages.success(request, f"{point.number} ist {where} vertagt.")
    return _go_on(request, page, point)


def _ask(request: SignedInRequest, page: MeetingPage, point: Point) -> HttpResponse:
    pk = request.POST.get("report", "")
    reports = StatusReport.objects.visible_to(request.user).filter(round=page.round, measure=point.item.measure)
    report = get_object_or_404(reports.select_related("unit"), pk=int(pk) if pk.isdecimal() and len(pk) < 19 else 0)
    text, target = request.POST.get("text", ""), f"rueckfrage-{report.unit.slug}"
    if not text.strip():
        return _show(request, page, point, kept=Kept(target, "Schreiben Sie, was die Einheit klären soll.", []), status=422)
    try:
        inquiries.return_with_inquiry(report.pk, question=text, user=request.user)
    except Impossible as refusal:
        return _show(request, page, point, kept=Kept(target, str(refusal), [("Rückfrage", text)]), status=409)
    messages.success(request, f"Der Bericht ist mit Ihrer Rückfrage an „{report.unit}“ zurückgegeben.")
    return redirect(point.url)


def _conflict(request: SignedInRequest, page: MeetingPage, point: Point, form: AgreementForm, reason: str) -> HttpResponse:
    """Show what was entered and what stands now; the form decides anew, on what stands now."""
    fresh = _page(request, page.meeting.pk)
    entered = {name: form.data.get(name, "") for name in ("grade", "reason", "remark", *(m.value for m in Marker.voted()))}
    return _show(request, fresh, _point(fresh, point.number), conflict=(reason, form.entered(), entered), status=409)


def _show(
    request: SignedInRequest,
    page: MeetingPage,
    point: Point,
    *,
    form: AgreementForm | None = None,
    kept: Kept | None = None,
    conflict: tuple[str, list[tuple[str, str]], dict[str, Any]] | None = None,
    status: int = 200,
) -> HttpResponse:
    spot = MeetingSpot(
        page.round.concept, point.item.measure, page.round, (page.round,), meeting_id=page.meeting.pk, query=page.query
    )
    case = MeasurePage(request.user, spot)
    context: dict[str, Any] = {
        "meeting_page": page,
        "meeting": page.meeting,
        "current": point,
        "stamp": _stamp(point),
        "digest": _digest(page, point),
        "page": case,
        "spot": spot,
        "round": page.round,
        "row": case.row,
        "kept": kept,
        "kept_lost": kept is not None and kept.texts and not case.offers(kept.target),
        "conflict": conflict,
        "is_example": page.round.concept.is_example,
        "ask": next((card.target for card in case.cards if "inquire" in card.allowed), ""),
        "before": _neighbour(page, point, -1),
        "after": _neighbour(page, point, 1),
        "last": acts.last_decided(page.meeting) if page.may_decide else None,
    }
    if page.may_decide and case.row is not None:
        current = {"version": case.version, "seen": case.seen}
        if form is None:
            form = AgreementForm(initial=(conflict[2] if conflict else _initial(request, case)) | current)
        keys = [(marker, form[marker.value].value(), str(key)) for key, marker in enumerate(Marker.voted(), 5)]
        context |= {"form": form, "was_refused": form.is_bound, "grades": GRADE_KEYS, "decision_markers": keys}
    return render(request, "ratings/meeting/screen.html", context, status=status)


def _initial(request: SignedInRequest, case: MeasurePage) -> dict[str, Any]:
    """The decision that exists, else on request the unanimous proposal, else nothing."""
    if case.rating is not None:
        return initial_of_rating(case.rating)
    if case.unanimous is not None and request.GET.get("vorschlag") == "1":
        lead = next((submission for submission in case.standing if submission.report.is_lead), None)
        return initial_of_proposal(case.unanimous, lead)
    return {}


def _neighbour(page: MeetingPage, point: Point, step: int) -> Point | None:
    place = page.points.index(point) + step
    return page.points[place] if 0 <= place < len(page.points) else None
