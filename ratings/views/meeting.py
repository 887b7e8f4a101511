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
from ratings import inquiries, meeting_decisions, permissions
from ratings import meetings as acts
from ratings.agreement import Outdated, Refused
from ratings.meeting_forms import MeetingDecisionForm, NoteForm
from ratings.meeting_page import Look, MeetingPage, Point
from ratings.models import StatusReport
from ratings.scheme import NOT_RATED_WORD
from ratings.views.measure import Kept
from ratings.views.meeting_screen import show, stamp
from ratings.views.meetings import find_meeting
from ratings.workflow import Impossible


def _page(request: SignedInRequest, pk: int) -> MeetingPage:
    return MeetingPage(request.user, find_meeting(request, pk), Look.read(request.GET))


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
    known = request.GET.get("fassung", "")
    context = {"meeting_page": page, "meeting": page.meeting, "round": page.round, "current": current, "partial": True}
    context |= {"tabs": page.tabs(current), "shown": page.shown(current), "stamp": known, "digest": digest(page, current)}
    context["elsewhere"] = stamp(current) != known
    if context["digest"] == request.GET.get("stand"):
        return HttpResponse(status=204)
    return render(request, "ratings/meeting/list_part.html", context)


def digest(page: MeetingPage, current: Point) -> str:
    """Return what changes whenever the list or the progress does."""
    parts = [f"{point.number}{stamp(point)}{point.row.word if point.row else ''}" for point in page.points]
    shown = [str(page.counted[0]), page.query, current.number, str(page.meeting.is_held)]
    return sha256("|".join([*shown, *parts]).encode()).hexdigest()[:12]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def item(request: SignedInRequest, pk: int, number: str) -> HttpResponse:
    """Show one Maßnahme of the agenda; decide, put off, take up or note (`aktion`), or ask (`report` with `text`)."""
    page = _page(request, pk)
    point = _point(page, number)
    if request.method != "POST":
        return _show(request, page, point)
    if "report" in request.POST:
        return _ask(request, page, point)
    permissions.may_record(request.user, page.round.concept_id).require()
    form = _form(request, page)
    does = {"vertagen": _put_off, "aufnehmen": _take_up, "notiz": _write_note}
    do = does.get(request.POST.get("aktion", ""), _decide if page.round.has_ratings else _discuss)
    try:
        return do(request, page, point, form)
    except Refused as refusal:
        form.add_error(refusal.field, str(refusal))
        return _show(request, page, point, form=form, status=422)
    except Outdated as outdated:
        return _conflict(request, page, point, form, str(outdated))
    except (Impossible, PermissionDenied) as refusal:
        return _show(request, page, point, kept=Kept("entscheidung", str(refusal), form.entered()), status=409)


def _form(request: SignedInRequest, page: MeetingPage) -> Any:
    return MeetingDecisionForm(request.POST) if page.round.has_ratings else NoteForm(request.POST)


def _decide(request: SignedInRequest, page: MeetingPage, point: Point, form: MeetingDecisionForm) -> HttpResponse:
    if not form.is_valid():
        return _show(request, page, point, form=form, status=422)
    decided = form.decided()
    meeting_decisions.decide(
        point.item.pk,
        decided=decided,
        version=form.cleaned_data["version"],
        seen=form.cleaned_data["seen"],
        note=form.written(),
        user=request.user,
    )
    messages.success(request, f"{point.number} ist abgestimmt: {decided.grade.word if decided.grade else NOT_RATED_WORD}.")
    return _go_on(request, page, point)


def _discuss(request: SignedInRequest, page: MeetingPage, point: Point, form: NoteForm) -> HttpResponse:
    note = form.written() or acts.Note("", "")
    meeting_decisions.discuss(point.item.pk, note=note, user=request.user)
    messages.success(request, f"{point.number} ist besprochen.")
    return _go_on(request, page, point)


def _put_off(request: SignedInRequest, page: MeetingPage, point: Point, form: NoteForm) -> HttpResponse:
    later = acts.put_off(point.item.pk, note=form.written(), user=request.user)
    where = f"auf „{later}“" if later else "bis zur nächsten Sitzung"
    messages.success(request, f"{point.number} ist {where} vertagt.")
    return _go_on(request, page, point)


def _take_up(request: SignedInRequest, page: MeetingPage, point: Point, form: NoteForm) -> HttpResponse:
    acts.take_up(point.item.pk, user=request.user)
    messages.success(request, f"{point.number} ist wieder offen.")
    return redirect(point.url)


def _write_note(request: SignedInRequest, page: MeetingPage, point: Point, form: NoteForm) -> HttpResponse:
    meeting_decisions.write_note(point.item.pk, note=form.written() or acts.Note("", ""), user=request.user)
    messages.success(request, f"Die Notiz zu {point.number} ist gespeichert.")
    return redirect(point.url)


def _go_on(request: SignedInRequest, page: MeetingPage, point: Point) -> HttpResponse:
    """To the next item that is open now: others may have decided on some meanwhile. After the last one to the agenda."""
    following = _page(request, page.meeting.pk).after(point.number)
    return redirect(following.url) if following is not None else redirect("ratings:meeting", pk=page.meeting.pk)


def _ask(request: SignedInRequest, page: MeetingPage, point: Point) -> HttpResponse:
    """Put a Rückfrage to a unit (`action` is „ask“) or return its report with one."""
    only_ask = request.POST.get("action") == "ask"
    (permissions.may_ask if only_ask else permissions.may_record)(request.user, page.round.concept_id).require()
    pk = request.POST.get("report", "")
    reports = StatusReport.objects.visible_to(request.user).filter(round=page.round, measure=point.item.measure)
    report = get_object_or_404(reports.select_related("unit"), pk=int(pk) if pk.isdecimal() and len(pk) < 19 else 0)
    text, due_on = request.POST.get("text", ""), request.POST.get("due_on", "")
    target = f"rueckfrage-{report.unit.slug}"
    if not text.strip():
        kept = Kept(target, "Schreiben Sie, was die Einheit klären soll.", [], due_on)
        return _show(request, page, point, kept=kept, status=422)
    act = inquiries.ask if only_ask else inquiries.return_with_inquiry
    try:
        act(report.pk, question=text, due_on=inquiries.due_from(due_on), user=request.user)
    except Impossible as refusal:
        kept = Kept(target, str(refusal), [("Rückfrage", text)], due_on, isinstance(refusal, inquiries.BadDue))
        return _show(request, page, point, kept=kept, status=422 if kept.due_refused else 409)
    done = "liegt jetzt" if only_ask else "ging mit dem Bericht zurück an"
    messages.success(request, f"Ihre Rückfrage {done} „{report.unit}“{' vor' if only_ask else ''}.")
    return redirect(point.url)


def _conflict(request: SignedInRequest, page: MeetingPage, point: Point, form: Any, reason: str) -> HttpResponse:
    """Show what was entered and what stands now; the form decides anew, on what stands now."""
    fresh = _page(request, page.meeting.pk)
    return _show(request, fresh, _point(fresh, point.number), conflict=(reason, form), status=409)


def _show(request: SignedInRequest, page: MeetingPage, point: Point, *, status: int = 200, **shown: Any) -> HttpResponse:
    context = show(request, page, point, **shown) | {"digest": digest(page, point)}
    return render(request, "ratings/meeting/screen.html", context, status=status)
