"""The steps of a round that cannot be taken back: each is shown with what follows from it before it is taken (issue 5, point 10)."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from goals.requests import SignedInRequest
from goals.text import counted
from ratings import permissions
from ratings import rounds as acts
from ratings.appendix import live_appendix
from ratings.models import ReportingRound, Snapshot
from ratings.round_forms import ReasonForm
from ratings.rounds import Step
from ratings.views import round_page
from ratings.views.round_figures import figures
from ratings.views.rounds import find_round
from ratings.workflow import Impossible

RELEASE = "release"


@dataclass(frozen=True)
class Preview:
    """What a step means: its `name` as the form posts it, what is so now and what will be so then, one sentence each."""

    name: str
    title: str
    button: str
    facts: tuple[str, ...]
    follows: tuple[str, ...]
    version: int | None = None


def _opening(round_: ReportingRound) -> Preview:
    rows = live_appendix(round_).rows
    reports = sum(len(row.owed_units) for row in rows)
    units = len({line.slug for row in rows for line in row.owed_units})
    nobody = sum(row.roll_up.nobody_responsible for row in rows)
    facts = [
        f"{counted(reports, 'Bericht', 'Berichte')} von {counted(units, 'Einheit', 'Einheiten')}, Abgabe bis {round_.due_on:%d.%m.%Y}."
    ]
    if nobody:
        facts.append(f"{counted(nobody, 'Maßnahme', 'Maßnahmen')} ohne zuständige Einheit: Dazu kommt kein Bericht.")
    return Preview(
        Step.OPEN,
        "Runde öffnen",
        "Runde öffnen",
        tuple(facts),
        (
            "Die Einheiten sehen ihre Berichte und schreiben. Wer Mails bekommt, erfährt es mit der nächsten.",
            "Ob die Runde Bewertungen hat, und ihr Kurzname, stehen dann fest.",
            "Zurück in die Vorbereitung geht die Runde nicht.",
        ),
    )


def _coordinating(round_: ReportingRound) -> Preview:
    missing = figures(live_appendix(round_)).missing
    days = (round_.due_on - timezone.localdate()).days
    facts = [
        f"{counted(missing, 'Bericht steht', 'Berichte stehen')} noch aus." if missing else "Alle Berichte sind eingereicht."
    ]
    if days >= 0:
        left = f"noch {counted(days, 'Tag', 'Tage')}" if days else "das ist heute"
        facts.append(f"Die Abgabefrist läuft bis {round_.due_on:%d.%m.%Y}, {left}.")
    name = f"{acts.phase(round_)} beginnen"
    return Preview(
        Step.COORDINATE,
        name,
        name,
        tuple(facts),
        (
            "Einheiten ziehen Eingereichtes nicht mehr selbst zurück; der Jour fixe gibt es mit einer Rückfrage zurück.",
            "Ausstehende Berichte lassen sich weiter einreichen.",
            "Zurück in den Abschnitt „Berichte“ geht die Runde nicht.",
        ),
    )


def _releasing(round_: ReportingRound, snapshot: Snapshot) -> Preview:
    gaps = len(snapshot.gaps)
    what = (
        "dieses Ergebnis und laden den Anhang"
        if round_.has_ratings
        else "die Kurzfassungen dieses Sachstands und laden sie als Datei"
    )
    facts = [f"Fassung {snapshot.version} vom {timezone.localdate(snapshot.created_at):%d.%m.%Y}."]
    if gaps:
        facts.append(f"Beim Abschluss war{'' if gaps == 1 else 'en'} {counted(gaps, 'Punkt', 'Punkte')} offen.")
    title = f"Fassung {snapshot.version} freigeben"
    return Preview(
        RELEASE,
        title,
        title,
        tuple(facts),
        (f"Personen mit Leserechten sehen {what}.", "Zurücknehmen lässt sich die Freigabe nicht."),
        snapshot.version,
    )


def _snapshot(request: SignedInRequest, round_: ReportingRound, version: str) -> Snapshot:
    mine = Snapshot.objects.visible_to(request.user).filter(round=round_).defer("data")
    return get_object_or_404(mine, version=int(version) if version.isdecimal() and len(version) < 6 else 0)


_PREVIEWS: dict[str, Callable[[ReportingRound], Preview]] = {Step.OPEN: _opening, Step.COORDINATE: _coordinating}


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: SignedInRequest, round: str) -> HttpResponse:
    """Show what opening, coordinating or releasing means (`step` in the query); take the step. Reopening is asked on the round's page."""
    round_ = find_round(request, round)
    permissions.may_coordinate(request.user, round_.concept_id).require()
    name = (request.POST if request.method == "POST" else request.GET).get("step", "")
    if request.method != "POST":
        return _preview(request, round_, name)
    if name == Step.REOPEN:
        return _reopen(request, round_)
    try:
        done = _take(request, round_, name)
    except Impossible as impossible:
        messages.error(request, str(impossible))
    else:
        messages.success(request, done)
    return redirect("ratings:round", round=round_.slug)


def _preview(request: SignedInRequest, round_: ReportingRound, name: str) -> HttpResponse:
    if name == RELEASE:
        snapshot = _snapshot(request, round_, request.GET.get("version", ""))
        found = None if snapshot.released_at else _releasing(round_, snapshot)
    else:
        fits = name in acts.allowed_steps(request.user, round_)
        found = _PREVIEWS[name](round_) if fits and name in _PREVIEWS else None
    if found is None:
        return redirect("ratings:round", round=round_.slug)
    context = {"round": round_, "preview": found, "is_example": round_.concept.is_example}
    return render(request, "ratings/round_step.html", context | {"cancel": reverse("ratings:round", args=[round_.slug])})


def _take(request: SignedInRequest, round_: ReportingRound, name: str) -> str:
    """Take the step and return what to say. Raises `Impossible`."""
    if name == Step.OPEN:
        acts.open_round(round_.pk, user=request.user)
        return "Die Runde ist offen. Die Berichte sind angefordert."
    if name == Step.COORDINATE:
        acts.coordinate(round_.pk, user=request.user)
        return f"Die {acts.phase(round_)} hat begonnen."
    if name == RELEASE:
        snapshot = _snapshot(request, round_, request.POST.get("version", ""))
        acts.release(snapshot.pk, user=request.user)
        return f"Fassung {snapshot.version} ist freigegeben. Wer Leserechte hat, sieht jetzt dieses Ergebnis."
    raise Impossible("Diesen Schritt gibt es nicht.")


def _reopen(request: SignedInRequest, round_: ReportingRound) -> HttpResponse:
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            acts.reopen(round_.pk, user=request.user, reason=form.cleaned_data["reason"])
        except Impossible as impossible:
            form.add_error("reason", str(impossible))
        else:
            messages.success(request, f"Die Runde ist wieder in {acts.phase(round_)}.")
            return redirect("ratings:round", round=round_.slug)
    return render(request, "ratings/round.html", round_page.page(request.user, round_, form), status=422)
