"""Sittings of the Jour fixe: list, new ones, the agenda. The screen of a running meeting is in `ratings.views.meeting`."""

import re
from collections.abc import Container
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from goals.models import Measure
from goals.permissions import access_for
from goals.requests import SignedInRequest
from ratings import meeting_decisions, permissions
from ratings import meetings as acts
from ratings.agenda import agenda_choices
from ratings.agreement import Outdated
from ratings.deadlines import workday
from ratings.measure_page import current_round, visible_rounds
from ratings.meeting_forms import MeetingForm
from ratings.meeting_page import MeetingPage
from ratings.models import AgendaOrigin, Meeting, MeetingState, ReportingRound
from ratings.querysets import LEADING
from ratings.views.measure import next_page
from ratings.workflow import Impossible


def find_meeting(request: SignedInRequest, pk: int) -> Meeting:
    """Return the meeting with its round and Konzept; 404 for everyone who is not in the Jour fixe."""
    return get_object_or_404(Meeting.objects.visible_to(request.user).select_related("round__concept"), pk=pk)


@require_safe
def board(request: SignedInRequest) -> HttpResponse:
    """Lead to the meeting of today or the next one, else to the meetings of the current round."""
    if not any(grant.role in LEADING for grant in access_for(request.user).grants):
        raise PermissionDenied("Die Sitzungen sehen die Mitglieder des Jour fixe und die Evaluationsleitung.")
    planned = Meeting.objects.visible_to(request.user).filter(state=MeetingState.PLANNED, on__gte=timezone.localdate())
    live = [meeting for meeting in planned.select_related("round") if meeting.round.is_live]
    if live:
        return redirect("ratings:meeting", pk=live[0].pk)
    access = access_for(request.user)
    mine = [round_ for round_ in visible_rounds(request.user) if access.has(LEADING, round_.concept_id)]
    round_ = current_round(mine)
    if round_ is None:
        return render(request, "ratings/meeting/none.html")
    return redirect("ratings:meetings", round=round_.slug)


@require_http_methods(["GET", "HEAD", "POST"])
def meetings(request: SignedInRequest, round: str) -> HttpResponse:
    """List the meetings of a round; a POST makes a new one."""
    round_ = get_object_or_404(ReportingRound.objects.visible_to(request.user).select_related("concept"), slug=round)
    if not access_for(request.user).has(LEADING, round_.concept_id):
        raise PermissionDenied("Die Sitzungen sehen die Mitglieder des Jour fixe und die Evaluationsleitung.")
    may_record = permissions.may_record(request.user, round_.concept_id)
    decision = permissions.may_meet(request.user, round_)
    form = None
    if request.method == "POST":
        may_record.require()
        form = MeetingForm(request.POST, instance=Meeting(round=round_))
        if form.is_valid() and _save(request, form):
            messages.success(request, "Die Sitzung ist angelegt. Stellen Sie jetzt die Tagesordnung zusammen.")
            return redirect("ratings:meeting", pk=form.instance.pk)
    elif decision:
        form = MeetingForm(instance=Meeting(round=round_, on=workday(timezone.localdate())))
    context = {
        "round": round_,
        "form": form,
        "meetings": round_.meetings.visible_to(request.user).order_by("-on", "-starts_at", "-pk"),
        "why_not": "" if decision or not may_record else decision.reason,
        "is_example": round_.concept.is_example,
    }
    return render(request, "ratings/meeting/list.html", context, status=_status(form))


def _status(form: Any) -> int:
    return 422 if form is not None and form.is_bound and form.errors else 200


