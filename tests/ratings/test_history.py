"""The Verlauf of a Maßnahme and the log of a round: what stands there, for whom, and with whose name."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from evalportal.accounts.models import User
from goals.models import Measure, Role
from ratings import agreement, inquiries, rounds, submitting, workflow
from ratings.agreement import Decided
from ratings.drafts import save_draft
from ratings.history_page import read_act
from ratings.models import ReportingRound, StatusReport, Submission
from ratings.scheme import Grade, Marker
from ratings.states import ReportState, RoundState
from ratings.workflow import Action
from tests import factories as make
from tests.ratings.measure_page import SECRET, address, text_of

pytestmark = pytest.mark.django_db

DRAFT = "Nur im Entwurf"
INNER = "Der Satz zur Probezeit fehlt"


@pytest.fixture
def story() -> Measure:
    """20.1 of a running round, through the real acts: handed in, returned with a question, handed in again, agreed twice.

    Rita Rot reports, Fred Frei approves, Paul Proto records, Lena Leit leads.
    """
    concept = make.concept()
    measure = make.measure("20.1", concept=concept, title="Kinderbetreuung sichern")
    make.measure("21.1", concept=concept)
    unit = make.unit(name="Fachdienst Jugend", short_name="FD Jugend", slug="jugend", requires_approval=True)
    make.responsibility(measure, unit)
    people = {
        "rita": make.member(Role.REPORTER, unit=unit, user=make.user("rita", first_name="Rita", last_name="Rot")),
        "fred": make.member(Role.APPROVER, unit=unit, user=make.user("fred", first_name="Fred", last_name="Frei")),
        "paul": make.member(Role.RECORDER, user=make.user("paul", first_name="Paul", last_name="Proto")),
        "lena": make.member(Role.COORDINATOR, user=make.user("lena", first_name="Lena", last_name="Leit")),
    }
    round_ = make.round(concept, title="Runde 2026", slug="runde-2026", state=RoundState.PREPARING)
    now = timezone.now() - timedelta(days=10)
    rounds.open_round(round_.pk, user=people["lena"], now=now)
    report = StatusReport.objects.get()
    first = make.content(grade=Grade.HIGH, situation="Es gibt 40 Plätze in Übergangsgruppen.", internal_note=SECRET)
    first |= {"routine": True, "as_of": timezone.localdate(now)}
    _hand_in(report, first, people, now + timedelta(days=1), inner_return=True)
    _agree(report, Grade.HIGH, people, now + timedelta(days=2), version=0, remark="Läuft gut.")
    inquiries.return_with_inquiry(report.pk, question="Wie viele warten?", user=people["paul"], now=now + timedelta(days=3))
    second = first | {"situation": "Es gibt 55 Plätze in Übergangsgruppen.", "grade": Grade.MEDIUM, "routine": False}
    second |= {
        "rationale": "Plätze fehlen.",
        "obstacle_category": "staff",
        "obstacles": "Leere Stelle.",
        "solution": "Ausschreiben.",
    }
    _hand_in(report, second | {"answer": "Es warten 12."}, people, now + timedelta(days=4))
    _agree(report, Grade.MEDIUM, people, now + timedelta(days=5), version=1, remark="Läuft schlechter.")
    inquiries.settle(report.inquiries.get().pk, user=people["paul"], now=now + timedelta(days=6))
    return measure


def _hand_in(report: Any, values: Any, people: Any, now: Any, *, inner_return: bool = False) -> None:
    rita, fred = people["rita"], people["fred"]
    version = report.draft.version if StatusReport.objects.filter(pk=report.pk, draft__isnull=False).exists() else 0
    if inner_return:
        save_draft(report.pk, values | {"situation": DRAFT, "unparsed": {}}, version=0, user=rita, now=now)
        submitting.submit(report.pk, user=rita, now=now)
        workflow.apply(report.pk, Action.RETURN, user=fred, reason=INNER, now=now + timedelta(minutes=1))
        version = 1
    report.refresh_from_db()
    _, draft = save_draft(report.pk, values | {"unparsed": {}}, version=version, user=rita, now=now + timedelta(minutes=2))
    submitting.submit(report.pk, user=rita, version=draft.version, now=now + timedelta(minutes=3))
    submitting.approve(report.pk, user=fred, version=draft.version, now=now + timedelta(minutes=4))
    report.refresh_from_db()


def _agree(report: Any, grade: Grade, people: Any, now: Any, *, version: int, remark: str) -> None:
    newest = Submission.objects.newest().get(report=report)
    decided = Decided(grade=grade, markers={Marker.CONTINUE: True}, remark=remark)
    agreement.agree(
        round_id=report.round_id, measure=report.measure, decided=decided, version=version, seen=[newest.pk],
        user=people["paul"], now=now,
    )  # fmt: skip


def plain(response: Any) -> str:
    """The text of the page as it is read aloud: no elements, white space in one."""
    assert response.status_code == 200, response.status_code
    return " ".join(re.sub(r"<[^>]+>", " ", text_of(response)).split())


def events(response: Any) -> list[str]:
    return [event.title for event in response.context["page"].events]


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
    client = client_as(roles[who]) if who in roles else client_as(user=_person(who))
    text = plain(client.get(address(story, "history", runde="runde-2026"))).split("Neuestes zuerst")[1]
    assert [name in text for name in ("Rita Rot", "Fred Frei")] == [unit_names] * 2
    assert [name in text for name in ("Paul Proto", "Lena Leit")] == [minutes_names] * 2
    assert (INNER in text) == inner_reason
    assert SECRET not in text
    assert DRAFT not in text


def _person(username: str) -> Any:
    return User.objects.get(username=username)


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


# The log of a round


def log_url(**query: str) -> str:
    return reverse("ratings:round_log", args=["runde-2026"]) + ("?" + "&".join(f"{k}={v}" for k, v in query.items()))


def logged(response: Any) -> list[str]:
    assert response.status_code == 200
    return [row.record.what for row in response.context["table"].rows]


def test_the_log_is_for_the_evaluationsleitung(story: Measure, board: Any, recorder: Any, reporter: Any) -> None:
    for client in (board, recorder, reporter):
        response = client.get(log_url())
        assert response.status_code == 403
        assert "nur die Evaluationsleitung" in text_of(response)


FILTERS: list[tuple[str, dict[str, str], list[str]]] = [
    ("the round", {"art": "runde"}, ["Runde angelegt", "Runde geöffnet"]),
    ("ratings", {"art": "bewertung"}, ["Neu abgestimmt: vorher hoch, jetzt mittel", "Abgestimmt: hoch"]),
    ("questions", {"art": "rueckfrage"}, ["Rückfrage erledigt", "Antwort der Einheit", "Frage an die Einheit"]),
    ("text without case and marks", {"q": "WARTEN", "art": "rueckfrage"}, ["Antwort der Einheit", "Frage an die Einheit"]),
    ("the title of the Maßnahme", {"q": "kinderbetreuung angefordert"}, ["Bericht angefordert"]),
    ("a Maßnahme", {"massnahme": "20.1", "art": "bewertung", "q": "schlechter"}, ["Neu abgestimmt: vorher hoch, jetzt mittel"]),
    ("a Ziel", {"massnahme": "20", "q": "angefordert"}, ["Bericht angefordert"]),
    ("another Maßnahme", {"massnahme": "21.1"}, []),
    ("a unit", {"einheit": "jugend", "q": "angefordert"}, ["Bericht angefordert"]),
    ("no name is found", {"q": "Rita"}, []),
    ("no reason from inside a unit", {"q": "Probezeit"}, []),
    ("what is not readable is left out", {"von": "gestern", "art": "runde", "q": "geöffnet"}, ["Runde geöffnet"]),
]  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), [row[1:] for row in FILTERS], ids=[row[0] for row in FILTERS])
def test_filters_of_the_log(story: Measure, coordinator: Any, query: dict[str, str], expected: list[str]) -> None:
    assert logged(coordinator.get(log_url(**query))) == expected


def test_the_log_by_date(story: Measure, coordinator: Any) -> None:
    day = (timezone.localdate() - timedelta(days=8)).isoformat()
    assert logged(coordinator.get(log_url(von=day, bis=day))) == ["Abgestimmt: hoch"]
    response = coordinator.get(log_url(von="2026-02-01", bis="2026-01-01"))
    assert logged(response) == []
    assert "„Von“ liegt nach „Bis“" in text_of(response)
    assert "Der Filter „Von“ wird nicht angewendet" in text_of(coordinator.get(log_url(von="gestern")))


def test_the_log_shows_responsibilities_and_who(story: Measure, coordinator: Any) -> None:
    make.responsibility(story, make.unit(name="Volkshochschule"))
    text = plain(coordinator.get(log_url(art="zustaendigkeit")))
    assert "Zuständig: Zuarbeit" in text
    assert "Volkshochschule" in text
    assert "Rita Rot" in plain(coordinator.get(log_url(q="begonnen")))
    assert "wer" not in coordinator.get(log_url()).context["filterset"].filters


def test_the_log_comes_in_pages_and_keeps_its_filter(coordinator: Any) -> None:
    round_ = make.round(slug="runde-2026")
    unit = make.unit()
    for number in range(1, 61):
        make.report(make.measure(f"{number}.1", concept=round_.concept), unit, round=round_)
    first = coordinator.get(log_url(art="bericht", sort="massnahme"))
    assert [row.record.number for row in first.context["table"].paginated_rows][:2] == ["1.1", "2.1"]
    assert len(first.context["table"].paginated_rows) == 50
    assert "Seite 1 von 2" in text_of(first)
    assert re.search(r'href="\?[^"]*art=bericht[^"]*seite=2', text_of(first))
    second = coordinator.get(log_url(art="bericht", sort="massnahme", seite="2"))
    assert [row.record.number for row in second.context["table"].paginated_rows] == [f"{n}.1" for n in range(51, 61)]
    for broken in ("99", "x"):
        assert coordinator.get(log_url(seite=broken)).status_code == 200


def test_the_log_of_another_round_is_not_mixed_in(story: Measure, coordinator: Any) -> None:
    other = make.report()
    make.submission(other)
    assert {row.record.number for row in coordinator.get(log_url()).context["table"].rows} <= {"", "20.1", "21.1"}


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
