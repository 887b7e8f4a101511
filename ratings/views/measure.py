"""The page of one Maßnahme: what the units say, side by side, and what the Jour fixe decides (DESIGN.md, rules 2 and 3)."""

from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from goals.models import Concept, Measure
from goals.requests import SignedInRequest
from ratings import agreement, inquiries, permissions, supplements
from ratings.agreement import Outdated, Refused
from ratings.appendix import (
    Appendix,
    AppendixRow,
    NothingReleased,
    Order,
    filter_rows,
    live_appendix,
    load_appendix,
    sort_rows,
)
from ratings.filtersets import OverviewFilter
from ratings.forms import AgreementForm, initial_of_proposal, initial_of_rating
from ratings.measure_cards import thread_anchor
from ratings.measure_page import MeasurePage, Spot, current_round, visible_rounds
from ratings.models import ReportingRound, StatusReport
from ratings.scheme import NOT_RATED_WORD, Marker
from ratings.taking_back import take_back
from ratings.views import overview_comparison as comparing
from ratings.views.overview_page import faces_of, was_asked
from ratings.views.versions import asked_version, strip
from ratings.workflow import Impossible


@dataclass(frozen=True)
class Kept:
    """Text that could not be saved, with the reason and the form it was written in: it is shown again (rule 7)."""

    target: str
    error: str
    texts: list[tuple[str, str]]
    due_on: str = ""
    due_refused: bool = False

    @property
    def text(self) -> str:
        return self.texts[0][1] if self.texts else ""


def find_spot(request: SignedInRequest, concept: str, number: str, data: QueryDict) -> Spot:
    """Return the Maßnahme and the round that address and `data` (`runde`, `fassung`, `zurueck`) name; 404 if unknown or out of sight."""
    found = get_object_or_404(Concept.objects.visible_to(request.user), slug=concept)
    goal, _, position = number.rpartition(".")
    measures = Measure.objects.filter(concept=found).with_place()
    measure = get_object_or_404(measures, goal__number=goal, position=_position(position))
    rounds = tuple(visible_rounds(request.user))
    own = [round_ for round_ in rounds if round_.concept_id == found.pk]
    for round_ in own:
        round_.concept = found
    slug = data.get("runde", "")
    chosen = next((round_ for round_ in own if round_.slug == slug), None) if slug else current_round(own)
    if slug and chosen is None:
        raise Http404("Diese Berichtsrunde gibt es hier nicht.")
    back = QueryDict(data.get("zurueck", "")).urlencode()
    return Spot(found, measure, chosen, rounds, back, version=asked_version(data))


def _position(text: str) -> int:
    if len(text) > 4:
        raise Http404("Eine solche Maßnahme gibt es nicht.")
    return int(text)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def measure(request: SignedInRequest, concept: str, number: str) -> HttpResponse:
    """Show the Maßnahme. POST (`report`, `text`, `due_on`) asks its unit (`action` is „ask“) or returns the report with a Rückfrage."""
    if request.method == "POST":
        return _ask(request, find_spot(request, concept, number, request.POST))
    return show(request, find_spot(request, concept, number, request.GET))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def agree(request: SignedInRequest, concept: str, number: str) -> HttpResponse:
    """Record what the Jour fixe decided; a reloaded address leads back to the page."""
    if request.method != "POST":
        return redirect(find_spot(request, concept, number, request.GET).here)
    spot = find_spot(request, concept, number, request.POST)
    permissions.may_record(request.user, spot.concept.pk).require()
    if spot.round is None or not request.POST.get("runde"):
        raise Http404("Die Berichtsrunde fehlt.")
    form = AgreementForm(request.POST)
    if not permissions.may_record_round(request.user, spot.round, spot.measure.pk):
        return _refused(request, spot, spot.round, form)
    if request.POST.get("aktion") == "zuruecknehmen":
        return _take_back(request, spot, spot.round)
    if not form.is_valid():
        return show(request, spot, form=form, status=422)
    return _agree(request, spot, spot.round, form)


def _agree(request: SignedInRequest, spot: Spot, round_: ReportingRound, form: AgreementForm) -> HttpResponse:
    decided = form.decided()
    try:
        agreement.agree(
            round_id=round_.pk,
            measure=spot.measure,
            decided=decided,
            version=form.cleaned_data["version"],
            seen=form.cleaned_data["seen"],
            user=request.user,
        )
    except Refused as refusal:
        form.add_error(refusal.field, str(refusal))
        return show(request, spot, form=form, status=422)
    except Outdated as outdated:
        return _conflict(request, spot, form, str(outdated))
    except PermissionDenied:
        round_.refresh_from_db(fields=["state"])
        if round_.is_live_for(spot.measure.pk):
            raise
        return _refused(request, spot, round_, form)
    word = decided.grade.word if decided.grade else NOT_RATED_WORD
    messages.success(request, f"{spot.measure.number} ist abgestimmt: {word}.")
    goes_on = request.POST.get("aktion") == "weiter" and round_.is_live  # a Nachtrag is about one Maßnahme
    return redirect(_next_to_decide(request, spot, round_) if goes_on else spot.here)


