"""The three fixtures against counts and texts that were taken from the published report by hand (fixtures/README.md)."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models, transaction

from goals.models import (
    ActionField,
    Challenge,
    Concept,
    Goal,
    GoalKind,
    Indicator,
    IndicatorValue,
    Measure,
    Membership,
    OrgUnit,
    Responsibility,
    ResponsibilityRole,
)
from goals.models.search import SearchField
from goals.text import clean_text, sort_key
from ratings.appendix import Audience, freeze, live_appendix, load_appendix
from ratings.models import AgreedRating, ReportingRound, Snapshot, StatusReport
from ratings.scheme import Marker

NAMES = ("konzept_2018_2022", "organisation", "evaluation_2022")
BASELINE = "Ausgangsstand: veröffentlichter Bericht"

# Handlungsfeld: Herausforderungen, first and last Ziel, Maßnahmen, and how many of them print R, P, ➔, □ and nothing.
FIELDS = [
    ("Ankommen & Aufenthalt", 5, (1, 10), 12, (7, 3, 0, 0, 2)),
    ("Leben & Wohnen", 5, (11, 19), 14, (3, 6, 1, 1, 3)),
    ("Sprache", 3, (20, 26), 17, (14, 0, 1, 0, 2)),
    ("Bildung", 7, (27, 40), 19, (5, 0, 7, 1, 6)),
    ("Arbeit & Ausbildung", 4, (41, 48), 12, (5, 6, 0, 0, 1)),
    ("Gesundheit", 3, (49, 57), 10, (2, 2, 0, 0, 6)),
    ("Gesellschaftliche Integration & Teilhabe", 4, (58, 71), 15, (9, 0, 0, 0, 6)),
    ("Aktive Zivilgesellschaft", 5, (72, 79), 16, (13, 0, 0, 0, 3)),
    ("Migrations- und Integrationsmanagement", 5, (80, 89), 19, (12, 0, 0, 0, 7)),
]
TOTALS = (70, 17, 9, 2, 36)
COUNTS = {
    Concept: 1,
    ActionField: 9,
    Challenge: 41,
    Goal: 89,
    Measure: 134,
    Indicator: 16,
    IndicatorValue: 17,
    OrgUnit: 27,
    Responsibility: 51,
    Membership: 0,
    ReportingRound: 1,
    StatusReport: 0,
    AgreedRating: 134,
    Snapshot: 1,
}
MANDATORY = [
    "9.1",
    "10.1",
    "10.2",
    "12.1",
    "13.1",
    "15.1",
    "15.2",
    "15.4",
    "16.2",
    "41.1",
    "42.1",
    "43.1",
    "43.2",
    "44.1",
    "45.1",
    "54.1",
    "55.1",
]
CONTINUED = ["16.1", "22.1", "27.1", "27.2", "27.3", "28.1", "28.2", "29.1", "31.1"]
CONDITIONS = ["15.3", "30.2"]
TITLES = {
    "1.1": "Informationspaket",
    "3.1": "Bedarfoptimiertes Angebot des Migrationszentrums",
    "3.2": "Zielgruppenenerreichung",
    "6.1": "(Unterstützung externer) Beratungsangebote zum Familiennachzug",
    "13.1": "Unbegleitete minderjährige Ausländerinnen und Ausländer",
    "14.1": "Migrations- und integrationsspezifische Sozialarbeit für alle Ausländerinnen und Ausländer",
    "15.2": "Gestaltung Rechtskreiswechsel AsylbLG - SGB II bei Schutzsuchenden",
    "15.4": "Unbegleitete minderjährige Ausländerinnen und Ausländer",
    "20.1": "Bedarfsermittlung",
    "23.1": "Bedarfsermittlung",
    "30.2": "für kulturspezifische Bedürfnisse bei der Mittagsverpflegung sensibilisieren",
    "65.1": "Offene Begegnungsräume schaffen - thematische Begegnung organisieren",
    "78.2": "Ehrenamtliches Engagements sichtbar machen und wertschätzen",
    "89.1": "Quartiere mit besonderem Entwicklungsbedarf – datenbasiertes Frühwarnsystem",
    "89.2": "Erarbeitung, Umsetzung und Evaluierung von Handlungskonzepten für Quartiere mit besonderem Entwicklungsbedarf",
}
GOAL_TEXTS = {
    "34": "Schulverweigende und Schulabrechende werden durch ein engmaschiges System von Maßnahmen des Landkreises Osnabrück "
    "aufgefangen und unterstützt.",
    "80": "Sprachliche Zugangsbarrrieren zur Nutzung der Angebote des Landkreises Osnabrück sind weitgehend abgebaut.",
    "74": "Die Begleitung von Migrantinnen und Migranten in ihrem Integrationsprozess orientiert sich an dem Grundsatz "
    '"Fördern und Fordern".',
}


@pytest.fixture(scope="module", autouse=True)
def db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Load the fixtures once for this file, one after the other as a person would, and take them back at its end.

    It stands in for pytest-django's `db`, whose name makes pytest-django set up the test database.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        for name in NAMES:
            call_command("loaddata", name, verbosity=0)
        yield
        transaction.set_rollback(True)


def _by_number() -> dict[str, Measure]:
    return {measure.number: measure for measure in Measure.objects.with_place().in_order()}


def _ratings() -> list[AgreedRating]:
    return list(AgreedRating.objects.select_related("measure__goal").order_by("pk"))


def _printed(rating: AgreedRating) -> tuple[bool, ...]:
    """R, P, ➔, □, nothing: what stands beside this Maßnahme in the report."""
    signs = (bool(rating.routine), rating.measure.is_mandatory, bool(rating.continuation), bool(rating.conditions))
    return (*signs, not any(signs))


@pytest.mark.parametrize(("model", "count"), list(COUNTS.items()), ids=lambda value: getattr(value, "__name__", ""))
def test_number_of_objects(model: type[models.Model], count: int) -> None:
    assert model._base_manager.count() == count


@pytest.mark.parametrize(("position", "expected"), list(enumerate(FIELDS, 1)), ids=[row[0] for row in FIELDS])
def test_handlungsfeld(position: int, expected: tuple[Any, ...]) -> None:
    field = ActionField.objects.get(position=position)
    numbers = sorted(
        int(number) for number in Goal.objects.filter(challenge__action_field=field).values_list("number", flat=True)
    )
    ratings = AgreedRating.objects.filter(measure__goal__challenge__action_field=field).select_related("measure")
    printed = [_printed(rating) for rating in ratings]
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    assert (
        field.title,
        field.challenges.count(),
        (numbers[0], numbers[-1]),
        len(printed),
        tuple(sum(column) for column in zip(*printed, strict=True)),
    ) == expected


def test_signs_of_the_report_in_total() -> None:
    printed = [_printed(rating) for rating in _ratings()]
    assert tuple(sum(column) for column in zip(*printed, strict=True)) == TOTALS
    assert all(sum(row) == 1 for row in printed)


def test_signs_stand_at_the_right_massnahmen() -> None:
    ratings = {rating.measure.number: rating for rating in _ratings()}
    assert [number for number, rating in ratings.items() if rating.measure.is_mandatory] == MANDATORY
    assert [number for number, rating in ratings.items() if rating.continuation] == CONTINUED
    assert [number for number, rating in ratings.items() if rating.conditions] == CONDITIONS


def test_what_the_source_lost_is_null() -> None:
    for rating in _ratings():
        told = int(rating.measure.goal.number) <= 31
        assert (rating.grade, rating.reason) == (None, "Farbe in der Quelle nicht überliefert")
        assert rating.influence is None
        assert rating.routine is not None
        assert [rating.continuation is not None, rating.conditions is not None] == [told, told], rating.measure.number
        assert (rating.agreed_at, rating.agreed_by) == (None, None)


def test_order_and_numbers_of_the_source() -> None:
    numbers = list(_by_number())
    assert numbers == sorted(numbers, key=sort_key)
    assert list(Measure.objects.order_by("pk")) == list(_by_number().values())
    assert [goal.number for goal in Goal.objects.order_by("sort_key")] == [str(number) for number in range(1, 90)]
    assert all(goal.sort_key == sort_key(goal.number) for goal in Goal.objects.all())
    for goal in Goal.objects.prefetch_related("measures"):
        assert [measure.position for measure in goal.measures.all()] == list(range(1, goal.measures.count() + 1))


def test_keys_follow_their_scheme() -> None:
    for number, measure in _by_number().items():
        goal, position = number.split(".")
        assert measure.key == f"mi18-{int(goal):03d}-{position}"


def test_everything_belongs_to_the_real_concept() -> None:
    concept = Concept.objects.get()
    assert (concept.slug, concept.is_example) == ("migration-integration-2018-2022", False)
    assert all(
        goal.challenge.action_field.concept_id == concept.pk for goal in Goal.objects.select_related("challenge__action_field")
    )
    assert set(Goal.objects.exclude(kind=GoalKind.UNCLASSIFIED).values_list("number", "kind")) == {("41", GoalKind.PROCESS)}


def test_verbatim_texts() -> None:
    measures = _by_number()
    assert {number: measures[number].title for number in TITLES} == TITLES
    goals = dict(Goal.objects.filter(number__in=GOAL_TEXTS).values_list("number", "text"))
    assert goals == GOAL_TEXTS
    twice = {title for title, count in Counter(measure.title for measure in measures.values()).items() if count > 1}
    assert twice == {
        "Unbegleitete minderjährige Ausländerinnen und Ausländer",
        "Bedarfsermittlung",
        "interkulturelle Kompetenzen stärken",
    }


def test_no_hyphen_of_a_line_break_is_left() -> None:
    texts = [
        *Challenge.objects.values_list("title", flat=True),
        *Goal.objects.values_list("text", flat=True),
        *Measure.objects.values_list("title", flat=True),
    ]
    found = {word for text in texts for word in re.findall(r"\S*[a-zäöüß]-[a-zäöüß]\S*", text)}
    assert found == {"Stiftungs-Know-how", "non-formale", "non-formalen"}


def test_texts_are_clean_and_fit_their_columns() -> None:
    for model in COUNTS:
        # A null marker is „nicht überliefert“, which the field's own check takes for a missing answer.
        left_out = {field.name for field in model._meta.fields if field.is_relation} | {marker.value for marker in Marker.voted()}
        for instance in model._base_manager.all():
            instance.clean_fields(exclude=left_out)
            for field in model._meta.fields:
                value = getattr(instance, field.attname)
                if isinstance(value, str) and not isinstance(field, SearchField):
                    assert value == clean_text(value).strip(), (model, instance.pk, field.name)


@pytest.mark.parametrize("model", [Goal, Measure, OrgUnit])
def test_search_columns_are_what_the_code_computes(model: type[models.Model]) -> None:
    """`loaddata` does not compute them, so the fixtures bring them."""
    field: Any = model._meta.get_field("search")
    assert {row.pk: field.value_from_object(row) for row in model._base_manager.all()} == {
        row.pk: field.text_of(row) for row in model._base_manager.all()
    }


def test_units_and_responsibilities() -> None:
    parents = dict(OrgUnit.objects.filter(parent__isnull=False).values_list("slug", "parent__slug"))
    assert {slug for slug, parent in parents.items() if parent == "massarbeit"} == {
        "migrationszentrum",
        "uebergangsmanagement",
        "arbeitgeberservice",
    }
    assert parents["massarbeit"] == parents["vhs"] == "landkreis-osnabrueck"
    assert set(OrgUnit.objects.filter(parent__isnull=True, is_external=False).values_list("slug", flat=True)) == {
        "landkreis-osnabrueck"
    }
    assert not OrgUnit.objects.filter(requires_approval=True).exists()
    assert all(
        re.match(r"Evaluationsbericht, Abschnitt \d", source)
        for source in Responsibility.objects.values_list("source", flat=True)
    )
    leads = (
        Responsibility.objects.filter(role=ResponsibilityRole.LEAD).select_related("unit", "measure__goal").order_by("measure")
    )
    assert {lead.measure.number: lead.unit.slug for lead in leads} == {
        **dict.fromkeys(["2.1", "3.1", "3.2", "4.1", "5.1", "76.1", "78.1"], "migrationszentrum"),
        **dict.fromkeys(["7.1", "85.2"], "abteilung-integration-auslaender"),
        **dict.fromkeys(["43.1", "43.2"], "uebergangsmanagement"),
        "22.1": "kommunen",
        "40.1": "bildungsmanagement",
        "48.1": "arbeitgeberservice",
        "78.3": "ehrenamtsmanagement",
    }
    assert Responsibility.objects.values("measure").distinct().count() == 39


def test_kennzahlen() -> None:
    values = IndicatorValue.objects.filter(indicator__title="Beschäftigungsquote der ausländischen Bevölkerung")
    assert [(value.period, value.qualifier, int(value.value)) for value in values] == [
        ("2013", "rund", 37),
        ("2021", "knapp", 56),
    ]
    without = Indicator.objects.filter(values__isnull=True)
    assert [indicator.title.split(":")[0] for indicator in without] == ["Kernindikatoren 5 und 6"]
    assert all(indicator.not_evaluable_reason for indicator in without)


def test_round_is_closed_and_released() -> None:
    round_ = ReportingRound.objects.get()
    assert (round_.slug, round_.title, round_.state, round_.has_ratings) == (
        "evaluation-2022",
        "Evaluation 2018–2022",
        "closed",
        True,
    )
    snapshot = Snapshot.objects.get()
    assert (snapshot.version, snapshot.released_at is None) == (1, False)


def test_snapshot_equals_the_ratings() -> None:
    snapshot = Snapshot.objects.select_related("round__concept").get()
    assert freeze(live_appendix(snapshot.round, Audience.INTERNAL)) == snapshot.data


def test_readers_get_the_134_massnahmen_in_order() -> None:
    rows = load_appendix(ReportingRound.objects.select_related("concept").get(), Audience.RELEASED).rows
    assert [(row.number, row.key) for row in rows] == [(number, measure.key) for number, measure in _by_number().items()]
    assert {row.grade for row in rows} == {None}


def test_history_has_one_baseline_entry_for_each_object() -> None:
    tracked = [model for model in apps.get_models() if hasattr(model, "history") and model in COUNTS]
    assert {model.__name__ for model in tracked} == {
        *("Concept", "ActionField", "Challenge", "Goal", "Measure", "Indicator", "OrgUnit", "Responsibility"),
        *("Membership", "ReportingRound", "StatusReport", "AgreedRating"),
    }
    for model in tracked:
        names = [field.attname for field in model._meta.concrete_fields if not isinstance(field, SearchField)]
        history = model.history.order_by("id")
        assert list(history.values(*names)) == list(model._base_manager.order_by("pk").values(*names)), model
        assert set(history.values_list("history_type", "history_change_reason", "history_user")) <= {("+", BASELINE, None)}


def test_new_objects_and_changes_go_on_from_there() -> None:
    """The databases' counters stand behind the loaded keys, and a change adds to the baseline."""
    with transaction.atomic():
        unit = OrgUnit.objects.create(slug="neu", name="Neu", short_name="Neu")
        assert unit.pk > COUNTS[OrgUnit]
        measure = _by_number()["20.1"]
        measure.title = "Bedarfe ermitteln"
        measure.save()
        assert [(entry.history_type, entry.title) for entry in measure.history.all()] == [
            ("~", "Bedarfe ermitteln"),
            ("+", "Bedarfsermittlung"),
        ]
        transaction.set_rollback(True)
