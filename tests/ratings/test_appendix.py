"""The rows that every page and file shows: live, frozen, for readers, selected and sorted (DESIGN.md, sections 4 and 5)."""

import json
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ratings.appendix import (
    Appendix,
    AppendixRow,
    Audience,
    Criteria,
    NothingReleased,
    Order,
    filter_rows,
    freeze,
    live_appendix,
    load_appendix,
    sort_rows,
    thaw,
)
from ratings.appendix.load import from_snapshot
from ratings.models import ReportingRound
from ratings.rollup import Progress, Standing, distribution
from ratings.scheme import Grade, Marker
from ratings.states import ReportState, RoundState
from tests import factories as make

pytestmark = pytest.mark.django_db


class Hand:
    """A round made by hand: one Maßnahme for everything a row can say, named by its title."""

    def __init__(self, **fields: Any) -> None:
        self.concept = make.concept(**fields)
        self.first, self.second = (
            make.action_field(self.concept, title="Sprache"),
            make.action_field(self.concept, title="Arbeit"),
        )
        self.goals = [make.goal("2", challenge=make.challenge(self.first)), make.goal("10", challenge=make.challenge(self.first))]
        self.goals.append(make.goal("1", challenge=make.challenge(self.second)))
        self.round = make.round(self.concept)
        self.lead, self.other = (
            make.unit(name="Ämter-Lotsen", short_name="Lotsen"),
            make.unit(name="Bildung", short_name="Bildung"),
        )

    def measure(self, title: str, goal: int = 0, **fields: Any) -> Any:
        return make.measure(goal=self.goals[goal], title=title, **fields)

    def said(self, measure: Any, grade: Grade | None, unit: Any = None, **fields: Any) -> Any:
        return make.submission(make.report(measure, unit or self.lead, round=self.round), grade=grade, **fields)

    def fill(self) -> "Hand":
        agreed = self.measure("abgestimmt", is_mandatory=True)
        self.said(agreed, Grade.HIGH, routine=True)
        self.said(agreed, Grade.LOW, self.other)
        make.agreed_rating(agreed, round=self.round, grade=Grade.MEDIUM, conditions=True, influence=None, remark="Siehe Anlage Q")
        make.agreed_rating(self.measure("nicht bewertet"), round=self.round, grade=None)
        disputed = self.measure("uneinig")
        self.said(disputed, Grade.HIGH, routine=True)
        self.said(disputed, Grade.LOW, self.other, continuation=True)
        recheck = self.measure("erneut prüfen", 1)
        before = self.said(recheck, Grade.HIGH)
        make.agreed_rating(recheck, round=self.round)
        make.submission(before.report, grade=Grade.LOW)
        withdrawn = self.said(self.measure("zurückgezogen", 1), Grade.HIGH).report
        withdrawn.state, withdrawn.retracted = ReportState.DRAFT, True
        withdrawn.save()
        dropped = self.said(self.measure("entfallen", 1), Grade.HIGH).report
        dropped.state, dropped.state_reason = ReportState.DROPPED, "Nicht mehr zuständig."
        dropped.save()
        proposal = self.measure("Vorschlag", 2)
        self.said(proposal, Grade.UNCLEAR, influence=True, situation="Text der Einheit.", internal_note="Geheim.")
        make.draft(make.report(proposal, self.other, round=self.round), continuation=True)
        returned = self.said(self.measure("Rückfrage", 2), Grade.HIGH).report
        returned.state, returned.state_reason = ReportState.RETURNED, "Wie viele?"
        returned.save()
        self.measure("niemand", 2)
        return self

    def rows(self, **options: Any) -> dict[str, AppendixRow]:
        return {row.title: row for row in live_appendix(self.round, **options).rows}


