"""„Einstimmige übernehmen“: a preview of what all units propose alike, and agreeing it in one step."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from goals.requests import SignedInRequest
from goals.text import counted
from ratings import agreement, permissions
from ratings.agreement import Chosen, Outcome, Outdated
from ratings.appendix import AppendixRow, live_appendix
from ratings.models import Inquiry, ReportingRound, Submission
from ratings.rollup import Progress, UnitLine
from ratings.scheme import Marker
from ratings.states import InquiryState
from ratings.taking_back import agreed_at_once, take_back_all

# The moment of what was agreed in one step: in the address of the page after it, and in the form that takes it back.
JUST_AGREED, TAKE_BACK = "abgestimmt", "zuruecknehmen"

# A row that was chosen: the Maßnahme and the submissions that its row showed.
_CHOSEN = re.compile(r"(\d{1,12}):(\d{1,12}(?:-\d{1,12}){0,99})")


@dataclass(frozen=True)
class Candidate:
    """A Maßnahme with unanimous proposals. `token` is what choosing it sends: the Maßnahme and the submissions shown."""

    row: AppendixRow
    token: str
    is_asked: bool = False

    @property
    def is_complete(self) -> bool:
        """All reports are there and no Rückfrage is open, be it at a returned or at a submitted report."""
        return self.row.progress == Progress.UNANIMOUS and not self.is_asked

    @property
    def is_chosen(self) -> bool:
        """Chosen beforehand: where something is missing or open, the Jour fixe takes it in by hand."""
        return self.is_complete

    @property
    def missing(self) -> tuple[UnitLine, ...]:
        return self.row.roll_up.missing

    @property
    def has_inquiry(self) -> bool:
        return self.is_asked or self.row.progress == Progress.INQUIRY

    @property
    def markers(self) -> list[Marker]:
        """The Kennzeichen that are agreed: those of the lead."""
        return self.row.lead.set_markers if self.row.lead else []

    @property
    def others(self) -> list[tuple[Marker, str]]:
        """Kennzeichen on which a contributing unit differs from the lead, each with who set it."""
        counting = [line for line in self.row.owed_units if line.counts]
        found = []
        for marker, names in self.row.roll_up.markers.items():
            if len(names) != len(counting):
                found.append((marker, ", ".join(names)))
        return found


def candidates(round_: ReportingRound) -> list[Candidate]:
    """Return the Maßnahmen of a running round that are not agreed and whose proposals are unanimous, in their order.

    The rows say what is shown; the keys of the submissions are added by their numbers. A row whose submissions changed between
    the two readings is left out: nobody agrees what the page did not show.
    """
    rows = [row for row in live_appendix(round_).rows if not row.is_agreed and row.roll_up.is_unanimous]
    if not rows:
        return []
    known: dict[tuple[str, str, int], tuple[int, int]] = {}
    standing = Submission.objects.counting().filter(report__round=round_, report__measure__key__in=[row.key for row in rows])
    names = ("report__measure__key", "report__unit__slug", "number", "report__measure_id", "pk")
    for key, slug, number, measure_id, pk in standing.values_list(*names):
        known[key, slug, number] = (measure_id, pk)
    pending = Inquiry.objects.filter(report__round=round_).exclude(state=InquiryState.DONE)
    asked = set(pending.values_list("report__measure__key", flat=True))
    found = []
    for row in rows:
        shown = [known.get((row.key, line.slug, line.submission or 0)) for line in row.owed_units if line.counts]
        if all(shown):
            pairs = [pair for pair in shown if pair]
            token = f"{pairs[0][0]}:{'-'.join(str(pk) for _, pk in pairs)}"
            found.append(Candidate(row, token, is_asked=row.key in asked))
    return found


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unanimous(request: SignedInRequest, round: str) -> HttpResponse:
    """List what is unanimous; POST agrees the chosen ones. Whoever may not, or a round that is not rated now: 403 with the reason."""
    found = get_object_or_404(ReportingRound.objects.visible_to(request.user).select_related("concept"), slug=round)
    if not permissions.is_inside(request.user, found.concept_id):
        raise Http404("Diese Berichtsrunde gibt es nicht.")
    permissions.may_record_round(request.user, found).require()
    if request.method == "POST":
        return _take_back(request, found) if TAKE_BACK in request.POST else _agree(request, found)
    listed = candidates(found)
    context = {
        "round": found,
        "is_example": found.concept.is_example,
        "fields": _by_field(listed),
        "ready": sum(one.is_chosen for one in listed),
        "waiting": sum(not one.is_chosen for one in listed),
    }
    if at := _moment(request.GET.get(JUST_AGREED, "")):
        context |= {
            "just_agreed": len(list(agreed_at_once(found, at, request.user))),
            "at": at.isoformat(),
            "take_back": TAKE_BACK,
        }
    return render(request, "ratings/unanimous.html", context)


def _by_field(listed: Iterable[Candidate]) -> list[tuple[str, list[Candidate]]]:
    groups = groupby(listed, key=lambda one: (one.row.field_position, one.row.field_title))
    return [(title, list(own)) for (_, title), own in groups]


def _agree(request: SignedInRequest, round_: ReportingRound) -> HttpResponse:
    chosen = _chosen(request.POST.getlist("massnahme"))
    if chosen is None:
        messages.error(request, "Die Auswahl war nicht lesbar. Es wurde nichts abgestimmt.")
    elif not chosen:
        messages.error(request, "Sie haben keine Maßnahme ausgewählt. Es wurde nichts abgestimmt.")
    else:
        try:
            outcome = agreement.agree_unanimous(round_id=round_.pk, chosen=chosen, user=request.user)
        except Outdated as outdated:
            messages.error(request, str(outdated))
        else:
            return _done(request, round_, outcome)
    return redirect("ratings:unanimous", round=round_.slug)


def _chosen(values: list[str]) -> list[Chosen] | None:
    """Return what was chosen, None if a value is not one that the page sends."""
    found = [_CHOSEN.fullmatch(value) for value in values]
    if not all(found):
        return None
    return [Chosen(int(one[1]), tuple(int(pk) for pk in one[2].split("-"))) for one in found if one]


def _done(request: SignedInRequest, round_: ReportingRound, outcome: Outcome) -> HttpResponse:
    """Back to what is left, with a way back from what was agreed and the reasons for what was not."""
    for words in _reasons(outcome):
        messages.warning(request, f"Nicht abgestimmt, denn {words}.")
    address = reverse("ratings:unanimous", args=[round_.slug])
    return redirect(f"{address}?{urlencode({JUST_AGREED: outcome.at.isoformat()})}" if outcome.at and outcome.done else address)


def _take_back(request: SignedInRequest, round_: ReportingRound) -> HttpResponse:
    at = _moment(request.POST.get(TAKE_BACK, ""))
    outcome = take_back_all(round_id=round_.pk, at=at, user=request.user) if at else Outcome((), ())
    for words in _reasons(outcome):
        messages.warning(request, f"Nicht zurückgenommen, denn {words}.")
    if outcome.done:
        messages.success(request, f"{counted(len(outcome.done), 'Entscheidung', 'Entscheidungen')} zurückgenommen.")
    elif not outcome.skipped:
        messages.error(request, "Es war nichts mehr zurückzunehmen.")
    return redirect("ratings:unanimous", round=round_.slug)


def _reasons(outcome: Outcome) -> Iterator[str]:
    """Each reason with the Maßnahmen it holds for."""
    reasons: dict[str, list[Any]] = {}
    for measure, reason in outcome.skipped:
        reasons.setdefault(reason, []).append(measure)
    for reason, measures in reasons.items():
        yield f"{reason}: {', '.join(str(measure) for measure in measures)}"


def _moment(text: str) -> datetime | None:
    """Return the moment that an address or a form names, None for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
