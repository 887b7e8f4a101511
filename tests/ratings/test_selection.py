"""The filter's query string and which rows it lets through, on rows made by hand."""

from dataclasses import replace
from typing import Any

import pytest
from django.http import QueryDict

from ratings.appendix import AppendixRow, Criteria, Order, filter_rows, sort_rows
from ratings.filtersets import Faces, OverviewFilter
from ratings.rollup import Progress, UnitLine, progress, roll_up, standing
from ratings.scheme import Grade, Marker
from ratings.states import ReportState
from ratings.tables import OverviewTable

INSIDE = Faces(grades=True, states=True, inside=True)
READER = Faces(grades=True, states=False, inside=False)


def line(slug: str, grade: Grade | None = None, *, lead: bool = True, state: str = "submitted", **fields: Any) -> UnitLine:
    submission = 1 if state in ("submitted", "returned") else None
    name = fields.pop("name", f"Fachdienst {slug}")
    return UnitLine(slug, name, slug.upper(), lead, False, ReportState(state), grade=grade, submission=submission, **fields)


def row(
    number: str, *units: UnitLine, agreed: bool = False, grade: Grade | None = None, recheck: bool = False, **fields: Any
) -> AppendixRow:
    goal, _, position = number.rpartition(".")
    rolled = roll_up(units)
    shown, what = standing(rolled, agreed=agreed, agreed_grade=grade)
    defaults: dict[str, Any] = {
        "key": f"K{number}", "number": number, "goal_number": goal, "goal_sort_key": goal.zfill(6), "position": int(position),
        "title": f"Maßnahme {number}", "field_position": 1, "field_title": "Sprache", "challenge_position": 1,
        "challenge_title": "Spracherwerb", "goal_text": "Ein Ziel", "goal_kind": "", "is_mandatory": False, "standing": shown,
        "grade": what, "routine": False, "continuation": False, "influence": False, "conditions": False, "reason": "", "remark": "",
        "agreed_on": None, "recheck": recheck, "progress": progress(rolled, units, agreed=agreed, recheck=recheck),
        "units": units, "roll_up": rolled,
    }  # fmt: skip
    return AppendixRow(**defaults | fields)


ROWS = (
    row("1.1", line("jugend", Grade.LOW), agreed=True, grade=Grade.HIGH, title="Übergänge begleiten", is_mandatory=True),
    row("1.2", line("jugend", Grade.MEDIUM), line("vhs", Grade.LOW, lead=False), continuation=True),
    row("2.1", line("vhs", Grade.LOW, name="Volkshochschule"), field_position=2, field_title="Bildung"),
    row("2.2", line("vhs", state="open"), field_position=2, field_title="Bildung", routine=None),
    row("3.1", field_position=3, field_title="Gesundheit"),
    row("3.2", line("jugend", state="entfallen"), line("vhs", Grade.UNCLEAR), agreed=True, recheck=True, field_position=3),
    row("10.1", line("jugend", Grade.LOW), line("vhs", Grade.HIGH, lead=False), agreed=True, grade=Grade.LOW, field_position=3),
    row(
        "10.2",
        line("jugend", Grade.HIGH, state="returned"),
        field_position=3,
        routine=True,
        remark="Läuft über die GROẞE Stiftung",
    ),
)


def chosen(query: str, faces: Faces = INSIDE, rows: tuple[AppendixRow, ...] = ROWS) -> OverviewFilter:
    return OverviewFilter(QueryDict(query), rows, faces)


def numbers(query: str, faces: Faces = INSIDE) -> str:
    """Which rows the query string lets through, in which order."""
    asked = chosen(query, faces)
    table = OverviewTable(filter_rows(ROWS, asked.criteria), order_by=asked.order_by)
    return " ".join(row.number for row in table.records)


