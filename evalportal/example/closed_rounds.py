"""The two closed rounds of the example: everything reported, agreed, closed and released."""

from datetime import date, datetime
from functools import partial
from typing import Final

from evalportal.example import plan
from evalportal.example.chapters import write_chapters
from evalportal.example.stage import Stage
from evalportal.example.texts import number_for
from evalportal.example.timeline import Timeline
from ratings import rounds
from ratings.agreement import Decided
from ratings.models import Snapshot
from ratings.scheme import Grade, Marker

_COORDINATION, _CLOSE, _CHAPTERS, _RELEASE = 33, 60, 64, 68
# Reports that came after the deadline, those that never came, those that came back with a question: per round.
LATE: Final = {"beispiel-2024": {"team-zahngesundheit"}, "beispiel-2025": {"kjgd", "beispiel-kultur"}}
MISSING: Final = {"beispiel-2024": set[tuple[str, str]](), "beispiel-2025": {("11.1", "kommunen"), ("47.1", "wigos")}}
ASKED: Final = {
    "beispiel-2024": {
        ("16.1", "referat-strategische-planung"): (
            "In welchen Kommunen beginnen die Kurse inzwischen später?",
            "In Bramsche und Melle; für Quakenbrück steht die Zusage des Trägers noch aus.",
        )
    },
    "beispiel-2025": {
        ("31.1", "jugendhilfe"): (
            "Bitte ergänzen Sie, wie lange Familien im Mittel auf einen Platz warten.",
            "Im Mittel vier Monate, in drei Kommunen länger als sechs. Die Angabe steht jetzt auch im Sachstand.",
        ),
        ("76.1", "migrationszentrum"): (
            "Wie viele Kommunen haben noch keine ausgebildeten Lotsinnen und Lotsen?",
            "Acht von 21; mit dreien ist ein Termin vereinbart.",
        ),
    },
}
_NOT_RATED: Final = {"61.1": "Für diese Maßnahme ist keine Organisationseinheit zuständig; ohne Bericht wird nicht bewertet."}


def play_closed_round(stage: Stage, start: date) -> None:
    """Play the round from its opening to the release of its result. Its reports exist afterwards, its snapshot is released."""
    line = Timeline(start)
    slug, people, round_ = stage.round.slug, stage.people, stage.round
    rounds.open_round(round_.pk, user=people.coordinator, now=line.moment(0))
    for number, unit in stage.places():
        if (number, unit) not in MISSING[slug]:
            _report(stage, line, number, unit, late=unit in LATE[slug])
    line.add(_COORDINATION, lambda at: rounds.coordinate(round_.pk, user=people.coordinator, now=at))
    for number, measure in stage.measures.items():
        meeting = 40 + 7 * ((measure.goal.challenge.action_field.position - 1) // 3)
        line.add(meeting, partial(_agree, stage, number), "Sitzung")
    line.add(_CLOSE, partial(_close, stage))
    line.add(_CHAPTERS, partial(write_chapters, stage))
    line.add(_RELEASE, partial(_release, stage))
    line.run()


def _report(stage: Stage, line: Timeline, number: str, unit: str, *, late: bool) -> None:
    seed = (number, unit, stage.round.slug)
    day = 34 + number_for(*seed) % 4 if late else 3 + number_for(*seed) % 26
    line.add(day, partial(stage.hand_in, number, unit), *seed)
    approval = stage.wants_approval(unit)
    if approval:
        line.add(day + 3, partial(stage.approve, number, unit), *seed)
    if (number, unit) not in ASKED[stage.round.slug]:
        return
    question, answer = ASKED[stage.round.slug][number, unit]
    line.add(34, partial(stage.ask, number, unit, question), *seed)
    line.add(36, partial(stage.hand_in, number, unit, answer=answer, addition=answer), *seed)
    if approval:
        line.add(38, partial(stage.approve, number, unit), *seed)
    line.add(39, partial(stage.settle, number, unit), *seed)


def _agree(stage: Stage, number: str, at: datetime) -> None:
    decided = None
    grade = plan.lead_grade(number, stage.index)
    if number in _NOT_RATED:
        decided = Decided(None, reason=_NOT_RATED[number])
    elif grade == Grade.HIGH and number_for(number, stage.round.slug, "anders") % 16 == 0:
        markers = {Marker.CONTINUE: True}
        decided = Decided(Grade.MEDIUM, markers, reason="Der Jour fixe sieht in den kleineren Gemeinden noch erheblichen Bedarf.")
    stage.agree(number, at, decided)


def _close(stage: Stage, at: datetime) -> None:
    stage.round.refresh_from_db()
    rounds.close(stage.round.pk, user=stage.people.coordinator, confirmed=rounds.digest(rounds.gaps(stage.round)), now=at)


def _release(stage: Stage, at: datetime) -> None:
    snapshot = Snapshot.objects.get(round=stage.round)
    rounds.release(snapshot.pk, user=stage.people.coordinator, now=at)
