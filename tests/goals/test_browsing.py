"""Reading a Konzept: what stands where, who sees it, at a constant number of queries."""

from collections.abc import Callable
from datetime import date

import pytest

from goals.models import Concept, Role
from tests import factories as make
from tests.conftest import SignedInClient
from tests.query_counts import QueryCounts

pytestmark = pytest.mark.django_db

SignIn = Callable[..., SignedInClient]


def _concept(goals: int, **fields: object) -> Concept:
    concept = make.concept(**fields)
    for number in range(1, goals + 1):
        goal = make.goal(str(number), concept=concept)
        for _ in range(2):
            measure = make.measure(goal=goal)
            make.responsibility(measure)
            make.responsibility(measure)
        indicator = make.indicator(concept=concept, goal=goal)
        indicator.values.create(on=date(2021, 12, 31), period="2021", value="56", qualifier="rund")
    return concept


def test_a_konzept_shows_its_tree_in_order(reader: SignedInClient) -> None:
    concept = make.concept(slug="klima")
    field = make.action_field(concept, title="Energie")
    challenge = make.challenge(field, title="Sparen")
    for number in ("10", "2", "M 3.2"):
        make.measure(goal=make.goal(number, challenge=challenge), title=f"Tun {number}", is_mandatory=number == "2")
    page = reader.get("/konzepte/klima/").content.decode()
    texts = ["Energie", "Sparen", "Ziel 2", "2.1", "Tun 2", "Pflichtaufgabe", "Ziel 10", "10.1", "Ziel M 3.2", "M 3.2.1"]
    places = [page.index(text, page.index('id="hf-1"')) for text in texts]
    assert places == sorted(places)
    assert '<a href="#hf-1">' in page
    assert 'id="ziel-m-32"' in page
    assert "/konzepte/klima/massnahmen/M%203.2.1/" in page
    assert "niemand zuständig" in page
    assert "Beispieldaten" not in page


def test_units_and_indicators_stand_beside_what_they_belong_to(reader: SignedInClient) -> None:
    concept = make.concept(slug="klima", is_example=True)
    measure = make.measure("1.1", concept=concept)
    make.responsibility(measure, make.unit(name="Fachdienst Umwelt"))
    old = make.unit(name="Sprachbüro", is_active=False, successor=make.unit(name="Volkshochschule"))
    make.responsibility(measure, old)
    indicator = make.indicator(concept=concept, title="Beschäftigungsquote", source="Abschnitt 2")
    indicator.values.create(on=date(2021, 12, 31), period="2021", value="56.5", qualifier="rund")
    make.indicator(concept=concept, title="Leerstand", not_evaluable_reason="Zahlen fehlen")
    page = " ".join(reader.get("/konzepte/klima/").content.decode().split())
    assert "Fachdienst Umwelt, Sprachbüro (aufgegangen in Volkshochschule) (Zuarbeit)" in page
    assert "2021: <b>rund 56,5</b>" in page
    assert "Quelle: Abschnitt 2" in page
    assert "Nicht auswertbar: Zahlen fehlen" in page
    assert "Beispieldaten" in page


@pytest.mark.parametrize("role", list(Role))
def test_everyone_with_a_role_reads_the_konzepte(client_as: SignIn, role: Role) -> None:
    concept = _concept(1)
    client = client_as(role)
    assert concept.title in client.get("/konzepte/").content.decode()
    assert client.get(f"/konzepte/{concept.slug}/").status_code == 200


def test_konzepte_of_others_are_out_of_sight(client_as: SignIn) -> None:
    mine, other = make.concept(), make.concept()
    client = client_as(Role.READER, concept=mine)
    page = client.get("/konzepte/").content.decode()
    assert mine.title in page
    assert other.title not in page
    assert client.get(f"/konzepte/{other.slug}/").status_code == 404
    assert client_as().get(f"/konzepte/{mine.slug}/").status_code == 404
    assert "Sie sehen noch kein Konzept" in client_as().get("/konzepte/").content.decode()


def test_an_empty_konzept_says_so(reader: SignedInClient) -> None:
    assert "noch leer" in reader.get(f"/konzepte/{make.concept().slug}/").content.decode()


def test_the_pages_cost_the_same_at_ten_times_the_rows(reader: SignedInClient, assert_query_count: QueryCounts) -> None:
    for size in (2, 20):
        assert_query_count("concept", reader, f"/konzepte/{_concept(size).slug}/", most=12)
        assert_query_count("concepts", reader, "/konzepte/", most=4)
