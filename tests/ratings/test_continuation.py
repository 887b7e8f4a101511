"""Fortschreibung: what is proposed, what is copied, and that the thread reaches back over more than one Konzept."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from goals.models import Concept, GoalKind, Measure, ResponsibilityRole, Role
from ratings.appendix import freeze, live_appendix
from ratings.continuation import continue_concept, load_source, plan_continuation
from ratings.models import ReportingRound
from ratings.scheme import Grade
from ratings.states import RoundState
from tests import factories as make
from tests.conftest import SignedInClient
from tests.query_counts import QueryCounts

pytestmark = pytest.mark.django_db

SignIn = Callable[..., SignedInClient]


def closed_round(concept: Concept, year: int = 2024, **markers: dict[str, Any]) -> ReportingRound:
    """A closed, released round; `markers` are the fields of the agreed ratings by Schlüssel."""
    round_ = make.round(concept, title=f"Evaluation {year}")
    for key, values in markers.items():
        make.agreed_rating(Measure.objects.get(concept=concept, key=key), round=round_, **values)
    days = {"opens_on": date(year, 1, 1), "due_on": date(year, 3, 1), "closes_on": date(year, 4, 1)}
    ReportingRound.objects.filter(pk=round_.pk).update(state=RoundState.CLOSED, **days)
    round_.refresh_from_db()
    make.snapshot(round_, data=freeze(live_appendix(round_)), released_at=round_.history.first().history_date)
    return round_


def old_concept() -> Concept:
    """„Energie / Sparen“ with Ziel 1 (1.1, 1.2) and Ziel 4 (4.3), „Verkehr / Rad“ with Ziel 5 (5.1, a duty)."""
    concept = make.concept(period_start=date(2018, 1, 1), period_end=date(2022, 12, 31), short_title="Alt", is_example=True)
    sparen = make.challenge(make.action_field(concept, title="Energie"), title="Sparen")
    rad = make.challenge(make.action_field(concept, title="Verkehr"), title="Rad")
    one = make.goal("1", challenge=sparen, kind=GoalKind.PROJECT, text="Weniger Wärme")
    for position in (1, 2):
        make.measure(goal=one, position=position, key=f"a{position}", title=f"Titel {position}")
    make.measure(goal=make.goal("4", challenge=sparen), position=3, key="a3")
    make.measure(goal=make.goal("5", challenge=rad), key="a4", is_mandatory=True)
    return concept


def chosen(concept: Concept, *keys: str) -> list[int]:
    return list(Measure.objects.filter(concept=concept, key__in=keys).values_list("pk", flat=True))


def new_concept(**fields: Any) -> Concept:
    values = {"slug": "neu-2023", "title": "Neu", "short_title": "Neu 2023"}
    return Concept(**values | {"period_start": date(2023, 1, 1), "period_end": date(2027, 12, 31)} | fields)


def test_what_is_to_go_on_and_what_the_law_demands_is_proposed() -> None:
    concept, user = old_concept(), make.member(Role.COORDINATOR)
    assert load_source(concept, user).proposed == set(chosen(concept, "a4"))
    closed_round(concept, 2022, a1={"continuation": True})
    closed_round(concept, 2023, a1={"continuation": False}, a2={"continuation": True}, a3={"continuation": None})
    make.round(concept)
    source = load_source(concept, user)
    assert source.round is not None
    assert source.round.title == "Evaluation 2023"
    assert source.proposed == set(chosen(concept, "a2", "a4"))
    assert source.unknown == 1


def test_everything_above_is_copied_and_the_thread_kept() -> None:
    concept, user = old_concept(), make.member(Role.COORDINATOR)
    after = make.unit(name="Nachfolge")
    before = make.unit(name="Vorher", is_active=False, successor=after)
    gone, other = make.unit(is_active=False), make.unit(name="Dritte")
    first = concept.measures.get(key="a1")
    make.responsibility(first, before)
    make.responsibility(first, after)
    make.responsibility(first, gone)
    make.responsibility(first, other)
    source = load_source(concept, user)
    plan = plan_continuation(source, chosen(concept, "a1", "a3"))
    made = continue_concept(source, plan, new_concept(), user=user)
    assert made.is_example
    assert [field.title for field in made.action_fields.all()] == ["Energie"]
    assert [(goal.number, goal.kind) for goal in made.goals.all()] == [("1", GoalKind.PROJECT), ("4", GoalKind.UNCLASSIFIED)]
    rows = [(measure.number, measure.key, measure.predecessors.get().key) for measure in made.measures.select_related("goal")]
    assert rows == [("1.1", "n23-001-1", "a1"), ("4.3", "n23-004-3", "a3")]
    units = {row.unit.name: row.role for row in made.measures.get(key="n23-001-1").responsibilities.select_related("unit")}
    assert units == {"Nachfolge": ResponsibilityRole.LEAD, "Dritte": ResponsibilityRole.CONTRIBUTING}
    assert made.history.get().history_change_reason == "Fortschreibung von „Alt“"
    assert concept.measures.count() == 4


@pytest.mark.parametrize(("number", "expected"), [("4", ["1.1", "2.1"]), ("M 4", ["1.2", "M 4.3"])])
def test_goals_are_counted_anew_where_they_have_plain_numbers(number: str, expected: list[str]) -> None:
    concept = old_concept()
    goal = concept.goals.get(number="4")
    goal.number = number
    goal.save()
    source = load_source(concept, make.member(Role.COORDINATOR))
    assert source.can_be_renumbered is (number == "4")
    plan = plan_continuation(source, chosen(concept, "a2", "a3"), renumber=True)
    assert [f"{goal.number}.{measure.position}" for goal in plan.goals for measure in goal.measures] == expected


def test_the_page_shows_the_thread_over_more_than_one_generation(client_as: SignIn, assert_query_count: QueryCounts) -> None:
    oldest = old_concept()
    closed_round(oldest, 2021, a1={"grade": Grade.LOW, "continuation": True})
    user = make.member(Role.COORDINATOR)
    middle = continue_concept(
        source := load_source(oldest, user), plan_continuation(source, chosen(oldest, "a1")), new_concept(), user=user
    )
    newest = new_concept(slug="dritte", short_title="Dritte", period_start=date(2028, 1, 1), period_end=date(2032, 12, 31))
    continue_concept(source := load_source(middle, user), plan_continuation(source, source.below("alle")), newest, user=user)
    client = client_as(Role.COORDINATOR)
    shown: Any = assert_query_count("measure_of_new_concept", client, "/konzepte/dritte/massnahmen/1.1/", most=16)
    page = shown.content.decode()
    assert "Evaluation 2021, dort" in page
    assert f"/konzepte/{oldest.slug}/massnahmen/1.1/?runde=" in page
    assert "gering" in page
    assert "Vorgängerin in Neu 2023" in page
    assert "Fortgeführt in Dritte" in client.get("/konzepte/neu-2023/massnahmen/1.1/").content.decode()
    stranger = client_as(Role.COORDINATOR, concept=newest)
    page = stranger.get("/konzepte/dritte/massnahmen/1.1/").content.decode()
    assert "Vorgängerin" not in page
    assert "Evaluation 2021" not in page


FACTS = {"title": "Neu", "short_title": "Neu 2023", "period_start": "2023-01-01", "period_end": "2027-12-31"}


def address(concept: Concept) -> str:
    return f"/konzepte/{concept.slug}/fortschreibung/"


def checked(page: Any, concept: Concept) -> set[str]:
    text = page.content.decode()
    return {measure.key for measure in concept.measures.all() if f'value="{measure.pk}" id="m-{measure.pk}" checked' in text}


def test_choosing_many_at_once_keeps_what_was_entered(coordinator: SignedInClient) -> None:
    concept = old_concept()
    field = concept.action_fields.get(title="Energie")
    goal = concept.goals.get(number="1")
    assert checked(coordinator.get(address(concept)), concept) == {"a4"}
    start = {"title": "Schon da", "measures": chosen(concept, "a4")}
    page = coordinator.post(address(concept), start | {"select": f"feld-{field.pk}"})
    assert checked(page, concept) == {"a1", "a2", "a3", "a4"}
    assert 'value="Schon da"' in page.content.decode()
    page = coordinator.post(address(concept), {"measures": chosen(concept, "a1", "a2", "a3"), "unselect": f"ziel-{goal.pk}"})
    assert checked(page, concept) == {"a3"}
    assert checked(coordinator.post(address(concept), {"select": "ziel-x", "measures": ["x"]}), concept) == set()


def test_from_the_choice_to_the_konzept(coordinator: SignedInClient, assert_query_count: QueryCounts) -> None:
    concept = old_concept()
    closed_round(concept, a1={"continuation": True})
    assert_query_count("continuation", coordinator, address(concept), most=12)
    empty = coordinator.post(address(concept), FACTS | {"step": "preview"})
    assert empty.status_code == 422
    assert "mindestens eine Maßnahme" in empty.content.decode()
    data = FACTS | {"measures": chosen(concept, "a1", "a4"), "renumber": "on"}
    preview = coordinator.post(address(concept), data | {"step": "preview"}).content.decode()
    assert "2 Maßnahmen von „Alt“" in preview
    assert Concept.objects.count() == 1
    assert "auswahl" in coordinator.post(address(concept), data | {"step": "back"}).content.decode()
    assert coordinator.post(address(concept), data | {"step": "create"})["Location"] == "/konzepte/neu-2023/"
    made = Concept.objects.get(slug="neu-2023")
    assert [measure.number for measure in made.measures.select_related("goal")] == ["1.1", "2.1"]
    assert coordinator.post(address(concept), data | {"slug": "neu-2023", "step": "create"}).status_code == 422


def test_the_choice_costs_the_same_at_ten_times_the_rows(coordinator: SignedInClient, assert_query_count: QueryCounts) -> None:
    for size in (2, 20):
        concept = make.concept()
        for number in range(size):
            make.responsibility(make.measure(f"{number + 1}.1", concept=concept))
        closed_round(concept)
        assert_query_count("continuation", coordinator, address(concept), most=12)


def test_only_the_evaluationsleitung_of_all_konzepte_continues(client_as: SignIn) -> None:
    concept = make.concept()
    assert client_as(Role.COORDINATOR, concept=concept).get(address(concept)).status_code == 403
    assert client_as(Role.READER).get(address(concept)).status_code == 403
