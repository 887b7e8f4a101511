"""Konzept `beispiel`: a fictional Fortschreibung of the real one with the same structure, derived from it."""

from datetime import date, datetime
from typing import Any, Final

from django.db import models
from simple_history.utils import bulk_create_with_history

from evalportal.example.people import REASON
from goals.models import ActionField, Challenge, Concept, Goal, Measure
from goals.text import sort_key

REAL_SLUG: Final = "migration-integration-2018-2022"
EXAMPLE_SLUG: Final = "beispiel"

# Maßnahmen that the fictional Fortschreibung calls otherwise; all others keep their title.
TITLES: Final = {
    "1.1": "Willkommensinformationen in acht Sprachen und in einfacher Sprache",
    "2.1": "Erstgespräch und Orientierung in den ersten drei Monaten",
    "3.1": "Bedarfsoptimiertes Angebot des Migrationszentrums",
    "3.2": "Zielgruppen erreichen, die Beratung bisher nicht nutzen",
    "4.1": "Profiling als gemeinsame Grundlage der Beratung",
    "8.1": "Pilotprojekt zur Beratung von EU-Zugewanderten",
    "11.1": "Bezahlbarer Wohnraum für alle: Bündnis mit den Kommunen",
    "16.1": "Erreichbarkeit von Qualifizierungs- und Sprachkursangeboten",
    "16.3": "Internetzugang in Unterkünften und Begegnungsräumen",
    "20.1": "Bedarfsermittlung für die Grundsprachbildung",
    "21.3": "Digitale Lernangebote mit Lernbegleitung",
    "22.1": "Kinderbetreuung während der Sprachkurse",
    "23.1": "Bedarfsermittlung für Sprachbildung in Kita und Schule",
    "31.1": "Ausreichend Betreuungsplätze in Krippe und Kita",
    "44.1": "Aufschlussreiche und konsequente Beratung in der Arbeitsvermittlung",
    "44.2": "Gelingende Kommunikation in der kommunalen Arbeitsvermittlung",
    "45.2": "Zusammenarbeit mit Unternehmen: Praktika, Probearbeit, Patenschaften",
    "50.1": "Sprachbarrieren in der Gesundheitsversorgung abbauen",
    "57.1": "Lückenlose Informations- und Behandlungsketten",
    "70.2": "Integration in sonstigen Vereinen, Initiativen und Nachbarschaften",
    "78.2": "Ehrenamtliches Engagement sichtbar machen und wertschätzen",
    "80.3": "Mehrsprachige und barrierefreie Website des Landkreises",
    "85.2": "Migrations- und Integrationsmonitoring im Quartalstakt",
    "86.1": "Beteiligungsorientierte Umsetzung und Evaluation des Konzepts",
}
GOALS: Final = {
    "1": "Der Landkreis stellt Informationen zu Migration und Integration mehrsprachig und in einfacher Sprache zur Verfügung.",
    "9": "Die Zahl der Einbürgerungen wird bis 2027 weiter gesteigert; die Bearbeitung dauert im Mittel höchstens neun Monate.",
    "31": "Familien erhalten innerhalb von drei Monaten einen Betreuungsplatz in Krippe oder Kita.",
    "44": "Die Beschäftigungsquote von Menschen mit internationaler Geschichte steigt bis 2027 auf 60 Prozent.",
    "76": "Bis 2027 gibt es in jeder Kommune mindestens zwei ausgebildete Integrationslotsinnen oder Integrationslotsen.",
}
# Two Maßnahmen of the real Konzept go on in one (n:m); all others continue one each.
MORE_PREDECESSORS: Final = {"13.1": ("15.4",), "57.1": ("49.1",)}


def create_concept(*, at: datetime) -> Concept:
    """Create Konzept `beispiel` with its 9 Handlungsfelder, 41 Herausforderungen, 89 Ziele and 134 Maßnahmen. Needs the real one."""
    real = Concept.objects.get(slug=REAL_SLUG)
    example = Concept(
        slug=EXAMPLE_SLUG,
        title="Beispiel: Fortschreibung Migration und Integration 2023–2027",
        short_title="Beispiel 2023–2027",
        period_start=date(2023, 1, 1),
        period_end=date(2027, 12, 31),
        resolution="Erfundene Fortschreibung zum Ausprobieren; es gibt keinen Beschluss.",
        is_example=True,
    )
    _create(Concept, [example], at=at)
    fields = _copies(ActionField, ActionField.objects.filter(concept=real), concept=lambda _: example)
    _create(ActionField, fields.values(), at=at)
    old_challenges = Challenge.objects.filter(action_field__concept=real)
    challenges = _copies(Challenge, old_challenges, action_field=lambda old: fields[old.action_field_id])
    _create(Challenge, challenges.values(), at=at)
    goals = _copies(
        Goal,
        Goal.objects.filter(concept=real),
        concept=lambda _: example,
        challenge=lambda old: challenges[old.challenge_id],
        text=lambda old: GOALS.get(old.number, old.text),
        sort_key=lambda old: sort_key(old.number),
    )
    _create(Goal, goals.values(), at=at)
    old_measures = list(Measure.objects.filter(concept=real).select_related("goal"))
    measures = _copies(
        Measure,
        old_measures,
        concept=lambda _: example,
        goal=lambda old: goals[old.goal_id],
        key=lambda old: old.key.replace("mi18", "mi23", 1),
        title=lambda old: TITLES.get(old.number, old.title),
    )
    _create(Measure, measures.values(), at=at)
    _link(old_measures, measures)
    return example


def _copies(model: type[Any], old: Any, **changed: Any) -> dict[int, Any]:
    """Return unsaved copies by the primary key of what they are copied from; `changed` are functions of the original."""
    names = [field.name for field in model._meta.concrete_fields if not field.primary_key and field.name not in changed]
    return {
        row.pk: model(**{name: getattr(row, name) for name in names}, **{name: value(row) for name, value in changed.items()})
        for row in old
    }


def _create(model: type[models.Model], rows: Any, *, at: datetime) -> None:
    bulk_create_with_history(list(rows), model, default_change_reason=REASON, default_date=at)


def _link(old_measures: list[Measure], measures: dict[int, Measure]) -> None:
    through = Measure.predecessors.through
    by_number = {old.number: old for old in old_measures}
    pairs = [(measures[old.pk], old) for old in old_measures]
    pairs += [
        (measures[by_number[number].pk], by_number[more]) for number, others in MORE_PREDECESSORS.items() for more in others
    ]
    through.objects.bulk_create(through(from_measure=new, to_measure=old) for new, old in pairs)