ALL = "1.1 1.2 2.1 2.2 3.1 3.2 10.1 10.2"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ALL),
        ("handlungsfeld=2", "2.1 2.2"),
        ("bewertung=hoch", "1.1 10.2"),
        ("bewertung=gering", "2.1 10.1"),
        ("bewertung=hoch&bewertung=gering", "1.1 2.1 10.1 10.2"),
        ("bewertung=unklar", ""),
        ("bewertung=uneinig", "1.2"),
        ("bewertung=ohne", "2.2 3.1 3.2"),
        ("kennzeichen=is_mandatory", "1.1"),
        ("kennzeichen=continuation&kennzeichen=routine", "1.2 10.2"),
        ("einheit=vhs", "1.2 2.1 2.2 3.2 10.1"),
        ("stand=decide", "1.2"),
        ("stand=recheck&stand=inquiry", "3.2 10.2"),
        ("stand=missing", "2.2"),
        ("uneinig=1", "1.2 10.1"),
        ("fehlt=1", "2.2"),
        ("niemand=1", "3.1"),
        ("q=%C3%BCBERG%C3%84NGE", "1.1"),
        ("q=volksHOCHschule", "2.1"),
        ("q=grosse+stiftung", "10.2"),
        ("q=10.", "10.1 10.2"),
        ("q=1", "1.1 1.2"),
        ("q=ziel+10&handlungsfeld=3", "10.1 10.2"),
        ("q=10&handlungsfeld=2", ""),
        ("q=uebergaengen", "1.1"),
        ("q=volkshochschulen", "2.1"),
        ("q=stiftungs", "10.2"),
        ("q=%20%20", ALL),
        ("handlungsfeld=3&bewertung=gering&einheit=vhs", "10.1"),
        ("unbekannt=1&page=9", ALL),
        ("sort=-nummer", "10.2 10.1 3.2 3.1 2.2 2.1 1.2 1.1"),
        ("sort=massnahme", "1.2 10.1 10.2 2.1 2.2 3.1 3.2 1.1"),
        ("sort=bewertung", "1.1 10.2 10.1 2.1 1.2 3.2 2.2 3.1"),
        ("sort=-bewertung&handlungsfeld=2", "2.2 2.1"),
        ("sort=nummer", ALL),
    ],
)
def test_a_query_string_chooses_rows_and_order(query: str, expected: str) -> None:
    assert chosen(query).complaints == []
    assert numbers(query) == expected


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("handlungsfeld=99", "Handlungsfeld: „99“ gibt es hier nicht."),
        ("handlungsfeld=%3Cb%3E", "Handlungsfeld: „<b>“ gibt es hier nicht."),
        ("bewertung=rosa", "Bewertung: „rosa“ gibt es hier nicht."),
        ("kennzeichen=grade", "Kennzeichen: „grade“ gibt es hier nicht."),
        ("einheit=nirgends", "Einheit: „nirgends“ gibt es hier nicht."),
        ("stand=fertig", "Stand: „fertig“ gibt es hier nicht."),
        ("uneinig=vielleicht", "Vorschläge uneinig: „vielleicht“ gibt es hier nicht."),
        ("sort=schluessel", "Reihenfolge: „schluessel“ gibt es hier nicht."),
        ("zieltexte=lang", "Zieltexte: „lang“ gibt es hier nicht."),
        (f"q={'x' * 201}", "Suche: Höchstens 200 Zeichen."),
        ("q=%00", "Suche: Nullzeichen sind nicht erlaubt."),
    ],
)
def test_a_broken_value_is_named_and_the_rest_still_counts(query: str, complaint: str) -> None:
    asked = chosen(f"{query}&niemand=1")
    assert asked.complaints == [complaint]
    assert numbers(f"{query}&niemand=1") == "3.1"
    assert asked.query() == "niemand=1"


def test_readers_have_no_filters_that_tell_of_proposals_and_reports() -> None:
    assert numbers("stand=missing&uneinig=1&fehlt=1&niemand=1", READER) == ALL
    asked = chosen("bewertung=uneinig&sort=stand", READER)
    assert [complaint.split(":")[0] for complaint in asked.complaints] == ["Bewertung", "Reihenfolge"]
    assert list(asked.form.fields) == [
        "q",
        "handlungsfeld",
        "bewertung",
        "kennzeichen",
        "einheit",
        "sort",
        "zieltexte",
        "spalten",
    ]


def test_a_round_without_ratings_has_no_filters_of_grades() -> None:
    asked = chosen("bewertung=hoch&sort=bewertung", Faces(grades=False, states=True, inside=True))
    assert asked.complaints == ["Reihenfolge: „bewertung“ gibt es hier nicht."]
    assert not {"bewertung", "uneinig"} & set(asked.form.fields)