S, P = Standing, Progress
# Title → number, what stands there, on whose word, markers, column „Stand“, who is missing.
LIVE: dict[str, tuple[str, Grade | None, Standing, list[Marker], Progress, list[str]]] = {
    "abgestimmt": ("2.1", Grade.MEDIUM, S.AGREED, [Marker.MANDATORY, Marker.CONDITIONS], P.AGREED, []),
    "nicht bewertet": ("2.2", None, S.NOT_RATED, [], P.AGREED, []),
    "uneinig": ("2.3", None, S.DISPUTED, [Marker.ROUTINE, Marker.CONTINUE], P.DECIDE, []),
    "erneut prüfen": ("10.1", Grade.HIGH, S.AGREED, [], P.RECHECK, []),
    "zurückgezogen": ("10.2", None, S.NONE, [], P.MISSING, ["Lotsen"]),
    "entfallen": ("10.3", None, S.NONE, [], P.DROPPED, []),
    "Vorschlag": ("1.1", Grade.UNCLEAR, S.PROPOSAL, [Marker.INFLUENCE], P.MISSING, ["Bildung"]),
    "Rückfrage": ("1.2", Grade.HIGH, S.PROPOSAL, [], P.INQUIRY, []),
    "niemand": ("1.3", None, S.NONE, [], P.NOBODY, []),
}


def test_live_rows_in_the_order_of_the_konzept() -> None:
    rows = Hand().fill().rows()
    assert {
        title: (
            row.number,
            row.grade,
            row.standing,
            row.set_markers,
            row.progress,
            [line.short_name for line in row.roll_up.missing],
        )
        for title, row in rows.items()
    } == LIVE
    assert list(rows) == list(LIVE)


def test_what_a_row_says_of_its_units() -> None:
    rows = Hand().fill().rows()
    agreed, proposal = rows["abgestimmt"], rows["Vorschlag"]
    assert [(line.name, line.is_lead, line.grade) for line in agreed.units] == [
        ("Ämter-Lotsen", True, Grade.HIGH),
        ("Bildung", False, Grade.LOW),
    ]
    assert (agreed.remark, agreed.agreed_on, agreed.roll_up.is_disputed) == ("Siehe Anlage Q", timezone.localdate(), True)
    assert agreed.unknown_markers == [Marker.INFLUENCE]
    assert [(line.state, line.submission, line.grade) for line in proposal.units] == [
        (ReportState.SUBMITTED, 1, Grade.UNCLEAR),
        (ReportState.DRAFT, None, None),
    ]
    assert rows["nicht bewertet"].reason == "Die Maßnahme wurde nicht begonnen."
    assert rows["entfallen"].owed_units == [] != list(rows["entfallen"].units)
    assert rows["zurückgezogen"].units[0].submission is None


def test_texts_are_read_on_request_only() -> None:
    hand = Hand().fill()
    assert all(line.texts is None for row in hand.rows().values() for line in row.units)
    texts = hand.rows(with_texts=True)["Vorschlag"].units[0].texts
    assert texts is not None
    assert texts.situation == "Text der Einheit."


def test_a_round_in_preparation_shows_who_will_be_asked() -> None:
    concept, merged = make.concept(), make.unit(short_name="Neu")
    measure = make.measure("1.1", concept=concept)
    make.responsibility(measure, make.unit(is_active=False, successor=merged))
    make.measure("2.1", concept=concept)
    rows = live_appendix(make.round(concept, state=RoundState.PREPARING)).rows
    assert [[(line.short_name, line.is_lead, line.state) for line in row.units] for row in rows] == [[("Neu", True, None)], []]
    assert [(row.progress, row.roll_up.missing) for row in rows] == [(P.WAITING, ()), (P.NOBODY, ())]


@pytest.mark.parametrize("measures", [1, 10])
@pytest.mark.parametrize(("prepared", "documented"), [(False, 5), (True, 3)], ids=["running", "in preparation"])
def test_live_rows_cost_the_documented_number_of_queries(measures: int, prepared: bool, documented: int) -> None:
    filled = make.filled_round(measures)
    if prepared:
        filled.state = RoundState.CLOSED
        filled.save()
        filled = make.round(filled.concept, state=RoundState.PREPARING)
    round = ReportingRound.objects.select_related("concept").get(pk=filled.pk)
    with CaptureQueriesContext(connection) as queries:
        assert len(live_appendix(round, with_texts=True).rows) == measures
    assert len(queries) == documented