def _save(request: SignedInRequest, form: MeetingForm) -> bool:
    meeting = form.save(commit=False)
    try:
        acts.save(meeting, user=request.user)
    except Impossible as refusal:
        form.add_error(None, str(refusal))
        return False
    form.save_m2m()
    return True


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def meeting(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show the agenda; who keeps the minutes builds it here (`aktion`)."""
    found = find_meeting(request, pk)
    if request.method != "POST":
        return _agenda(request, found)
    permissions.may_record(request.user, found.round.concept_id).require()
    action = request.POST.get("aktion", "")
    if action == "angaben":
        form = MeetingForm(request.POST, instance=found)
        if form.is_valid() and _save(request, form):
            messages.success(request, "Die Angaben zur Sitzung sind gespeichert.")
            return redirect("ratings:meeting", pk=pk)
        found = find_meeting(request, pk)
        return _agenda(request, found, form, status=422)
    query = ""
    try:
        query = _act(request, found, action)
    except (Impossible, Outdated) as refusal:
        if action == "nummern":  # what was typed stays to be mended
            return _agenda(request, find_meeting(request, pk), status=422, numbers_error=str(refusal))
        messages.error(request, str(refusal))
    return redirect(next_page(request) or reverse("ratings:meeting", args=[pk]) + query)


def _act(request: SignedInRequest, found: Meeting, action: str) -> str:
    """Take one step and return the query string with which the agenda offers to undo it."""
    if action == "auswahl":
        _add_choice(request, found)
    elif action == "nummern":
        _add_by_hand(request, found)
    elif action == "entfernen":
        item_id = _item(request, found)
        acts.remove(item_id, user=request.user)
        return f"?entfernt={item_id}"
    elif action == "zuruecklegen":
        item = acts.put_back(found.pk, _number(request.POST.get("punkt", "")), user=request.user)
        messages.success(request, f"{item.measure.number} steht wieder auf der Tagesordnung.")
    elif action == "zuruecknehmen":
        item = meeting_decisions.undo(found.pk, _item(request, found), user=request.user)
        messages.success(request, f"Die Entscheidung zu {item.measure.number} ist zurückgenommen.")
    elif action in ("beenden", "aufnehmen"):
        acts.hold(found.pk, user=request.user, held=action == "beenden")
        if action == "beenden":
            return "?beendet=1"
        messages.success(request, "Die Sitzung ist wieder aufgenommen.")
    else:
        messages.error(request, "Diesen Schritt gibt es nicht.")
    return ""


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _item(request: SignedInRequest, found: Meeting) -> int:
    item = get_object_or_404(found.items, pk=_number(request.POST.get("punkt", "")))
    return int(item.pk)


def _add_choice(request: SignedInRequest, found: Meeting) -> None:
    page = MeetingPage(request.user, found)
    choices = {choice.value: choice for choice in agenda_choices(found.round, page.appendix)}
    choice = choices.get(request.POST.get("auswahl", ""))
    if choice is None:
        raise Impossible("Diese Auswahl gibt es nicht.")
    _say_added(request, acts.add(found.pk, choice.keys, choice.origin, user=request.user))


def _add_by_hand(request: SignedInRequest, found: Meeting) -> None:
    measures = Measure.objects.filter(concept=found.round.concept_id).select_related("goal")
    known = {measure.number: measure.key for measure in measures}
    numbers = _numbers(request.POST.get("nummern", ""), known)
    unknown = [number for number in numbers if number not in known]
    if unknown or not numbers:
        raise Impossible(f"Diese Nummern gibt es nicht: {', '.join(unknown)}." if unknown else "Nennen Sie Nummern wie 20.1.")
    keys = [known[number] for number in numbers]
    _say_added(request, acts.add(found.pk, keys, AgendaOrigin.HAND, user=request.user))


def _numbers(text: str, known: Container[str]) -> list[str]:
    """The numbers in a list with commas, semicolons or lines; blanks part them too where they are no part of one („M 3.2.1“)."""
    parts = [part.strip() for part in re.split(r"[,;\n]", text) if part.strip()]
    return [number for part in parts for number in ([part] if part in known else part.split())]


def _say_added(request: SignedInRequest, number: int) -> None:
    words = {0: "Alle diese Maßnahmen stehen schon auf der Tagesordnung.", 1: "Eine Maßnahme steht neu auf der Tagesordnung."}
    messages.success(request, words.get(number, f"{number} Maßnahmen stehen neu auf der Tagesordnung."))


def _agenda(
    request: SignedInRequest, found: Meeting, form: MeetingForm | None = None, *, status: int = 200, numbers_error: str = ""
) -> HttpResponse:
    page = MeetingPage(request.user, found)
    there = {point.item.measure.key for point in page.points}
    context = {
        "page": page,
        "meeting": found,
        "round": found.round,
        "last": meeting_decisions.last_decided(found) if page.may_decide else None,
        "is_through": page.may_decide and bool(page.points) and not page.open,
        "first": next(iter(page.open or page.points), None),
        "is_begun": any(not point.item.is_open for point in page.points),
        "numbers": request.POST.get("nummern", ""),
        "numbers_error": numbers_error,
        "attendees": found.attendees.all(),
        "form": form or (MeetingForm(instance=found) if page.may_lead else None),
        "is_example": found.round.concept.is_example,
        "just_held": found.is_held and page.may_lead and "beendet" in request.GET,
    }
    if page.may_decide and (gone := _number(request.GET.get("entfernt", ""))):
        context["taken_off"] = acts.taken_off(found, gone)
    if page.may_decide:
        choices = agenda_choices(found.round, page.appendix)
        context["choices"] = [(choice, len(choice.keys), len(set(choice.keys) - there)) for choice in choices]
    return render(request, "ratings/meeting/agenda.html", context, status=status)
