"""What a report needs to be submitted: content × demands → the fields that are missing (issue 2, item 7)."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from ratings.completeness import Demands, gaps, is_link
from ratings.models.report import SUMMARY_LIMIT
from ratings.scheme import Grade

TODAY = date(2026, 3, 1)
LEAD = Demands(is_lead=True, has_ratings=True, today=TODAY)
CONTRIBUTING = replace(LEAD, is_lead=False)
INTERIM = replace(LEAD, has_ratings=False)
ASKED = replace(LEAD, is_asked=True)
WAS_HIGH, WAS_LOW = replace(LEAD, earlier_grade=Grade.HIGH), replace(LEAD, earlier_grade=Grade.LOW)


@dataclass(frozen=True)
class Content:
    answer: str = ""
    situation: str = "Läuft."
    summary: str = "Läuft."
    as_of: date | None = TODAY
    rationale: str = ""
    obstacle_category: str = ""
    obstacles: str = ""
    solution: str = ""
    unclear_note: str = ""
    influence_note: str = ""
    conditions_note: str = ""
    next_step: str = ""
    next_step_on: date | None = None
    evidence: str = ""
    grade: str | None = "hoch"
    continuation: bool | None = False
    influence: bool | None = False
    conditions: bool | None = False


EMPTY = {"situation": "", "summary": "", "as_of": None, "grade": None}
STUCK = {"rationale": "Weil.", "obstacle_category": "staff", "obstacles": "Stelle frei.", "solution": "Ausgeschrieben."}

CASES: list[tuple[str, Demands, dict[str, Any], str]] = [
    ("hoch needs nothing more", LEAD, {}, ""),
    ("empty, lead", LEAD, EMPTY, "situation summary as_of grade"),
    ("empty, Zuarbeit", CONTRIBUTING, EMPTY, "situation as_of"),
    ("empty, round without ratings", INTERIM, EMPTY, "situation summary as_of"),
    ("blanks are empty", LEAD, {"situation": " \n", "summary": "\t"}, "situation summary"),
    ("summary at the limit", LEAD, {"summary": "x" * SUMMARY_LIMIT}, ""),
    ("summary over the limit", LEAD, {"summary": "x" * (SUMMARY_LIMIT + 1)}, "summary"),
    ("summary of Zuarbeit over the limit", CONTRIBUTING, {"summary": "x" * (SUMMARY_LIMIT + 1)}, "summary"),
    ("as of yesterday", LEAD, {"as_of": date(2026, 2, 28)}, ""),
    ("as of tomorrow", LEAD, {"as_of": date(2026, 3, 2)}, "as_of"),
    ("no grade, Zuarbeit", CONTRIBUTING, {"grade": None}, ""),
    ("no grade as an empty text", LEAD, {"grade": ""}, "grade"),
    ("mittel", LEAD, {"grade": "mittel"}, "rationale obstacle_category obstacles solution"),
    ("gering", LEAD, {"grade": "gering"}, "rationale obstacle_category obstacles solution"),
    ("gering, Zuarbeit", CONTRIBUTING, {"grade": "gering"}, "rationale obstacle_category obstacles solution"),
    ("gering, explained", LEAD, {"grade": "gering"} | STUCK, ""),
    ("gering, round without ratings", INTERIM, {"grade": "gering"}, ""),
    ("unklar", LEAD, {"grade": "unklar"}, "rationale unclear_note"),
    ("unklar, explained", LEAD, {"grade": "unklar", "rationale": "Weil.", "unclear_note": "Zahlen fehlen."}, ""),
    ("hoch as before", WAS_HIGH, {}, ""),
    ("hoch after gering", WAS_LOW, {}, "rationale"),
    ("hoch after gering, explained", WAS_LOW, {"rationale": "Stelle besetzt."}, ""),
    ("gering as before", WAS_LOW, {"grade": "gering", **STUCK, "rationale": ""}, "rationale"),
    ("➔", LEAD, {"continuation": True}, "next_step next_step_on"),
    ("➔ without a date", LEAD, {"continuation": True, "next_step": "Antrag."}, "next_step_on"),
    ("➔ with both", LEAD, {"continuation": True, "next_step": "Antrag.", "next_step_on": date(2027, 1, 1)}, ""),
    ("↗", LEAD, {"influence": True}, "influence_note"),
    ("□", LEAD, {"conditions": True}, "conditions_note"),
    ("□ and ↗ explained", LEAD, {"conditions": True, "conditions_note": "Gesetz.", "influence": True, "influence_note": "Land."}, ""),
    ("↗, Zuarbeit without a grade", CONTRIBUTING, {"grade": None, "influence": True}, "influence_note"),
    ("one link", LEAD, {"evidence": "https://www.lkos.de/bericht?x=1#a"}, ""),
    ("links with blanks and empty lines", LEAD, {"evidence": " http://a.de \n\nhttps://b.de\n"}, ""),
    ("no link", LEAD, {"evidence": "siehe Ordner"}, "evidence"),
    ("two that are none", LEAD, {"evidence": "javascript:alert(1)\nhttps://a.de\nfile:///etc/passwd"}, "evidence evidence"),
    ("an open Rückfrage", ASKED, {}, "answer"),
    ("an open Rückfrage answered with blanks, Zuarbeit", replace(ASKED, is_lead=False), {"answer": " \n"}, "answer"),
    ("an open Rückfrage, round without ratings", replace(ASKED, has_ratings=False), {}, "answer"),
    ("an open Rückfrage answered", ASKED, {"answer": "Siehe Sachstand."}, ""),
    ("the answer comes first", ASKED, EMPTY, "answer situation summary as_of grade"),
    ("no link, round without ratings", INTERIM, {"evidence": "www.lkos.de"}, "evidence"),
]  # fmt: skip


@pytest.mark.parametrize(("demands", "fields", "missing"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_gaps(demands: Demands, fields: dict[str, Any], missing: str) -> None:
    found = gaps(Content(**fields), demands)
    assert [gap.field for gap in found] == missing.split()


def test_a_gap_says_what_to_do_in_words() -> None:
    messages = {gap.field: gap.message for gap in gaps(Content(summary="x" * 417), WAS_LOW)}
    assert messages == {
        "summary": "Kürzen Sie die Kurzfassung auf 400 Zeichen; es sind 417.",
        "rationale": "Begründen Sie die Änderung; in der letzten Runde war es „gering“.",
    }


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("https://www.lkos.de", True),
        ("HTTP://LKOS.DE/x", True),
        ("https://", False),
        ("https:/lkos.de", False),
        ("//lkos.de", False),
        ("https://lkos.de und mehr", False),
        ("https://[kaputt", False),
        ("javascript://lkos.de/%0aalert(1)", False),
        ("mailto:a@b.de", False),
        ("", False),
    ],
)
def test_is_link(text: str, link: bool) -> None:
    assert is_link(text) is link