def close(round: ReportingRound, **fields: Any) -> Any:
    appendix = live_appendix(round, with_texts=True)
    round.state = RoundState.CLOSED
    round.save()
    return make.snapshot(round, data=freeze(appendix), **fields)


def test_freezing_and_thawing_changes_nothing() -> None:
    round = Hand(is_example=True).fill().round
    appendix = live_appendix(round, with_texts=True)
    head, rows = thaw(json.loads(json.dumps(freeze(appendix))))
    assert rows == appendix.rows
    assert head == {name: getattr(appendix, name) for name in head}
    assert head["is_example"] is True
    assert "Geheim." not in json.dumps(freeze(appendix))
    with pytest.raises(ValueError, match="Unknown snapshot format 2"):
        thaw({"format": 2})


def test_a_closed_round_reads_its_newest_snapshot_and_readers_the_newest_released_one() -> None:
    round = Hand().fill().round
    live = live_appendix(round, with_texts=True)
    with pytest.raises(NothingReleased):
        load_appendix(round, Audience.RELEASED)
    with pytest.raises(ValueError, match="released snapshot"):
        live_appendix(round, Audience.RELEASED)
    assert load_appendix(round).is_draft
    first = close(round, released_at=timezone.now())
    round.agreed_ratings.all().delete()
    assert load_appendix(round).rows == live.rows
    second = make.snapshot(round, data=freeze(live_appendix(round)))
    assert (first.version, second.version) == (1, 2)
    inside, readers = load_appendix(round), load_appendix(round, Audience.RELEASED)
    assert (inside.version, inside.is_draft, inside.released_on) == (2, True, None)
    assert (readers.version, readers.is_draft, readers.released_on) == (1, False, timezone.localdate())
    round.state = RoundState.COORDINATING
    round.save()
    assert load_appendix(round).version is None
    assert load_appendix(round, Audience.RELEASED) == readers


def test_a_closed_round_without_snapshot_shows_nothing() -> None:
    with pytest.raises(NothingReleased):
        load_appendix(make.round(state=RoundState.CLOSED))


def test_readers_get_the_result_without_what_led_to_it() -> None:
    round = Hand().fill().round
    readers = from_snapshot(close(round, released_at=timezone.now()), Audience.RELEASED)
    rows = {row.title: row for row in readers.rows}
    shown = {title: (row.grade, row.standing) for title, row in rows.items()}
    assert shown == {
        title: (grade, standing) if standing in (S.AGREED, S.NOT_RATED) else (None, S.NONE)
        for title, (_, grade, standing, *_) in LIVE.items()
    }
    lines = [line for row in readers.rows for line in row.units]
    assert {(line.state, line.grade, line.submission, line.texts, line.as_of) for line in lines} == {(None,) * 5}
    assert {row.progress for row in readers.rows} <= {P.AGREED, P.REPORTED}
    assert not any(row.recheck or row.roll_up.is_disputed or row.roll_up.missing or row.roll_up.markers for row in readers.rows)
    assert rows["abgestimmt"].set_markers == [Marker.MANDATORY, Marker.CONDITIONS]
    assert rows["abgestimmt"].unknown_markers == [Marker.INFLUENCE]
    assert rows["uneinig"].set_markers == rows["Vorschlag"].set_markers == []
    assert [line.short_name for line in rows["abgestimmt"].units] == ["Lotsen", "Bildung"]
    assert rows["entfallen"].units == ()
    assert "Text der Einheit." not in repr(readers)