def _take_back(request: SignedInRequest, spot: Spot, round_: ReportingRound) -> HttpResponse:
    version = request.POST.get("version", "")
    try:
        take_back(
            round_id=round_.pk,
            measure=spot.measure,
            version=int(version) if version.isdecimal() and len(version) < 10 else 0,
            user=request.user,
        )
    except (Impossible, Outdated) as refusal:
        messages.error(request, f"Nicht zurückgenommen. {refusal}")
    else:
        messages.success(request, f"Die Entscheidung zu {spot.measure.number} ist zurückgenommen.")
    return redirect(spot.here)


def _refused(request: SignedInRequest, spot: Spot, round_: ReportingRound, form: AgreementForm) -> HttpResponse:
    """Say why nothing is rated in this round (any more), with what was entered."""
    kept = Kept("entscheidung", permissions.may_record_round(request.user, round_, spot.measure.pk).reason, form.entered())
    return show(request, spot, kept=kept, status=409)


def _conflict(request: SignedInRequest, spot: Spot, form: AgreementForm, reason: str) -> HttpResponse:
    """Show what was entered and what stands now; the form below decides anew, on what stands now."""
    page = MeasurePage(request.user, spot)
    seen = form.cleaned_data["seen"]
    entered = {name: form.data.get(name, "") for name in ("grade", "reason", "remark", *(m.value for m in Marker.voted()))}
    context: dict[str, object] = {
        "reason": reason,
        "entered": form.entered(),
        "new_cards": [card for card in page.cards if card.submission and card.line.counts and card.submission.pk not in seen],
    }
    context["form"] = AgreementForm(initial=entered | {"version": page.version, "seen": page.seen})
    return render(request, "ratings/agree_conflict.html", _context(request, page) | context, status=409)


def _ask(request: SignedInRequest, spot: Spot) -> HttpResponse:
    only_ask = request.POST.get("action") == "ask"
    (permissions.may_ask if only_ask else permissions.may_record)(request.user, spot.concept.pk).require()
    pk = request.POST.get("report", "")
    reports = StatusReport.objects.visible_to(request.user).filter(round=spot.round, measure=spot.measure)
    report = get_object_or_404(reports.select_related("unit"), pk=int(pk) if pk.isdecimal() and len(pk) < 19 else 0)
    text, due_on = request.POST.get("text", ""), request.POST.get("due_on", "")
    target = f"rueckfrage-{report.unit.slug}"
    if not text.strip():
        kept = Kept(target, "Schreiben Sie, was die Einheit klären soll.", [], due_on)
        return show(request, spot, kept=kept, status=422)
    act = inquiries.ask if only_ask else inquiries.return_with_inquiry
    try:
        inquiry = act(report.pk, question=text, due_on=inquiries.due_from(due_on), user=request.user)
    except Impossible as refusal:
        kept = Kept(target, str(refusal), [("Rückfrage", text)], due_on, isinstance(refusal, inquiries.BadDue))
        return show(request, spot, kept=kept, status=422 if kept.due_refused else 409)
    if only_ask:
        messages.success(request, f"Ihre Rückfrage liegt jetzt „{report.unit}“ vor. Der Bericht bleibt eingereicht.")
    else:
        messages.success(request, f"Der Bericht ist mit Ihrer Rückfrage an „{report.unit}“ zurückgegeben.")
    return redirect(f"{spot.here}#{thread_anchor(inquiry.pk)}")


def next_page(request: SignedInRequest) -> str:
    """Return where the form asked to go on (`next`), if that is a page of this portal, else nothing."""
    target = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return target if allowed else ""


def show(
    request: SignedInRequest, spot: Spot, *, form: AgreementForm | None = None, kept: Kept | None = None, status: int = 200
) -> HttpResponse:
    """Render the page; `form` and `kept` carry what was entered and not saved, with the page they came from (`next`)."""
    try:
        page = MeasurePage(request.user, spot)
    except NothingReleased as nothing:
        raise Http404("Zu dieser Runde gibt es kein Ergebnis.") from nothing
    context: dict[str, Any] = {"kept": kept, "kept_lost": kept is not None and kept.texts and not page.offers(kept.target)}
    context["came_from"] = next_page(request) if kept else ""
    if page.may_decide:
        context["form"] = form or AgreementForm(initial=_initial(request, page))
        context["was_refused"] = form is not None
    return render(request, "ratings/measure.html", _context(request, page) | context, status=status)


