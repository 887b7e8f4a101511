"""Who finds what: every kind, in its order, the same on both databases; never a draft and never what is not released (rule 8)."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from goals.models import Concept, Measure, Role
from ratings.models import Submission
from ratings.search import Kind, Question, kinds_for, search
from ratings.states import ReportState, RoundState
from tests import factories as make

pytestmark = pytest.mark.django_db

M, G, R, U = Kind.MEASURES, Kind.GOALS, Kind.REPORTS, Kind.UNITS
EMPTY: dict[Kind, list[str]] = {M: [], G: [], R: [], U: []}


@pytest.fixture
def case() -> SimpleNamespace:
    """Two Konzepte. The newer one is running; its Maßnahmen have reports of two units."""
    old = make.concept(slug="alt", period_start=date(2018, 1, 1), period_end=date(2022, 12, 31))
    new = make.concept(slug="neu", period_start=date(2023, 1, 1))
    vhs, caritas = make.unit(name="Volkshochschule", short_name="VHS"), make.unit(name="Caritasverband", short_name="Caritas")
    make.unit(name="Sprachenamt", short_name="SpA")
    first, second = make.action_field(new), make.action_field(new)
    late = make.goal("2", challenge=make.challenge(second), text="Übergänge von der Schule in den Beruf gelingen.")
    early = make.goal("20", challenge=make.challenge(first), text="Alle finden einen Sprachkurs.")
    make.measure(goal=early, title="Bedarfsermittlung", key="neu-20-1")
    make.measure(goal=early, title="Sprachkursangebote ausbauen")
    make.measure(goal=late, title="Übergangsmanagement und Sprachkurse")
    make.measure("M 3.2", concept=old, title="Sprachkurs für Eltern")
    round_ = make.round(new, slug="laeuft")
    one, two = new.measures.get(key="neu-20-1"), new.measures.get(goal=late)
    sent = make.report(one, vhs, round=round_)
    make.submission(sent, situation="Zwölf Sprachkurse liefen.", obstacles="Räume fehlten.", internal_note="Vertrauliches Papier")
    writing = make.report(two, caritas, round=round_)
    make.draft(writing, situation="Die Sprachkurse der Caritas ruhen.", summary="Geheimsache")
    return SimpleNamespace(old=old, new=new, round=round_, vhs=vhs, caritas=caritas, sent=sent, writing=writing)


def names(found: Any) -> list[str]:
    return [f"{row.report.measure.number} {row.report.unit}" if isinstance(row, Submission) else str(row) for row in found[:]]


def hits(user: Any, text: str, concept: Concept | None = None) -> dict[Kind, list[str]]:
    return {found.kind: names(found) for found in search(user, Question.of(text), list(Kind), concept)}


# The coordinator finds everything; the order is that of the page.
HITS = [
    (
        "Sprachkurse",
        {
            M: ["2.1 Übergangsmanagement und Sprachkurse", "M 3.2 Sprachkurs für Eltern", "20.2 Sprachkursangebote ausbauen"],
            G: ["Ziel 20"],
            R: ["20.1 Volkshochschule"],
        },
    ),
    ("sprach", {M: ["20.2 Sprachkursangebote ausbauen", "2.1 Übergangsmanagement und Sprachkurse", "M 3.2 Sprachkurs für Eltern"],
                G: ["Ziel 20"], R: ["20.1 Volkshochschule"], U: ["Sprachenamt"]}),
    ("übergänge", {M: ["2.1 Übergangsmanagement und Sprachkurse"], G: ["Ziel 2"]}),
    ("ÜBERGANG sprachkurs", {M: ["2.1 Übergangsmanagement und Sprachkurse"]}),
    ("20.1", {M: ["20.1 Bedarfsermittlung"], R: ["20.1 Volkshochschule"]}),
    ("Maßnahme 20.1", {M: ["20.1 Bedarfsermittlung"], R: ["20.1 Volkshochschule"]}),
    ("20.2 Bedarf", {}),
    ("20.1 Bedarfe", {M: ["20.1 Bedarfsermittlung"]}),
    ("20.1 Räume", {R: ["20.1 Volkshochschule"]}),
    ("20", {M: ["20.1 Bedarfsermittlung", "20.2 Sprachkursangebote ausbauen"], G: ["Ziel 20"], R: ["20.1 Volkshochschule"]}),
    ("2", {M: ["2.1 Übergangsmanagement und Sprachkurse"], G: ["Ziel 2"]}),
    ("Ziel 20", {G: ["Ziel 20"], M: [], R: []}),
    ("M 3.2", {M: ["M 3.2 Sprachkurs für Eltern"]}),
    ("m3.2", {M: ["M 3.2 Sprachkurs für Eltern"]}),
    ("3.2", {M: ["M 3.2 Sprachkurs für Eltern"]}),
    ("3.2 Eltern", {M: ["M 3.2 Sprachkurs für Eltern"]}),
    ("M 3", {G: ["Ziel M 3"], M: ["M 3.2 Sprachkurs für Eltern"]}),
    ("neu-20-1", {M: ["20.1 Bedarfsermittlung"]}),
    ("VHS", {U: ["Volkshochschule"]}),
    ("caritas", {U: ["Caritasverband"]}),
    ("zwoelf", {R: ["20.1 Volkshochschule"]}),
    ("99.99", {}),
    ("20.99999999999999999999", {}),
    ("Vertrauliches", {}),
    ("Geheimsache", {}),
    ("", {}),
    ("%", {}),
    ("'; DROP TABLE", {}),
    ("\x00", {}),
    ("١٢", {}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), HITS, ids=[text for text, _ in HITS])
def test_what_is_found(case: SimpleNamespace, text: str, expected: dict[Kind, list[str]]) -> None:
    assert hits(make.member(Role.COORDINATOR), text) == EMPTY | expected


def test_in_one_konzept(case: SimpleNamespace) -> None:
    user = make.member(Role.COORDINATOR)
    assert hits(user, "Sprachkurs", case.old) == EMPTY | {M: ["M 3.2 Sprachkurs für Eltern"]}
    assert hits(user, "caritas", case.old) == EMPTY
    assert hits(user, "caritas", case.new)[U] == ["Caritasverband"]


ALL = frozenset(Kind)
WHO = [
    (Role.READER, {M, G}),
    (Role.REPORTER, ALL),
    (Role.APPROVER, ALL),
    (Role.BOARD, ALL),
    (Role.RECORDER, ALL),
    (Role.COORDINATOR, ALL),
]


@pytest.mark.parametrize(("role", "expected"), WHO)
def test_who_finds_which_kind(case: SimpleNamespace, role: Role, expected: set[Kind]) -> None:
    user = make.member(role)
    assert set(kinds_for(user)) == expected
    found = hits(user, "Sprachkurs")
    assert found[M]
    assert bool(found[R]) == (R in expected)
    assert bool(hits(user, "Volkshochschule")[U]) == (U in expected)


def test_only_konzepte_one_works_with(case: SimpleNamespace) -> None:
    """A role for the old Konzept finds nothing of the new one; a reader there who reports here finds no report of there."""
    stranger = make.member(Role.BOARD, concept=case.old)
    assert hits(stranger, "Sprachkurs") == EMPTY | {M: ["M 3.2 Sprachkurs für Eltern"]}
    assert hits(stranger, "Volkshochschule") == EMPTY
    mixed = make.member(Role.READER, concept=case.new, user=make.member(Role.REPORTER, concept=case.old))
    assert hits(mixed, "Sprachkurs")[R] == []
    assert hits(mixed, "20.1") == EMPTY | {M: ["20.1 Bedarfsermittlung"]}
    assert hits(make.user(), "Sprachkurs") == EMPTY


@pytest.mark.parametrize("state", ["released", "open"])
def test_readers_never_find_reports(case: SimpleNamespace, state: str) -> None:
    """Released results are read in the overview; the words of the units stay inside, released or not."""
    if state == "released":
        type(case.round).objects.filter(pk=case.round.pk).update(state=RoundState.CLOSED)
        make.snapshot(case.round, released_at=case.round.history.first().history_date)
    reader = make.member(Role.READER)
    for text in ("zwölf", "Räume", "Sprachkurse", "20.1", "Vertrauliches"):
        assert hits(reader, text)[R] == []
    assert [len(found) for found in search(reader, Question.of("Sprachkurse"), [R, U])] == [0, 0]


def test_drafts_are_never_searched(case: SimpleNamespace) -> None:
    """Not by another unit, not by the Jour fixe, not even by those who write them."""
    for user in (
        make.member(Role.REPORTER, unit=case.vhs),
        make.member(Role.REPORTER, unit=case.caritas),
        make.member(Role.APPROVER, unit=case.caritas),
        make.member(Role.RECORDER),
        make.member(Role.COORDINATOR),
    ):
        assert hits(user, "Geheimsache") == EMPTY
        assert hits(user, "ruhen") == EMPTY


def test_the_newest_submission_counts(case: SimpleNamespace) -> None:
    user = make.member(Role.BOARD)
    make.submission(case.sent, situation="Alles neu berichtet.")
    assert hits(user, "zwölf")[R] == []
    assert hits(user, "berichtet")[R] == ["20.1 Volkshochschule"]
    type(case.sent).objects.filter(pk=case.sent.pk).update(retracted=True)
    assert hits(user, "berichtet")[R] == []
    type(case.sent).objects.filter(pk=case.sent.pk).update(retracted=False, state=ReportState.DROPPED, state_reason="Weg.")
    assert hits(user, "berichtet")[R] == []


def test_the_newest_round_stands_first(case: SimpleNamespace) -> None:
    earlier = make.round(case.new, state=RoundState.CLOSED, opens_on=date(2024, 1, 1), due_on=date(2024, 3, 1), closes_on=None)
    make.submission(make.report(case.sent.measure, case.vhs, round=earlier), situation="Sechs Sprachkurse liefen.")
    found = search(make.member(Role.BOARD), Question.of("Sprachkurse"), [R])[0]
    assert [row.report.round for row in found[:]] == [case.round, earlier]
    assert [row.report.round for row in found[1:2]] == [earlier]
    assert len(found) == 2


def test_equal_hits_keep_the_order_of_the_konzept() -> None:
    """Numbers count as numbers; nothing depends on how a database sorts letters."""
    concept = make.concept()
    for number in ("10.1", "2.2", "9.10", "9.9", "2.1"):
        make.measure(number, concept=concept, title="Gleicher Titel")
    for name in ("Östliche Stelle", "Zweite Stelle", "aSTELLE", "Andere Stelle", "ändernde Stelle"):
        make.unit(name=name)
    found = hits(make.member(Role.COORDINATOR), "Titel")[M]
    assert [title.split()[0] for title in found] == ["2.1", "2.2", "9.9", "9.10", "10.1"]
    units = hits(make.member(Role.COORDINATOR), "Stelle")[U]
    assert units == ["Andere Stelle", "ändernde Stelle", "Östliche Stelle", "Zweite Stelle"]


def test_columns_follow_every_way_of_saving() -> None:
    measure = make.measure(title="Alter Titel")
    measure.title = "Neue Kurse"
    measure.save()
    twin = Measure(concept=measure.concept, goal=measure.goal, position=99, key="K-99", title="Weitere Wege")
    Measure.objects.bulk_create([twin])
    assert list(Measure.objects.order_by("position").values_list("search", flat=True)) == [" neu kurs", " weit weg"]
    assert not hasattr(measure.history.first(), "search")
