"""What the screen of a meeting shows of one item: the Maßnahme, its reports and what changed in them, the form."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

from goals.requests import SignedInRequest
from ratings import meeting_decisions
from ratings import meetings as acts
from ratings.forms import initial_of_proposal, initial_of_rating
from ratings.measure_page import MeasurePage
from ratings.meeting_changes import changes_since
from ratings.meeting_forms import MeetingDecisionForm, NoteForm
from ratings.meeting_page import MeetingPage, MeetingSpot, Point
from ratings.scheme import Marker
from ratings.views.measure import Kept

# What a conflict shows again from the form that lost it.
_ENTERED = ("grade", "reason", "remark", "note", *(marker.value for marker in Marker.voted()))


def stamp(point: Point) -> str:
    """Return what changes whenever somebody decides on the item, puts it off, takes a decision back or writes its note."""
    when = [at.isoformat() if at else "" for at in (point.item.decided_at, point.settled)]
    return sha256("|".join([point.item.outcome, *when, point.item.note]).encode()).hexdigest()[:12]


def show(
    request: SignedInRequest,
    page: MeetingPage,
    point: Point,
    *,
    form: Any = None,
    kept: Kept | None = None,
    conflict: tuple[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the context of the screen. `form` is a refused one; `conflict` is the reason with the form that lost."""
    spot = MeetingSpot(
        page.round.concept, point.item.measure, page.round, (page.round,), meeting_id=page.meeting.pk, address=point.url
    )
    case = MeasurePage(request.user, spot)
    since = changes_since(request.user, page.round, point.item.measure, case.cards)
    reports = [(card, since.get(card.line.slug)) for card in case.cards]
    context: dict[str, Any] = {
        "meeting_page": page,
        "meeting": page.meeting,
        "current": point,
        "tabs": page.tabs(point),
        "shown": page.shown(point),
        "stamp": stamp(point),
        "page": case,
        "spot": spot,
        "round": page.round,
        "row": case.row,
        "reports": reports,
        "other_view": page.url(point.number, replace(page.look, projector=not page.look.projector)),
        "looks": _looks(page, point) if since else None,
        "kept": kept,
        "kept_lost": kept is not None and kept.texts and not case.offers(kept.target),
        "conflict": (conflict[0], conflict[1].entered()) if conflict else None,
        "is_example": page.round.concept.is_example,
        "ask": next((card.target for card in case.cards if "ask" in card.allowed), ""),
        "before": page.neighbour(point, -1),
        "after": page.neighbour(point, 1),
    }
    if page.may_decide and (last := meeting_decisions.last_decided(page.meeting)):
        context |= {"last": last, "undo_to": page.url(last.measure.number)}
    if page.may_decide and case.row is not None:
        entered = {name: conflict[1].data.get(name, "") for name in _ENTERED} if conflict else None
        context |= _with_form(request, page, point, case, form, entered)
    return context


def _looks(page: MeetingPage, point: Point) -> list[tuple[str, str, bool]]:
    """The two ways to read the reports: word, address, whether it is the one that is shown."""
    look = page.look
    ways = (("Text", False), ("Änderungen", True))
    return [(word, page.url(point.number, replace(look, changes=way)), look.changes == way) for word, way in ways]


def _with_form(
    request: SignedInRequest, page: MeetingPage, point: Point, case: MeasurePage, form: Any, entered: dict[str, Any] | None
) -> dict[str, Any]:
    seen = {"note_seen": acts.note_stamp(point.item)}
    refused = form is not None
    if not page.round.has_ratings:
        form = form or NoteForm(initial={"note": point.item.note} | (entered or {}) | seen)
        return {"form": form, "was_refused": refused}
    seen |= {"version": str(case.version), "seen": case.seen}
    if form is None:
        form = MeetingDecisionForm(initial={"note": point.item.note} | (entered or _initial(request, case)) | seen)
    return {"form": form, "was_refused": refused}


def _initial(request: SignedInRequest, case: MeasurePage) -> dict[str, Any]:
    """The decision that exists, else on request the unanimous proposal, else nothing."""
    if case.rating is not None:
        return initial_of_rating(case.rating)
    if case.unanimous is not None and request.GET.get("vorschlag") == "1":
        lead = next((submission for submission in case.standing if submission.report.is_lead), None)
        return initial_of_proposal(case.unanimous, lead)
    return {}