def _initial(request: SignedInRequest, page: MeasurePage) -> dict[str, Any]:
    """What is chosen beforehand: the decision that exists, else on request the unanimous proposal, else nothing."""
    seen = {"version": page.version, "seen": page.seen}
    if page.rating is not None:
        return initial_of_rating(page.rating) | seen
    if page.unanimous is not None and request.GET.get("vorschlag") == "1":
        lead = next((submission for submission in page.standing if submission.report.is_lead), None)
        return initial_of_proposal(page.unanimous, lead) | seen
    return seen


def _context(request: SignedInRequest, page: MeasurePage) -> dict[str, Any]:
    spot = page.spot
    before, after = _neighbours(request, page)
    return {
        "page": page,
        "spot": spot,
        "round": spot.round,
        "row": page.row,
        "version_strip": strip(page.appendix, spot.round, replace(spot, version=None).here)
        if page.appendix and spot.round and spot.version
        else None,
        "may_reopen": page.is_frozen
        and not spot.version
        and page.row is not None
        and spot.round is not None
        and supplements.may_open(request.user, spot.round, spot.measure),
        "is_example": spot.concept.is_example,
        "before": (before, spot.url(before)) if before else None,
        "after": (after, spot.url(after)) if after else None,
        "rounds": [(round_, spot.url(round_=round_)) for round_ in spot.rounds],
        "nobody_is_named": page.appendix is not None and not page.cards and not was_asked(page.appendix),
        "responsible": bool(permissions.may_coordinate(request.user, spot.concept.pk)),
    }


def _neighbours(request: SignedInRequest, page: MeasurePage) -> tuple[str, str]:
    """Return the numbers of the Maßnahmen before and after this one: in the list it was opened from, else in the Konzept."""
    spot = page.spot
    if page.round is not None and spot.back:
        appendix = page.appendix or load_appendix(page.round)
        numbers, listed = _list_it_was_opened_from(request, appendix, spot)
    elif page.appendix is not None:
        numbers = [row.number for row in page.appendix.rows]
        listed = set(numbers)
    else:
        rows = Measure.objects.filter(concept=spot.concept).in_order().values_list("goal__number", "position")
        numbers = [f"{goal}.{position}" for goal, position in rows]
        listed = set(numbers)
    if spot.measure.number not in numbers:
        return "", ""
    place = numbers.index(spot.measure.number)
    before = next((number for number in reversed(numbers[:place]) if number in listed), "")
    return before, next((number for number in numbers[place + 1 :] if number in listed), "")


def _next_to_decide(request: SignedInRequest, spot: Spot, round_: ReportingRound) -> str:
    """Return the address of the next Maßnahme without a valid decision, of the overview if there is none left."""
    appendix = live_appendix(round_)
    numbers, listed = _list_it_was_opened_from(request, appendix, spot)
    waiting = {row.number for row in appendix.rows if row.number in listed and _is_waiting(row)}
    place = numbers.index(spot.measure.number) if spot.measure.number in numbers else 0
    after = next((number for number in numbers[place + 1 :] + numbers[:place] if number in waiting), "")
    if after:
        return spot.url(after)
    messages.info(request, "In dieser Auswahl ist alles abgestimmt." if spot.back else "Alle Maßnahmen sind abgestimmt.")
    return spot.overview


def _is_waiting(row: AppendixRow) -> bool:
    return not row.is_agreed or row.recheck


def _list_it_was_opened_from(request: SignedInRequest, appendix: Appendix, spot: Spot) -> tuple[list[str], set[str]]:
    """Return the numbers of all Maßnahmen in the order of the overview, and those that its filter lets through.

    A filter by what changed costs the earlier round's queries; where that one has vanished, nothing is left out.
    """
    started = appendix.version is not None or (spot.round is not None and spot.round.is_live)
    faces = faces_of(appendix, started=started)
    data = QueryDict(spot.back)
    earlier, offered = [], None
    if spot.round is not None and "veraenderung" in data:
        earlier = comparing.offered(request.user, spot.round)
        offered = comparing.choices(spot.round, earlier)
    chosen = OverviewFilter(data, appendix.rows, faces, offered)
    order = Order(chosen.order_by.removeprefix("-") or Order.NUMBER)
    rows = sort_rows(appendix.rows, order, reverse=chosen.order_by.startswith("-"))
    listed = filter_rows(rows, chosen.criteria)
    if spot.round is not None and chosen.changes:
        comparison = comparing.place_beside(request.user, spot.round, appendix, chosen, earlier)
        listed = comparison.select(listed, chosen.changes) if comparison else listed
    return [row.number for row in rows], {row.number for row in listed}