def test_every_active_filter_can_be_taken_away_alone() -> None:
    asked = chosen("q=Kita+%26+Hort&bewertung=gering&bewertung=unklar&uneinig=1&sort=stand&zieltexte=kurz&junk=1")
    assert [(active.words, active.query_without) for active in asked.active] == [
        ("Suche: „Kita & Hort“", "bewertung=gering&bewertung=unklar&uneinig=1&sort=stand&zieltexte=kurz"),
        ("Bewertung: gering", "q=Kita+%26+Hort&bewertung=unklar&uneinig=1&sort=stand&zieltexte=kurz"),
        ("Bewertung: unklar", "q=Kita+%26+Hort&bewertung=gering&uneinig=1&sort=stand&zieltexte=kurz"),
        ("Vorschläge uneinig", "q=Kita+%26+Hort&bewertung=gering&bewertung=unklar&sort=stand&zieltexte=kurz"),
    ]
    assert asked.words == "Suche: „Kita & Hort“; Bewertung: gering oder unklar; Vorschläge uneinig"
    assert asked.query_without_filters == "sort=stand&zieltexte=kurz"
    assert asked.short_goals


def test_the_heads_of_the_columns_order_and_turn_the_order_around() -> None:
    asked = chosen("bewertung=gering&sort=einheit")
    table = OverviewTable((), order_by=asked.order_by, exclude=["sachstand"])
    headings = table.headings(lambda order: asked.query(sort=order))
    assert [(heading.label, heading.query, heading.direction) for heading in headings] == [
        ("Ziel", "bewertung=gering", ""),
        ("Maßnahme", "bewertung=gering&sort=massnahme", ""),
        ("Zuständig", "bewertung=gering&sort=-einheit", "ascending"),
        ("Bewertung", "bewertung=gering&sort=bewertung", ""),
        ("Kennzeichen", "", ""),
        ("Stand", "bewertung=gering&sort=stand", ""),
    ]


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("reverse", [False, True])
def test_every_order_keeps_equals_as_in_the_konzept(order: Order, reverse: bool) -> None:
    same = [replace(ROWS[0], key=key) for key in "abc"]
    expected = "cba" if order is Order.NUMBER and reverse else "abc"
    assert "".join(row.key for row in sort_rows(same, order, reverse=reverse)) == expected


def test_a_marker_that_is_not_known_is_not_a_no_and_not_a_yes() -> None:
    assert [row.number for row in filter_rows(ROWS, Criteria(markers=frozenset({Marker.ROUTINE})))] == ["10.2"]
    assert ROWS[3].progress == Progress.MISSING


# What is asked for, the columns that are left out, and what the query string keeps of it.
COLUMNS = [
    ("", "", ""),
    ("spalten=-stand&spalten=-nummer", "nummer stand", "spalten=-nummer&spalten=-stand"),
    (
        "spalten=massnahme&spalten=bewertung&spalten=einheit",
        "nummer kennzeichen stand",
        "spalten=-nummer&spalten=-kennzeichen&spalten=-stand",
    ),
    ("spalten=massnahme", "nummer einheit bewertung kennzeichen stand", None),
    ("spalten=nummer&spalten=einheit&spalten=bewertung&spalten=kennzeichen&spalten=stand", "", ""),
    ("spalten=-massnahme", "", ""),
    ("spalten=-sachstand", "", "spalten=-sachstand"),
    ("spalten=sachstand&spalten=bewertung", "nummer einheit kennzeichen stand", None),
]


@pytest.mark.parametrize(("query", "left_out", "kept"), COLUMNS)
def test_columns_are_left_out(query: str, left_out: str, kept: str | None) -> None:
    asked = chosen(query)
    assert " ".join(asked.left_out_columns) == left_out
    assert asked.complaints == []
    table = OverviewTable(ROWS, exclude=asked.hidden_columns)
    assert "massnahme" in table.columns.names()
    assert not {*left_out.split(), "sachstand"} & set(table.columns.names())
    assert kept is None or asked.query() == kept
    assert chosen(asked.query()).left_out_columns == asked.left_out_columns


def test_columns_nobody_knows_are_named_and_those_of_other_rounds_are_not() -> None:
    asked = chosen("spalten=-geheim&spalten=-stand")
    assert asked.complaints == ["Spalten: „geheim“ gibt es hier nicht."]
    assert asked.left_out_columns == []
    without_ratings = Faces(grades=False, states=True, inside=True, summaries=True)
    moved = chosen("spalten=-bewertung&spalten=-kennzeichen", without_ratings)
    assert (moved.complaints, moved.left_out_columns) == ([], [])
    assert "sachstand" not in moved.hidden_columns
    assert moved.query() == "spalten=-bewertung&spalten=-kennzeichen"
