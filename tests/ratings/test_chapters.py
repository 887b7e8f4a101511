"""The pages of the report's chapters: what is sent is saved or shown again, never lost (DESIGN.md, rule 7)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from goals.models import Role
from ratings.appendix import freeze, live_appendix
from ratings.models import ChapterTexts, FieldSummary, ReportingRound, Section
from ratings.states import RoundState
from ratings.summaries import chapters, save_text
from tests import factories as make
from tests.conftest import SignedInClient
from tests.query_counts import QueryCounts

pytestmark = pytest.mark.django_db

SignIn = Callable[..., SignedInClient]


@pytest.fixture
def round_() -> ReportingRound:
    """A running round with one Handlungsfeld, one Ziel and a Kurzfassung."""
    round_ = make.round()
    make.submission(make.report(make.measure("9.1", concept=round_.concept), round=round_), summary="Zwei Kurse laufen.")
    return round_


def address(round_: ReportingRound, slug: str = "fazit", part: str = "") -> str:
    return reverse(f"ratings:chapter{part}", args=[round_.slug, slug])


def field_slug(round_: ReportingRound) -> str:
    return next(chapter.slug for chapter in chapters(round_) if chapter.section == Section.FIELD)


def page(client: Client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def send(client: Client, url: str, text: str, version: str = "0", status: int = 302, **data: str) -> str:
    response = client.post(url, {"text": text, "version": version} | data)
    assert response.status_code == status
    return response.content.decode()


def text_of(round_: ReportingRound, section: Section = Section.CONCLUSION) -> str:
    return FieldSummary.objects.get(round=round_, section=section).text


# --- list and editor ---------------------------------------------------------------------------------------------------------


def test_the_list_says_how_far_each_chapter_is(coordinator: SignedInClient, round_: ReportingRound) -> None:
    save_text(round_.pk, Section.CONCLUSION, None, "# Fazit\n\nDrei Wörter stehen hier.", version=0, user=coordinator.user)
    text = page(coordinator, reverse("ratings:chapters", args=[round_.slug]))
    assert "1 von 4 Kapiteln begonnen" in text
    assert "5 Wörter" in text
    assert text.count(">leer<") == 3
    assert "zu 1 von 1 Maßnahme<" in text


def test_the_editor_shows_text_preview_and_material(coordinator: SignedInClient, round_: ReportingRound) -> None:
    slug = field_slug(round_)
    send(coordinator, address(round_, slug), "# Kurse\n\nEs laufen:\n- zwei <b>Kurse</b>")
    text = page(coordinator, address(round_, slug))
    for part in (
        ">Kurse</h3>",
        '<li dir="auto">zwei &lt;b&gt;Kurse&lt;/b&gt;</li>',
        "Zwei Kurse laufen.",
        "Zwei Kurse laufen (Ziel 9).",
        "Vorschlagstext anhängen",
        'name="version" value="1"',
    ):
        assert part in text, part
    # A marker at the start of the text would be lost to the browser without the line end after the tag.
    assert ">\n# Kurse" in coordinator.get(address(round_, slug)).content.decode()


def test_a_round_without_ratings_has_chapters_without_ratings(coordinator: SignedInClient) -> None:
    round_ = make.round(has_ratings=False)
    make.submission(make.report(make.measure("9.1", concept=round_.concept), round=round_), summary="Läuft.")
    for slug in ("methode", field_slug(round_), "fazit"):
        text = page(coordinator, address(round_, slug))
        assert 'class="rating' not in text
        assert "Verteilung" not in text


def test_the_draft_is_added_and_replaces_nothing(coordinator: SignedInClient, round_: ReportingRound) -> None:
    url = address(round_, field_slug(round_))
    assert "Vorschlagstext einfügen" in page(coordinator, url)
    send(coordinator, url, " \n", action="draft")
    assert text_of(round_, Section.FIELD) == "Zwei Kurse laufen (Ziel 9)."
    send(coordinator, url, "Eigener Satz.\n", version="1", action="draft")
    assert text_of(round_, Section.FIELD) == "Eigener Satz.\n\nZwei Kurse laufen (Ziel 9)."


def test_the_draft_does_not_stand_there_twice_and_is_taken_out_again(coordinator: SignedInClient, round_: ReportingRound) -> None:
    url = address(round_, field_slug(round_))
    added = coordinator.post(url, {"text": "Eigener Satz.", "version": "0", "action": "draft"})["Location"]
    opened = coordinator.get(added).content.decode()
    assert 'data-cursor="15"' in opened
    assert "Einfügen rückgängig" in opened
    assert "Vorschlagstext anhängen" not in opened
    both = "Eigener Satz.\n\nZwei Kurse laufen (Ziel 9)."
    send(coordinator, url, both, version="1", action="draft")
    assert "stand schon in Ihrem Text" in page(coordinator, url)
    assert text_of(round_, Section.FIELD) == both
    later = f"{both}\n\nDanach."
    send(coordinator, url, later, version="1", action="undraft")
    assert "wieder entfernt" in page(coordinator, url)
    assert text_of(round_, Section.FIELD) == "Eigener Satz.\n\nDanach."


def test_a_draft_that_was_worked_on_stays(coordinator: SignedInClient, round_: ReportingRound) -> None:
    url = address(round_, field_slug(round_))
    send(coordinator, url, "Zwei Kurse laufen seit 2025.", action="undraft")
    assert "entfernt wurde nichts" in page(coordinator, url)
    assert text_of(round_, Section.FIELD) == "Zwei Kurse laufen seit 2025."


def test_without_material_there_is_no_draft(coordinator: SignedInClient) -> None:
    round_ = make.round()
    make.report(make.measure("9.1", concept=round_.concept), round=round_)
    url = address(round_, field_slug(round_))
    assert "noch keine Einheit eine Kurzfassung" in page(coordinator, url)
    send(coordinator, url, "Bleibt.", action="draft")
    assert text_of(round_, Section.FIELD) == "Bleibt."


def test_the_jour_fixe_reads(recorder: SignedInClient, round_: ReportingRound) -> None:
    save_text(round_.pk, Section.CONCLUSION, None, "Der Text.", version=0, user=make.member(Role.COORDINATOR))
    text = page(recorder, address(round_))
    assert "Die Kapitel schreibt die Evaluationsleitung." in text
    assert "Der Text." in text
    assert "<textarea" not in text
    assert "Vorschlagstext" not in text


def test_released_chapters_are_locked_with_the_reason(coordinator: SignedInClient, round_: ReportingRound) -> None:
    send(coordinator, address(round_), "Endgültig.")
    ReportingRound.objects.filter(pk=round_.pk).update(state=RoundState.CLOSED)
    snapshot = make.snapshot(round_, data=freeze(live_appendix(round_, with_texts=True)))
    step = reverse("ratings:round_step", args=[round_.slug])
    assert coordinator.post(step, {"step": "release", "version": snapshot.version}).status_code == 302
    assert ChapterTexts.objects.get().snapshot == snapshot
    text = page(coordinator, address(round_))
    assert "Fassung 1 ist seit dem" in text
    assert "<textarea" not in text
    assert "Mein später Text." in send(coordinator, address(round_), "Mein später Text.", "1", 409)
    assert text_of(round_) == "Endgültig."


@pytest.mark.parametrize(
    "slug", ["handlungsfeld-0", "handlungsfeld-999999999999999999999", "handlungsfeld-", "einleitung2", "field", "None"]
)
def test_chapters_that_do_not_exist(coordinator: SignedInClient, round_: ReportingRound, slug: str) -> None:
    page(coordinator, address(round_, slug), 404)
    for part in ("", "_autosave", "_preview"):
        send(coordinator, address(round_, slug, part), "Text", status=404)
    assert not FieldSummary.objects.exists()


def test_a_field_of_another_konzept_is_not_there(coordinator: SignedInClient, round_: ReportingRound) -> None:
    foreign = f"handlungsfeld-{make.action_field(make.concept()).pk}"
    page(coordinator, address(round_, foreign), 404)
    send(coordinator, address(round_, foreign), "Text", status=404)


# --- conflict and refusal ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["0", "1", "", "x", "9" * 30, "²", "-1"])
def test_a_stale_page_shows_both_texts(coordinator: SignedInClient, round_: ReportingRound, version: str) -> None:
    other = make.member(Role.COORDINATOR)
    for number, text in enumerate(("Alt.", "Von nebenan.")):
        save_text(round_.pk, Section.CONCLUSION, None, text, version=number, user=other)
    answer = send(coordinator, address(round_), "Von mir.", version, 409)
    assert "Von mir." in answer
    assert "Von nebenan." in answer
    assert str(other) in answer
    assert text_of(round_) == "Von nebenan."
    # „Meine Fassung speichern“ names the version that was shown.
    send(coordinator, address(round_), "Von mir.", "2")
    assert text_of(round_) == "Von mir."


@pytest.mark.parametrize("role", [Role.RECORDER, Role.BOARD, Role.REPORTER, Role.APPROVER])
def test_who_may_not_write_gets_the_text_back(client_as: SignIn, round_: ReportingRound, role: Role) -> None:
    client = client_as(role)
    assert "Mühsam geschrieben." in send(client, address(round_), "Mühsam geschrieben.", status=403)
    assert "Mühsam geschrieben." in send(client, address(round_), "Mühsam geschrieben.", status=403, action="draft")
    answer = client.post(address(round_, part="_autosave"), {"text": "x", "version": "0"})
    assert (answer.status_code, answer.json()["error"]) == (409, "refused")
    assert not FieldSummary.objects.exists()


def test_an_expired_sign_in_shows_the_text_again(round_: ReportingRound) -> None:
    assert "Mühsam geschrieben." in send(Client(), address(round_), "Mühsam geschrieben.", status=403)
    headers = {"Accept": "application/json", "X-Requested-With": "fetch"}
    answer = Client(headers=headers).post(address(round_, part="_autosave"), {"text": "x", "version": "0"})
    assert (answer.status_code, answer.json()["error"]) == (401, "signed_out")


def test_autosave_counts_on_and_tells_of_a_conflict(coordinator: SignedInClient, round_: ReportingRound) -> None:
    url = address(round_, part="_autosave")
    for number, text in enumerate(("a", "ab", "abc")):
        assert coordinator.post(url, {"text": text, "version": str(number)}).json()["version"] == number + 1
    answer = coordinator.post(url, {"text": "veraltet", "version": "1"})
    assert (answer.status_code, answer.json()["error"], answer.json()["version"]) == (409, "conflict", 3)
    assert text_of(round_) == "abc"


# --- bad input ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "saved"),
    [
        pytest.param("a\x00b\x1bc", "abc", id="control characters"),
        pytest.param("x\u202ey", "xy", id="bidi override"),
        pytest.param("مرحبا (Ziel 9)", "مرحبا (Ziel 9)", id="right to left"),
        pytest.param("</textarea><script>alert(1)</script>", "</textarea><script>alert(1)</script>", id="markup"),
        pytest.param("{{ request }} {% csrf_token %}", "{{ request }} {% csrf_token %}", id="template"),
        pytest.param("w " * 500_000, "w " * 500_000, id="huge"),
    ],
)
def test_any_text_is_kept_and_shown(coordinator: SignedInClient, round_: ReportingRound, text: str, saved: str) -> None:
    send(coordinator, address(round_), text)
    assert text_of(round_) == saved
    shown = coordinator.get(address(round_)).content.decode()
    assert "<script>alert" not in shown
    preview = coordinator.post(address(round_, part="_preview"), {"text": text})
    assert preview.status_code == 200
    assert "<script>alert" not in preview.content.decode()
    assert coordinator.get(reverse("ratings:chapters", args=[round_.slug])).status_code == 200
    send(coordinator, address(round_), f"{text} anders", "0", 409)


def test_nothing_sent_is_an_empty_text(coordinator: SignedInClient, round_: ReportingRound) -> None:
    assert coordinator.post(address(round_), {}).status_code == 302
    assert text_of(round_) == ""


def test_the_preview_saves_nothing(coordinator: SignedInClient, round_: ReportingRound) -> None:
    answer = coordinator.post(address(round_, part="_preview"), {"text": "## Neu\n\n1. a\n2. b"})
    assert ">Neu</h4>" in answer.content.decode()
    assert "3 Wörter" in answer.content.decode()
    assert not FieldSummary.objects.exists()


# --- ways in and cost --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "state", "shown"),
    [
        (Role.COORDINATOR, RoundState.OPEN, True),
        (Role.BOARD, RoundState.CLOSED, True),
        (Role.COORDINATOR, RoundState.PREPARING, False),
        (Role.REPORTER, RoundState.OPEN, False),
    ],
)
def test_the_way_in_is_on_the_page_of_the_round(client_as: SignIn, role: Role, state: RoundState, shown: bool) -> None:
    round_ = make.round(state=state)
    link = reverse("ratings:chapters", args=[round_.slug])
    assert (link in page(client_as(role), reverse("ratings:round", args=[round_.slug]))) == shown


@pytest.mark.parametrize("measures", [1, 4])
def test_queries_do_not_grow(coordinator: SignedInClient, assert_query_count: QueryCounts, measures: int) -> None:
    round_ = make.filled_round(measures)
    for _ in range(measures):
        make.action_field(round_.concept)
    for chapter in chapters(round_):
        save_text(round_.pk, chapter.section, chapter.field_id, "Text", version=0, user=coordinator.user)
    assert_query_count("chapters", coordinator, reverse("ratings:chapters", args=[round_.slug]))
    assert_query_count("chapter: Handlungsfeld", coordinator, address(round_, field_slug(round_)))
    assert_query_count("chapter: Fazit", coordinator, address(round_))
    data: dict[str, Any] = {"text": "Anders", "version": "1"}
    assert_query_count("chapter: autosave", coordinator, address(round_, part="_autosave"), method="post", data=data)
