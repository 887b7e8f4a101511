"""A table meets the rounds: what is held stays and says why, changed responsibilities are carried over, all or nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from evalportal.accounts.models import User
from goals.imports import check_book
from goals.imports.plan import to_plain
from goals.models import ActionField, Concept, ConceptImport, Measure, Role
from ratings.concept_update import changes_of, effects_of, take_over
from ratings.models import FieldSummary, ReportingRound, StatusReport
from ratings.states import ReportState, RoundState
from ratings.workflow import Impossible
from tests import factories as make
from tests.conftest import SignedInClient
from tests.goals.tables import ALL, grown, known, plain_csv, row, table
from tests.query_counts import QueryCounts

pytestmark = pytest.mark.django_db

SignIn = Callable[..., SignedInClient]


def pending(concept: Concept, user: User, *changed: tuple[object, ...], order: tuple[str, ...] = ALL) -> ConceptImport:
    plan = check_book(table(*changed, order=order), concept=concept)
    return ConceptImport.objects.create(
        user=user, concept=concept, file_name="k.xlsx", plan=to_plain(plan), created_at=timezone.now()
    )


def reported(concept: Concept, key: str = "k11", state: ReportState = ReportState.SUBMITTED) -> ReportingRound:
    """An open round in which the lead of the Maßnahme has a report in `state`."""
    return make.report(concept.measures.get(key=key), state=state).round


HELD = [
    ("title", [known("k11", "1.1", TITLE="Neu")], "H2", "Gesperrt: 1.1 Titel 11. Zu dieser Maßnahme hat FD"),
    ("position", [known("k11", "1.3")], "G2", "Die Sperre endet, wenn die Evaluationsleitung"),
    ("another goal", [known("k11", "2.3")], "D2", "Gesperrt: 1.1"),
    ("text of the goal", [known(f"k1{n}", f"1.{n}", TEXT="Neu") for n in (1, 2)], "E2", "mit einer Begründung berichtigen"),
    ("number of the goal", [known(f"k1{n}", f"7.{n}", TEXT="Text 1") for n in (1, 2)], "D2", "Gesperrt: Ziel 1"),
]


@pytest.mark.parametrize(("what", "changed", "place", "part"), HELD, ids=[case[0] for case in HELD])
def test_what_is_reported_on_is_held(what: str, changed: list[tuple[object, ...]], place: str, part: str) -> None:
    concept, user = grown(), make.member(Role.COORDINATOR)
    reported(concept)
    upload = pending(concept, user, *changed)
    found = changes_of(upload, concept)
    assert [fault.place for fault in found.obstacles] == [place]
    assert part in found.obstacles[0].text
    with pytest.raises(Impossible):
        take_over(upload.pk, expected=found.digest, user=user)
    assert concept.measures.get(key="k11").title == "Titel 11"


@pytest.mark.parametrize(
    ("state", "changed"),
    [
        (ReportState.DRAFT, known("k11", "1.1", TITLE="Neu")),
        (ReportState.SUBMITTED, known("k12", "1.2", TITLE="Neu")),
        (ReportState.SUBMITTED, known("k11", "1.1", MANDATORY="ja")),
    ],
)
def test_everything_else_may_change(state: ReportState, changed: tuple[object, ...]) -> None:
    concept, user = grown(), make.member(Role.COORDINATOR)
    reported(concept, state=state)
    upload = pending(concept, user, changed)
    # The unit that reports stands in the Konzept and not in the table: only the columns that are there count.
    found = changes_of(upload, concept)
    assert found.obstacles == []


def test_responsibilities_reach_the_running_round() -> None:
    concept, user = grown(), make.member(Role.COORDINATOR)
    old = make.unit(name="Alt", is_active=False, successor=make.unit(name="Nachfolge"))
    make.unit(name="Fachdienst Neu")
    round_ = make.round(concept)
    make.report(concept.measures.get(key="k31"), round=round_)
    Measure.objects.get(key="k11").responsibilities.create(unit=old, role="lead")
    rows = [
        known("k11", "1.1", LEAD="Alt"),
        known("k12", "1.2", LEAD="Fachdienst Neu"),
        row(GOAL="4", TEXT="Text 4", TITLE="Ganz neu", LEAD="Nachfolge", CONTRIBUTING="Fachdienst Neu"),
    ]
    upload = pending(concept, user, *rows)
    found = changes_of(upload, concept)
    assert [(effect.round, effect.added, effect.dropped) for effect in effects_of(found)] == [(round_, 3, 1)]
    take_over(upload.pk, expected=found.digest, user=user)
    reports = StatusReport.objects.filter(round=round_).select_related("measure", "unit")
    assert {(report.measure.title, report.unit.name, report.state) for report in reports if report.measure.key != "k31"} == {
        ("Titel 11", "Nachfolge", "open"),
        ("Titel 12", "Fachdienst Neu", "open"),
        ("Ganz neu", "Nachfolge", "open"),
        ("Ganz neu", "Fachdienst Neu", "open"),
    }
    assert reports.get(measure__key="k31").state == ReportState.DROPPED
    assert not ConceptImport.objects.exists()


def test_only_what_was_seen_is_taken_over() -> None:
    concept, user = grown(), make.member(Role.COORDINATOR)
    upload = pending(concept, user, known("k11", "1.1", TITLE="Neu"))
    seen = changes_of(upload, concept).digest
    measure = concept.measures.get(key="k11")
    measure.title = "Inzwischen anders"
    measure.save()
    with pytest.raises(Impossible, match="Inzwischen"):
        take_over(upload.pk, expected=seen, user=user)
    take_over(upload.pk, expected=changes_of(upload, concept).digest, user=user)
    assert concept.measures.get(key="k11").title == "Neu"


def test_rights_are_asked_again() -> None:
    concept, user = grown(), make.member(Role.COORDINATOR)
    upload = pending(concept, user, known("k11", "1.1", TITLE="Neu"))
    user.memberships.all().delete()
    with pytest.raises(PermissionDenied):
        take_over(upload.pk, expected=changes_of(upload, concept).digest, user=user)


def test_an_emptied_field_with_a_chapter_stays() -> None:
    concept, user = grown(), make.member(Role.COORDINATOR)
    field = ActionField.objects.get(concept=concept, title="Verkehr")
    FieldSummary.objects.create(
        round=make.round(concept, state=RoundState.CLOSED), section="field", field=field, edited_by=user, edited_at=timezone.now()
    )
    upload = pending(concept, user, known("k31", "2.3"))
    take_over(upload.pk, expected=changes_of(upload, concept).digest, user=user)
    assert list(field.challenges.all()) == []
    assert concept.action_fields.count() == 2


def test_from_upload_to_the_changed_konzept(client_as: SignIn, assert_query_count: QueryCounts) -> None:
    concept = grown()
    client = client_as(Role.COORDINATOR, concept=concept)
    start = f"/konzepte/{concept.slug}/tabelle/"
    rows = [known(*name.split()) for name in ALL[1:]]
    content = plain_csv(known("k11", "1.1", TITLE="Übergänge gestalten"), *rows)
    page = client.post(start, {"file": SimpleUploadedFile("k.csv", content)})
    assert page.status_code == 302
    shown: Any = assert_query_count("concept_update", client, page["Location"], most=16)
    preview = shown.content.decode()
    assert "Titel 11</del>" in preview
    assert "Übergänge gestalten</ins>" in preview
    digest = preview.split('name="expected" value="')[1].split('"')[0]
    assert client.post(page["Location"], {"expected": "x"}).status_code == 409
    assert client.post(page["Location"], {"expected": digest})["Location"] == f"/konzepte/{concept.slug}/"
    assert concept.measures.get(key="k11").title == "Übergänge gestalten"
    assert client.post(page["Location"], {"expected": digest}).status_code == 404


def test_the_preview_says_what_is_held(coordinator: SignedInClient) -> None:
    concept = grown()
    reported(concept)
    content = plain_csv(known("k11", "1.1", TITLE="Neu"), *(known(*name.split()) for name in ALL[1:]))
    address = coordinator.post(f"/konzepte/{concept.slug}/tabelle/", {"file": SimpleUploadedFile("k.csv", content)})["Location"]
    page = coordinator.get(address).content.decode()
    assert "Gesperrt: 1.1 Titel 11" in page
    assert "Alles übernehmen" not in page


def test_a_workbook_with_a_known_short_name_leads_to_its_konzept(coordinator: SignedInClient, client_as: SignIn) -> None:
    concept = grown()
    content = coordinator.get(f"/konzepte/{concept.slug}/konzept.xlsx")
    data = b"".join(content.streaming_content)  # type: ignore[attr-defined]
    page = coordinator.post("/konzepte/neu/", {"file": SimpleUploadedFile("k.xlsx", data)})
    assert page["Location"].startswith(f"/konzepte/{concept.slug}/tabelle/")
    assert "ändert nichts" in coordinator.get(page["Location"]).content.decode()
    assert client_as(Role.COORDINATOR, concept=make.concept()).post(f"/konzepte/{concept.slug}/tabelle/").status_code == 404
    assert client_as(Role.RECORDER).get(f"/konzepte/{concept.slug}/tabelle/").status_code == 403
