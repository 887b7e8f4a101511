"""Any text that the forms accept goes through export → import → export unchanged and is never a formula (issue 4, „Shows“)."""

import io

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from evalportal.accounts.models import User
from goals.models import Role
from goals.text import clean_text
from ratings.documents.seal import HEADING, Seal, plain, seal
from ratings.drafts import TEXTS, read_values, save_draft
from ratings.imports import applying, data, reports
from ratings.imports.report_columns import entries
from ratings.models import AgreedRating, Draft, ImportKind, ReportingRound
from ratings.scheme import Grade
from tests import factories as make
from tests.ratings import lists

pytestmark = pytest.mark.django_db

_FIELDS = [name for name in TEXTS if name != "obstacle_category"]
# Ordinary text, what programs take for something else, and their own notations; seldom, whatever Unicode has.
_AWKWARD = st.sampled_from(
    ["=1+1", "+49 541", "-5 %", "@SUMME(A1)", "'", "''=x", "20.1", "1.10", "007", "12E3", "3/4", "#N/A", "WAHR", "ja", "  x  "]
    + [
        "_x0041_",
        "_x000D_",
        "_x005F_",
        "a\r\nb",
        "a\tb",
        "\x00\x07",
        "\u202eabc",
        "<b>&amp;</b>",
        '";"',
        "\ufeff",
        "𝒳😀",
        "e\u0301",
    ]
)
_TEXT = st.one_of(_AWKWARD, st.text(max_size=60), st.lists(_AWKWARD, min_size=2, max_size=3).map("".join))
_quiet = settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def unit_round() -> tuple[ReportingRound, User]:
    unit = make.unit()
    running = make.round()
    for number in ("1.1", "2.1"):
        make.report(make.measure(number, concept=running.concept), unit, round=running)
    return running, make.member(Role.REPORTER, unit=unit)


def no_formulas(content: bytes) -> bool:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


@_quiet
@example(texts=["_x000D_", "_x005F_", "_x0041_", "=1", "'=1"] * 3)
@given(texts=st.lists(_TEXT, min_size=len(_FIELDS), max_size=len(_FIELDS)))
def test_texts_of_a_draft(unit_round: tuple[ReportingRound, User], texts: list[str]) -> None:
    """Out and in again unchanged; and written as if somebody had typed it offline, it arrives as it was, but for blanks at its ends."""
    running, user = unit_round
    Draft.objects.all().delete()
    ids = list(running.reports.order_by("measure__goal__number").values_list("pk", flat=True))
    save_draft(ids[0], read_values(dict(zip(_FIELDS, texts, strict=True))), version=0, user=user)
    kept = Draft.objects.get()
    content = lists.reports_of(running, user)
    assert no_formulas(content)
    checked = reports.check(lists.read(content), running, user)
    assert (checked.problems, checked.rows) == ([], [])

    moved = lists.changed(content, "Berichte", {}, retyped)
    checked = reports.check(lists.read(moved), running, user)
    assert checked.problems == []
    if checked.rows:
        applying.apply(
            applying.keep(checked, kind=ImportKind.REPORTS, round_=running, file_name="b.xlsx", user=user).pk, user=user
        )
        arrived = Draft.objects.get(report=ids[1])
        assert {name: getattr(arrived, name) for name in _FIELDS} == {name: plain_end(getattr(kept, name)) for name in _FIELDS}
        again = lists.reports_of(running, user)
        assert reports.check(lists.read(again), running, user).rows == []


def plain_end(text: str) -> str:
    return clean_text(text).strip()


def retyped(page: Worksheet) -> None:
    """The texts of row 2 in row 3, as text."""
    headings = {entry.heading for entry in entries(has_ratings=True) if entry.field in _FIELDS}
    for head in page[1]:
        if head.value in headings:
            source, target = page.cell(2, head.column), page.cell(3, head.column)
            target.value = source.value
            target.data_type = source.data_type


@_quiet
@given(texts=st.tuples(_TEXT, _TEXT, _TEXT, _TEXT), ending=st.sampled_from(["xlsx", "csv"]))
def test_reason_and_remark_of_a_decision(texts: tuple[str, ...], ending: str) -> None:
    AgreedRating.objects.all().delete()
    running = make.round()
    leading = make.member(Role.COORDINATOR)
    for place, number in enumerate(("1.1", "2.1")):
        measure = make.measure(number, concept=running.concept)
        reason, remark = (plain_end(text) for text in texts[2 * place : 2 * place + 2])
        make.agreed_rating(measure, round=running, grade=Grade.LOW, reason=reason, remark=remark)
    content = lists.exported(running, ending)
    assert ending == "csv" or no_formulas(content)
    checked = data.check(lists.read(content, f"l.{ending}"), running, leading)
    assert (checked.problems, checked.rows) == ([], [])


def test_a_seal_knows_its_cells_and_its_row() -> None:
    text = seal("runde/K1", [("Bemerkung", "_x0041_"), ("Titel", "")], "a:1")
    mark = Seal.read(text, "runde/K1")
    assert mark is not None
    assert mark.holds("Bemerkung", "_x0041_")
    assert mark.holds("Bemerkung", "_x005F_x0041_")
    assert not mark.left_with("Bemerkung", "_x005F_x0041_")
    assert not mark.holds("Titel", "_x005F_x000D_")
    assert mark.holds("Titel", None)
    assert not mark.holds("Titel", "x")
    assert mark.is_of("a:1")
    assert Seal.read(text, "runde/K2") is None
    assert Seal.read("", "runde/K1") is None
    assert plain(20.0) == "20"
    assert HEADING == "Prüfzeichen"
