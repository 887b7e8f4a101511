"""The pages of reading back: upload, preview, apply; whatever comes, a message and never an error of the server."""

import io
import zipfile
from typing import Any

import pytest
from django.urls import reverse

from goals.models import Role
from ratings.models import AgreedRating, Draft, ImportDraft
from tests import factories as make
from tests.query_counts import QueryCounts
from tests.ratings import lists

pytestmark = pytest.mark.django_db


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", b" " * 40_000_000)
    return out.getvalue()


def test_daten_through_the_pages(coordinator: Any) -> None:
    running = make.filled_round(3)
    url = reverse("ratings:import_data", args=[running.slug])
    content = lists.changed(
        lists.exported(running), "Daten", {(2, "Zielerreichungsgrad"): "unklar", (2, "Bemerkung"): "<b>x</b>"}
    )
    response = coordinator.post(url, {"file": lists.upload(content)})
    draft = ImportDraft.objects.get()
    assert response["Location"] == reverse("ratings:import_preview", args=[draft.pk])
    page = coordinator.get(response["Location"]).content.decode()
    for text in ("2 Zellen", "K2", "unklar", "&lt;b&gt;x&lt;/b&gt;", "Alle übernehmen", "Wird abgestimmt: unklar"):
        assert text in page
    before = AgreedRating.objects.count()
    response = coordinator.post(response["Location"])
    assert response["Location"] == reverse("ratings:round", args=[running.slug])
    assert AgreedRating.objects.count() == before + 1
    assert coordinator.post(reverse("ratings:import_preview", args=[draft.pk])).status_code == 302


def test_an_unchanged_file_and_a_wrong_one_stay_on_the_page(coordinator: Any) -> None:
    running = make.filled_round(3)
    url = reverse("ratings:import_data", args=[running.slug])
    content = lists.exported(running)
    response = coordinator.post(url, {"file": lists.upload(content)})
    assert response.status_code == 200
    assert "ändert nichts" in response.content.decode()
    wrong = lists.changed(content, "Daten", {(2, "Zielerreichungsgrad"): "toll", (3, "Zuarbeit"): "Niemand"})
    response = coordinator.post(url, {"file": lists.upload(wrong)})
    page = response.content.decode()
    assert response.status_code == 422
    assert "2 Stellen passen nicht" in page
    assert "Blatt „Daten“, Zelle K2 (Zielerreichungsgrad):" in page
    assert not ImportDraft.objects.exists()


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n", bomb(), b"PK\x03\x04kaputt", b"a;b\n1;2"], ids=lambda c: repr(c[:6]))
def test_what_is_no_list_gets_a_message(coordinator: Any, content: bytes) -> None:
    running = make.filled_round(1)
    response = coordinator.post(reverse("ratings:import_data", args=[running.slug]), {"file": lists.upload(content)})
    assert response.status_code == 422
    assert "Nichts wurde übernommen" in response.content.decode()


def test_a_list_that_went_stale_is_refused_on_the_preview(coordinator: Any) -> None:
    running = make.filled_round(3)
    content = lists.changed(lists.exported(running), "Daten", {(2, "Zielerreichungsgrad"): "unklar"})
    url = coordinator.post(reverse("ratings:import_data", args=[running.slug]), {"file": lists.upload(content)})["Location"]
    make.agreed_rating(running.concept.measures.get(goal__number="1"), round=running)
    response = coordinator.post(url)
    assert response.status_code == 409
    assert "wurde seit der Prüfung im System geändert" in response.content.decode()


def test_berichte_through_the_pages(client_as: Any) -> None:
    unit = make.unit()
    running = make.filled_round(2, lead=unit)
    make.report(make.measure("9.1", concept=running.concept), unit, round=running)
    client = client_as(Role.REPORTER, unit)
    content = b"".join(client.get(reverse("ratings:reports_workbook")).streaming_content)
    assert lists.cell(content, "Berichte", 4, "Nummer") == "9.1"
    written = lists.changed(content, "Berichte", {(4, "Sachstand"): "Offline geschrieben."})
    url = client.post(reverse("ratings:import_reports"), {"file": lists.upload(written)})["Location"]
    assert "Offline geschrieben." in client.get(url).content.decode()
    assert client.post(url).status_code == 302
    assert Draft.objects.get(report__measure__goal__number="9").situation == "Offline geschrieben."


def test_somebody_elses_list_is_out_of_sight(client_as: Any) -> None:
    running = make.filled_round(1)
    first, second = client_as(Role.COORDINATOR), client_as(Role.COORDINATOR)
    content = lists.changed(lists.exported(running), "Daten", {(2, "Zielerreichungsgrad"): "unklar"})
    url = first.post(reverse("ratings:import_data", args=[running.slug]), {"file": lists.upload(content)})["Location"]
    assert second.get(url).status_code == 404
    assert first.get(url).status_code == 200


def test_queries_do_not_grow_with_the_list(client_as: Any, assert_query_count: QueryCounts) -> None:
    for size in (1, 3):
        unit = make.unit()
        running = make.filled_round(size, lead=unit)
        leading = client_as(Role.COORDINATOR)
        url = reverse("ratings:import_data", args=[running.slug])
        content = lists.exported(running)
        assert_query_count("import_data, unchanged list", leading, url, method="post", data={"file": lists.upload(content)})
        cells = {(2 + row, "Zielerreichungsgrad"): "unklar" for row in range(size)}
        cells |= {(2 + row, "Begründung"): "Zahlen fehlen." for row in range(size)}
        preview = leading.post(url, {"file": lists.upload(lists.changed(content, "Daten", cells))})["Location"]
        assert_query_count("import_preview", leading, preview)
        writing = client_as(Role.REPORTER, unit)
        assert_query_count("reports_workbook", writing, f"{reverse('ratings:reports_workbook')}?runde={running.slug}")


def test_without_a_file_the_page_says_so_on_top_and_at_the_field(coordinator: Any) -> None:
    round_ = make.round()
    response = coordinator.post(reverse("ratings:import_data", args=[round_.slug]), {})
    page = response.content.decode()
    assert response.status_code == 422
    assert 'id="fehler"' in page
    assert '<a href="#id_file">Wählen Sie eine Datei.</a>' in page
