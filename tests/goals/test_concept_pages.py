"""From the uploaded table over its preview to the new Konzept."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from goals.models import Concept, ConceptImport, Role
from tests import factories as make
from tests.conftest import SignedInClient
from tests.goals.tables import more, plain_csv, row, upload
from tests.query_counts import QueryCounts

pytestmark = pytest.mark.django_db

SignIn = Callable[..., SignedInClient]


FACTS = {"title": "Klimaschutz", "short_title": "Klima 2026", "period_start": "2026-01-01", "period_end": "2030-12-31"}


def test_from_the_table_to_the_konzept(coordinator: SignedInClient, assert_query_count: QueryCounts) -> None:
    page = coordinator.post("/konzepte/neu/", {"file": upload(plain_csv(row(), more(POSITION=2, TITLE="Lüften")))})
    assert page.status_code == 302
    shown: Any = assert_query_count("concept_import", coordinator, page["Location"], most=6)
    preview = shown.content.decode()
    assert "Dämmen" in preview
    assert "2 Maßnahmen" in preview
    assert Concept.objects.count() == 0
    refused = coordinator.post(page["Location"], FACTS | {"title": " "})
    assert refused.status_code == 422
    done = coordinator.post(page["Location"], FACTS)
    assert done["Location"] == "/konzepte/klima-2026/"
    assert Concept.objects.get().measures.count() == 2
    assert coordinator.get(page["Location"]).status_code == 404


def test_the_page_lists_all_errors_and_keeps_nothing(coordinator: SignedInClient) -> None:
    page = coordinator.post("/konzepte/neu/", {"file": upload(plain_csv(row(TITLE=None), row(GOAL="2", KIND="Fernziel")))})
    text = page.content.decode()
    assert page.status_code == 422
    assert "2 Stellen" in text
    assert "keine Zielart" in text
    assert not ConceptImport.objects.exists()
    broken = coordinator.post("/konzepte/neu/", {"file": upload(b"\x89PNG\x00", "bild.xlsx")})
    assert broken.status_code == 422
    assert "keine Tabelle" in broken.content.decode()
    assert coordinator.post("/konzepte/neu/", {}).status_code == 422


def test_an_upload_belongs_to_one_person_and_expires(coordinator: SignedInClient, client_as: SignIn) -> None:
    address = coordinator.post("/konzepte/neu/", {"file": upload(plain_csv(row()))})["Location"]
    assert client_as(Role.COORDINATOR).get(address).status_code == 404
    ConceptImport.objects.update(created_at=timezone.now() - timedelta(days=8))
    assert coordinator.get(address).status_code == 404
    coordinator.post("/konzepte/neu/", {"file": upload(plain_csv(row()))})
    assert ConceptImport.objects.count() == 1


@pytest.mark.parametrize("slug", ["neu", "klima"])
def test_a_taken_short_name_is_refused(coordinator: SignedInClient, slug: str) -> None:
    make.concept(slug="klima")
    address = coordinator.post("/konzepte/neu/", {"file": upload(plain_csv(row()))})["Location"]
    assert coordinator.post(address, FACTS | {"slug": slug}).status_code == 422
    assert Concept.objects.count() == 1


def test_only_the_evaluationsleitung_of_all_konzepte_creates(client_as: SignIn) -> None:
    mine = make.concept()
    page = client_as(Role.COORDINATOR, concept=mine).get("/konzepte/neu/")
    assert page.status_code == 403
    assert "Evaluationsleitung aller Konzepte" in page.content.decode()