ALL = list(LIVE)
CRITERIA: list[tuple[str, Criteria, list[str]]] = [
    ("nothing", Criteria(), ALL),
    ("Handlungsfeld", Criteria(field=2), ["Vorschlag", "Rückfrage", "niemand"]),
    ("grade", Criteria(ratings=frozenset({"mittel"})), ["abgestimmt"]),
    ("two grades", Criteria(ratings=frozenset({"mittel", "unklar"})), ["abgestimmt", "Vorschlag"]),
    ("uneinig as rating", Criteria(ratings=frozenset({"uneinig"})), ["uneinig"]),
    ("not rated", Criteria(ratings=frozenset({"ohne"})), ["nicht bewertet", "zurückgezogen", "entfallen", "niemand"]),
    ("marker", Criteria(markers=frozenset({Marker.CONDITIONS})), ["abgestimmt"]),
    ("unknown is not set", Criteria(markers=frozenset({Marker.INFLUENCE})), ["Vorschlag"]),
    ("one of two markers", Criteria(markers=frozenset({Marker.MANDATORY, Marker.ROUTINE})), ["abgestimmt", "uneinig"]),
    ("progress", Criteria(progress=frozenset({P.RECHECK, P.INQUIRY})), ["erneut prüfen", "Rückfrage"]),
    ("disputed, also below an agreed rating", Criteria(disputed=True), ["abgestimmt", "uneinig"]),
    ("missing", Criteria(missing=True), ["zurückgezogen", "Vorschlag"]),
    ("nobody", Criteria(nobody=True), ["nicht bewertet", "niemand"]),
    ("both kinds", Criteria(missing=True, field=1), ["zurückgezogen"]),
    ("nothing fits", Criteria(missing=True, nobody=True), []),
    ("text without case", Criteria(text="ERNEUT prüf"), ["erneut prüfen"]),
    ("text in upper case with marks", Criteria(text="RÜCKFRAGE"), ["Rückfrage"]),
    ("text: every word somewhere", Criteria(text="bildung sprache"), ["abgestimmt", "uneinig"]),
    ("text: remark", Criteria(text="anlage q"), ["abgestimmt"]),
    ("text: number", Criteria(text="10.2"), ["zurückgezogen"]),
    ("text: unit that is entfallen", Criteria(text="entfallen lotsen"), []),
]


def test_criteria() -> None:
    hand = Hand().fill()
    rows = live_appendix(hand.round).rows
    by_unit = ("unit", Criteria(unit=hand.other.slug), ["abgestimmt", "uneinig", "Vorschlag"])
    for name, criteria, titles in [*CRITERIA, by_unit]:
        assert [row.title for row in filter_rows(rows, criteria)] == titles, name


def titles(appendix: Appendix, order: Order, *, reverse: bool = False) -> list[str]:
    return [row.title for row in sort_rows(appendix.rows, order, reverse=reverse)]


def test_orders_are_stable_in_both_directions() -> None:
    appendix = live_appendix(Hand().fill().round)
    assert titles(appendix, Order.NUMBER) == ALL
    assert titles(appendix, Order.NUMBER, reverse=True) == ALL[::-1]
    assert titles(appendix, Order.TITLE)[:4] == ["abgestimmt", "entfallen", "erneut prüfen", "nicht bewertet"]
    assert titles(appendix, Order.RATING) == [
        "erneut prüfen", "Rückfrage", "abgestimmt", "Vorschlag", "uneinig", "nicht bewertet", "zurückgezogen", "entfallen", "niemand",
    ]  # fmt: skip
    assert titles(appendix, Order.UNIT) == [
        "abgestimmt", "uneinig", "erneut prüfen", "zurückgezogen", "Vorschlag", "Rückfrage", "nicht bewertet", "entfallen", "niemand",
    ]  # fmt: skip
    assert titles(appendix, Order.UNIT, reverse=True)[:4] == ["nicht bewertet", "entfallen", "niemand", "abgestimmt"]
    progress = [row.progress for row in sort_rows(appendix.rows, Order.PROGRESS)]
    assert progress == sorted(progress, key=list(Progress).index)


def test_a_selection_still_knows_the_whole() -> None:
    appendix = live_appendix(Hand().fill().round)
    some = appendix.with_rows(appendix.rows[:2])
    assert (len(some.rows), some.total, len(ALL)) == (2, 9, 9)
    assert replace(some, rows=appendix.rows) == appendix
    assert sum(share.count for share in distribution(appendix.rows)) == appendix.total
