"""The log of a round: what stands there, for whom, how it is searched."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from goals.models import Measure, OrgUnit, Role
from ratings import deadlines, deputies, meeting_decisions, meetings, rounds, workflow
from ratings.agreement import Decided
from ratings.mail.reminders import remind
from ratings.models import AgendaOrigin, Inquiry, Meeting, ReportingRound, Submission, Supplement
from ratings.scheme import Grade, Marker
from ratings.states import InquiryState
from tests import factories as make
from tests.ratings.history_story import events, log_url, logged, person, plain, told_story
from tests.ratings.measure_page import address, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Measure:
    return told_story()


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
    ("with another ending", {"q": "fragen", "art": "rueckfrage"}, ["Frage an die Einheit"]),
    ("a number as text", {"q": "20.1", "art": "bewertung"}, ["Neu abgestimmt: vorher hoch, jetzt mittel", "Abgestimmt: hoch"]),
    ("the title of the Maßnahme", {"q": "kinderbetreuung angefordert"}, ["Bericht angefordert"]),
    ("a Maßnahme", {"massnahme": "20.1", "art": "bewertung", "q": "schlechter"}, ["Neu abgestimmt: vorher hoch, jetzt mittel"]),
    ("a Ziel", {"massnahme": "20", "q": "angefordert"}, ["Bericht angefordert"]),
    ("a Ziel in words", {"massnahme": "Ziel 20", "q": "angefordert"}, ["Bericht angefordert"]),
    ("another Maßnahme", {"massnahme": "21.1"}, []),
    ("a unit", {"einheit": "jugend", "q": "angefordert"}, ["Bericht angefordert"]),
    ("no name is found", {"q": "Rita"}, []),
    ("no reason from inside a unit", {"q": "Probezeit"}, []),
    ("what is not readable is left out", {"von": "gestern", "art": "runde", "q": "geöffnet"}, ["Runde geöffnet"]),
]  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), [row[1:] for row in FILTERS], ids=[row[0] for row in FILTERS])
def test_filters_of_the_log(story: Measure, coordinator: Any, query: dict[str, str], expected: list[str]) -> None:
    assert logged(coordinator.get(log_url(**query))) == expected


def test_the_log_tells_of_what_happens_around_the_reports(story: Measure, coordinator: Any) -> None:
    round_ = ReportingRound.objects.get(slug="runde-2026")
    lena, unit = person("lena"), OrgUnit.objects.get(slug="jugend")
    row = deadlines.grant(
        round_, unit=unit, measure=None, due_on=round_.due_on + timedelta(days=3), reason="Umzug des Amts", user=lena
    )
    until = f"{row.due_on:%d.%m.%Y}"
    deadlines.withdraw(row, user=lena)
    assert logged(coordinator.get(log_url(art="frist"))) == [
        f"Verlängerung zurückgezogen, galt bis {until}",
        f"Frist verlängert bis {until}",
    ]
    assert "Umzug des Amts" in plain(coordinator.get(log_url(q="umzug", einheit="jugend")))

    sitting = meetings.save(Meeting(round=round_, on=timezone.localdate(), place="Kreishaus"), user=lena)
    meetings.add(sitting.pk, [story.key], AgendaOrigin.HAND, user=lena)
    meetings.put_off(
        sitting.items.get().pk, user=lena, note=meetings.Note("Zahlen fehlen", meetings.note_stamp(sitting.items.get()))
    )
    meetings.hold(sitting.pk, user=lena)
    lines = logged(coordinator.get(log_url(art="sitzung")))
    assert lines[0] == "Sitzung beendet"
    assert set(lines) >= {"Sitzung angelegt", "Auf die Tagesordnung gesetzt", "Vertagt"}
    assert logged(coordinator.get(log_url(q="kreishaus"))) == ["Sitzung beendet", "Sitzung angelegt"]
    assert "Zahlen fehlen" in plain(coordinator.get(log_url(art="sitzung", massnahme="20.1")))

    bo = make.member(Role.REPORTER, user=make.user("bo", first_name="Bo", last_name="Springtein"))
    [place] = [place for place in deputies.places(person("rita")) if place.unit == unit]
    deputies.end(deputies.give(place, bo, from_on=timezone.localdate(), until_on=timezone.localdate(), user=lena), user=lena)
    assert logged(coordinator.get(log_url(art="vertretung"))) == ["Vertretung vorzeitig beendet", "Vertretung eingerichtet"]
    assert "Bo Springtein für Rita Rot" in plain(coordinator.get(log_url(art="vertretung", einheit="jugend")))
    assert logged(coordinator.get(log_url(q="Springtein"))) == [], "nobody is found by their name"


def test_a_decision_of_a_meeting_stands_in_the_log_once(story: Measure, coordinator: Any) -> None:
    round_, paul = ReportingRound.objects.get(slug="runde-2026"), person("paul")
    sitting = meetings.save(Meeting(round=round_, on=timezone.localdate()), user=paul)
    meetings.add(sitting.pk, [story.key], AgendaOrigin.HAND, user=paul)
    newest = Submission.objects.newest().get(report__measure=story)
    item = sitting.items.get()
    decided = Decided(grade=Grade.LOW, markers={Marker.ROUTINE: True}, reason="Zu wenig.")
    meeting_decisions.decide(item.pk, decided=decided, version=2, seen=[newest.pk], user=paul)
    meeting_decisions.undo(sitting.pk, item.pk, user=paul)
    titles = logged(coordinator.get(log_url(massnahme="20.1", von=timezone.localdate().isoformat())))
    assert titles[:3] == [
        "Entscheidung zurückgenommen: vorher gering, jetzt mittel",
        "Neu abgestimmt: vorher mittel, jetzt gering",
        "Auf die Tagesordnung gesetzt",
    ]
    assert "Kennzeichen: vorher Weiterführungsbedarf, jetzt Routine" in plain(coordinator.get(log_url(art="bewertung")))


def test_the_log_tells_of_reminders_and_versions(story: Measure, coordinator: Any) -> None:
    round_, lena = ReportingRound.objects.get(slug="runde-2026"), person("lena")
    other = make.unit(name="Volkshochschule")
    make.member(Role.REPORTER, unit=other)
    make.report(Measure.objects.get(concept=round_.concept, goal__number="21"), other, round=round_)
    remind(round_, [other.pk], user=lena)
    ReportingRound.objects.filter(pk=round_.pk).update(due_on=round_.due_on + timedelta(days=1))
    rounds.coordinate(round_.pk, user=lena)
    rounds.close(round_.pk, user=lena, confirmed=rounds.digest(rounds.gaps(round_)))
    text = plain(coordinator.get(log_url(art="mail")))
    assert "An Einheiten erinnert" in text
    assert logged(coordinator.get(log_url(q="erinnert volkshochschule"))) == ["An Einheiten erinnert"]
    text = plain(coordinator.get(log_url(art="runde")))
    assert "Fassung 1, 2 offene Punkte" in text
    assert f"Abgabe vorher bis {round_.due_on:%d.%m.%Y}, jetzt bis" in text


def test_a_supplement_and_an_answer_due_in_log_and_verlauf(story: Measure, coordinator: Any, board: Any) -> None:
    round_, thread, now = ReportingRound.objects.get(slug="runde-2026"), Inquiry.objects.get(), timezone.now()
    for number, reason in ((3, "verlängert"), (9, "weiter verlängert")):
        thread.due_on, thread.state = timezone.localdate() + timedelta(days=number), InquiryState.OPEN
        workflow.log(thread, user=person("paul"), now=now, what=reason)
        thread.save()
    Supplement.objects.create(
        round=round_, measure=story, reason="Zahl berichtigt", opened_at=now, finished_at=now, finished_by=person("lena")
    )
    first, second = (f"{timezone.localdate() + timedelta(days=number):%d.%m.%Y}" for number in (3, 9))
    titles = [f"Antwortfrist: vorher bis {first}, jetzt bis {second}", f"Antwort bis {first}"]
    assert logged(coordinator.get(log_url(art="rueckfrage")))[:2] == titles
    assert logged(coordinator.get(log_url(art="nachtrag"))) == ["Nachtrag verworfen", "Nachtrag geöffnet"]
    response = board.get(address(story, "history", runde="runde-2026"))
    assert set(events(response)) >= {*titles, "Nachtrag verworfen", "Nachtrag geöffnet"}
    assert "Zahl berichtigt" in plain(response)


STRANGE = [
    {"q": "x" * 100_000},
    {"q": "wort " * 5_000},
    {"q": "\x00"},
    {"q": "' OR 1=1 --", "art": "x", "einheit": "'", "massnahme": "9" * 5_000},
    {"von": "0001-01-01", "bis": "9999-12-31"},
    {"von": "99999-01-01", "bis": "-1"},
    {"seite": "9" * 5_000},
    {"seite": "-1", "per_page": "0"},
    {"sort": "gibt-es-nicht,-wer,--wann"},
    {"q": "<script>alert(1)</script>"},
]


@pytest.mark.parametrize("query", STRANGE, ids=range(len(STRANGE)))
def test_strange_input_of_the_search(query: dict[str, str], coordinator: Any) -> None:
    make.report(round=make.round(slug="runde-2026"))
    response = coordinator.get(reverse("ratings:round_log", args=["runde-2026"]), query)
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


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
    assert [row.record.number for row in first.context["page"]][:2] == ["1.1", "2.1"]
    assert len(first.context["page"]) == 50
    assert "Seite 1 von 2" in text_of(first)
    assert re.search(r'href="\?[^"]*art=bericht[^"]*seite=2', text_of(first))
    second = coordinator.get(log_url(art="bericht", sort="massnahme", seite="2"))
    assert [row.record.number for row in second.context["page"]] == [f"{n}.1" for n in range(51, 61)]
    for broken in ("99", "x"):
        assert coordinator.get(log_url(seite=broken)).status_code == 200


def test_the_log_of_another_round_is_not_mixed_in(story: Measure, coordinator: Any) -> None:
    other = make.report()
    make.submission(other)
    assert {row.record.number for row in coordinator.get(log_url()).context["table"].rows} <= {"", "20.1", "21.1"}
