"""The Verlauf of a Maßnahme: what stands there, for whom, and with whose name."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from goals.models import Measure, OrgUnit, Role
from ratings import deadlines
from ratings.history_words import read_act
from ratings.models import ReportingRound
from ratings.states import ReportState, RoundState
from tests import factories as make
from tests.ratings.history_story import DRAFT, INNER, events, person, plain, told_story
from tests.ratings.measure_page import SECRET, address, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Measure:
    return told_story()


def test_the_timeline_tells_everything_newest_first(story: Measure, board: Any) -> None:
    response = board.get(address(story, "history", runde="runde-2026"))
    assert events(response) == [
        "Rückfrage erledigt",
        "Neu abgestimmt",
        "Antwort der Einheit",
        "Einreichung 2",
        "Zur Freigabe gegeben",
        "Rückfrage",
        "Abgestimmt",
        "Einreichung 1",
        "Zur Freigabe gegeben",
        "In der Einheit zurückgegeben",
        "Zur Freigabe gegeben",
        "Bericht begonnen",
        "Bericht angefordert",
    ]
    text = plain(response)
    assert "Es gibt gestrichen: 40 Ende gestrichen neu: 55 Ende neu Plätze in Übergangsgruppen." in text
    assert "Verglichen mit Einreichung 1:" in text
    assert "Routine ja → geändert in nein" in text
    assert "Art der Hemmnisse keine → geändert in fehlendes Personal" in text
    assert "Läuft gestrichen: gut Ende gestrichen neu: schlechter Ende neu ." in text
    assert "beruht auf Einreichung 2 (FD Jugend)" in text
    assert "Wie viele warten?" in text
    assert "Es warten 12." in text


# Who reads which names: of the unit and of the minutes; and why the unit's approver sent the draft back.
NAMES: list[tuple[str, bool, bool, bool]] = [
    ("rita", True, False, True),
    ("fred", True, False, True),
    ("paul", False, True, False),
    ("lena", True, True, False),
    ("board", False, False, False),
    ("another unit", False, False, False),
]


@pytest.mark.parametrize(("who", "unit_names", "minutes_names", "inner_reason"), NAMES, ids=[row[0] for row in NAMES])
def test_names_and_drafts(
    story: Measure, client_as: Any, who: str, unit_names: bool, minutes_names: bool, inner_reason: bool
) -> None:
    roles = {"board": Role.BOARD, "another unit": Role.REPORTER}
    client = client_as(roles[who]) if who in roles else client_as(user=person(who))
    text = plain(client.get(address(story, "history", runde="runde-2026"))).split("Neuestes zuerst")[1]
    assert [name in text for name in ("Rita Rot", "Fred Frei")] == [unit_names] * 2
    assert [name in text for name in ("Paul Proto", "Lena Leit")] == [minutes_names] * 2
    assert (INNER in text) == inner_reason
    assert SECRET not in text
    assert DRAFT not in text


def test_the_first_submission_is_compared_with_the_round_before(board: Any) -> None:
    concept = make.concept()
    measure, unit = make.measure("20.1", concept=concept), make.unit()
    opened = date.today() - timedelta(days=400)  # noqa: DTZ011  a day in the past, whichever
    closed = make.round(concept, state=RoundState.CLOSED, title="Runde 2025", opens_on=opened, due_on=opened)
    old = make.report(measure, unit, round=closed)
    make.submission(old, situation="Es gibt zehn Gruppen.")
    new = make.report(measure, unit, round=make.round(concept))
    make.submission(new, situation="Es gibt zwölf Gruppen.")
    text = plain(board.get(address(measure, "history")))
    assert "Verglichen mit dem Bericht in „Runde 2025“:" in text
    assert "Es gibt gestrichen: zehn Ende gestrichen neu: zwölf Ende neu Gruppen." in text


def test_a_withdrawn_submission_is_read_in_its_unit_only(client_as: Any) -> None:
    report = make.report(state=ReportState.DRAFT, retracted=True)
    make.submission(report, situation="Zurückgenommen.", summary="Kurz zurückgenommen.")
    shown = address(report.measure, "history")
    assert "zurückgenommen." in plain(client_as(Role.REPORTER, report.unit).get(shown))
    for role in (Role.BOARD, Role.COORDINATOR):
        text = plain(client_as(role).get(shown))
        assert "Einreichung 1" in text
        assert "urückgenommen." not in text


def test_a_round_without_ratings_says_nothing_about_grades(board: Any) -> None:
    measure = make.measure()
    report = make.report(measure, round=make.round(measure.concept, has_ratings=False))
    make.submission(report, grade=None)
    make.submission(report, grade=None, situation="Anders.")
    text = plain(board.get(address(measure, "history")))
    assert "Anders" in text
    assert "Vorschlag" not in text
    assert "ohne Grad" not in text


def test_readers_find_no_history(story: Measure, reader: Any) -> None:
    assert reader.get(address(story, "history")).status_code == 404
    assert reader.get(reverse("ratings:round_log", args=["runde-2026"])).status_code == 404


def test_the_measure_links_to_its_history_for_those_inside(story: Measure, board: Any, coordinator: Any, reader: Any) -> None:
    link = address(story, "history", runde="runde-2026")
    assert link in text_of(board.get(address(story)))
    assert link not in text_of(reader.get(address(story)))
    log = reverse("ratings:round_log", args=["runde-2026"])
    assert log in text_of(coordinator.get(reverse("ratings:round", args=["runde-2026"])))
    assert log not in text_of(board.get(reverse("ratings:round", args=["runde-2026"])))


@pytest.mark.parametrize(
    ("what", "state", "title", "reason"),
    [
        ("Einreichen", "submitted", "Eingereicht", ""),
        ("Einreichen", "awaiting_approval", "Zur Freigabe gegeben", ""),
        ("Mit Rückfrage zurückgeben: Wie viele: 3?", "returned", "Mit Rückfrage zurückgegeben", "Wie viele: 3?"),
        ("Zurückgeben: Bitte kürzen.", "returned", "In der Einheit zurückgegeben", "Bitte kürzen."),
        ("„A“ ist in „B“ aufgegangen.", "entfallen", "Entfallen", "„A“ ist in „B“ aufgegangen."),
        ("wieder zuständig", "open", "Wieder zuständig", ""),
        ("Bericht angefordert", "open", "Bericht angefordert", ""),
        (None, "open", "Geändert", ""),
    ],
)
def test_entries_in_words(what: str | None, state: str, title: str, reason: str) -> None:
    act = read_act(what, state)
    assert (act.title, act.reason) == (title, reason)


@pytest.mark.parametrize(("who", "reads"), [("rita", True), ("paul", True), ("board", False)])
def test_the_timeline_tells_of_longer_deadlines(story: Measure, client_as: Any, who: str, reads: bool) -> None:
    """All read until when; why it was, which can be about somebody's absence, the unit and those who lead."""
    round_, lena, unit = ReportingRound.objects.get(slug="runde-2026"), person("lena"), OrgUnit.objects.get(slug="jugend")
    other, due = make.unit(), round_.due_on + timedelta(days=3)
    make.report(Measure.objects.get(concept=round_.concept, goal__number="21"), other, round=round_)
    deadlines.grant(round_, unit=unit, measure=None, due_on=due, reason="Personal fehlt", user=lena)
    deadlines.grant(round_, unit=other, measure=None, due_on=due, reason="Andere Einheit", user=lena)
    client = client_as(Role.BOARD) if who == "board" else client_as(user=person(who))
    response = client.get(address(story, "history", runde="runde-2026"))
    assert events(response).count(f"Frist verlängert bis {due:%d.%m.%Y}") == 1
    text = plain(response)
    assert "Fachdienst Jugend, für alle ihre Maßnahmen" in text
    assert ("Personal fehlt" in text) is reads
    assert "Andere Einheit" not in text


def test_queries_do_not_grow(client_as: Any, assert_query_count: Any) -> None:
    for size in (1, 4):
        concept = make.concept()
        measure = make.measure("20.1", concept=concept)
        round_ = make.round(concept)
        old = _round_before(round_)
        writer = make.user()
        for _ in range(size):
            unit = make.unit()
            make.submission(make.report(measure, unit, round=old), submitted_by=writer)
            report = make.report(measure, unit, round=round_)
            for text in ("eins", "zwei"):
                make.submission(report, situation=text, submitted_by=writer, approved_by=writer)
            make.inquiry(report, author=writer)
        rating = make.agreed_rating(measure, round=round_)
        for _ in range(size):
            rating.version += 1
            rating.save()
        person = client_as(Role.COORDINATOR)
        assert_query_count("history of a measure", person, address(measure, "history", runde=round_.slug))
        assert_query_count("log of a round", person, reverse("ratings:round_log", args=[round_.slug]) + "?q=a&art=bericht")


def _round_before(round_: ReportingRound) -> ReportingRound:
    opened = round_.opens_on - timedelta(days=365)
    return make.round(round_.concept, state=RoundState.CLOSED, opens_on=opened, due_on=opened, closes_on=opened)
