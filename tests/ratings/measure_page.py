"""A Maßnahme with two reports, and what its page sends: for the tests of that page."""

import html
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from goals.models import Measure, Role
from ratings import rounds
from ratings.models import AgreedRating, ReportingRound, Submission
from ratings.scheme import Grade
from ratings.states import RoundState
from tests import factories as make

SECRET = "Nur für die Einheit"


def disputed_measure() -> Measure:
    """22.1 with an open round: the lead proposes hoch, a contributing unit gering."""
    concept = make.concept()
    make.measure("21.1", concept=concept)
    found = make.measure("22.1", concept=concept, title="Kinderbetreuung <b>sichern</b>")
    make.measure("100.1", concept=concept)
    make.round(concept, title="Runde 2026", slug="runde-2026")
    lead = make.report(found, make.unit(name="Fachdienst Jugend", short_name="FD Jugend", slug="jugend"))
    make.submission(lead, grade=Grade.HIGH, summary="Die Plätze reichen.", internal_note=SECRET)
    other = make.report(found, make.unit(name="Volkshochschule", short_name="VHS", slug="vhs"))
    make.submission(other, grade=Grade.LOW, summary="Es fehlen Plätze.")
    return found


def address(measure: Measure, name: str = "measure", **query: str) -> str:
    path = reverse(f"ratings:{name}", args=[measure.concept.slug, measure.number])
    return f"{path}?{urlencode(query)}" if query else path


def text_of(response: Any) -> str:
    return html.unescape(response.content.decode())


def current(measure: Measure) -> ReportingRound:
    return measure.concept.rounds.exclude(state=RoundState.CLOSED).get()


def entered(measure: Measure, **changes: str) -> dict[str, str]:
    """What the form sends for „mittel“ as the page stands."""
    rating = AgreedRating.objects.filter(measure=measure, round=current(measure)).first()
    seen = Submission.objects.counting().filter(report__measure=measure, report__round=current(measure))
    data = {
        "runde": current(measure).slug,
        "zurueck": "",
        "grade": "mittel",
        "continuation": "on",
        "reason": "Zwischen beiden.",
        "remark": "Bleibt dran.",
        "version": str(rating.version if rating else 0),
        "seen": ",".join(str(submission.pk) for submission in seen),
    }
    return data | changes


def close_and_release(round_: ReportingRound) -> None:
    leader = make.member(Role.COORDINATOR)
    if round_.state == RoundState.OPEN:
        rounds.coordinate(round_.pk, user=leader)
    rounds.close(round_.pk, user=leader, confirmed=rounds.digest(rounds.gaps(round_)))
    rounds.release(round_.snapshots.latest("version").pk, user=leader)
    round_.refresh_from_db()
