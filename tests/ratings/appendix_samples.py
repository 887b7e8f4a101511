"""Appendices made by hand for the tests of files, and how their workbooks are read."""

import io
from datetime import date
from typing import Any

from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from goals.text import sort_key
from ratings.appendix import Appendix, AppendixRow, Audience
from ratings.documents import write_xlsx
from ratings.rollup import Standing, UnitLine, UnitTexts, progress, roll_up
from ratings.scheme import Grade, Marker
from ratings.states import ReportState

GOAL = "Die Grundsprachbildung von Migrantinnen und Migranten wird anschlussfähig, aufbauend und wohnortnah ermöglicht."
NASTY = [
    "=1+1",
    "+49 541 501",
    "- Spiegelstrich",
    "@SUM(A1)",
    " =1+1",
    '=HYPERLINK("http://x";"y")',
    "#N/A",
    "TRUE",
    "20.1",
    "Zeile 1\nZeile 2",
    "\ttab",
    "عربي نص",
    "日本語の文",
    "😀 Emoji",
    "<b>&amp;</b>",
    'a;b;"c"',
    "Über­gänge",
]

LONG = UnitTexts(summary="=Kurz", situation="Läuft. " * 90)


def unit(name: str, *, lead: bool = True, grade: Grade | None = None, state: ReportState | None = None, **rest: Any) -> UnitLine:
    submitted = state in (ReportState.SUBMITTED, ReportState.RETURNED)
    markers = {} if not submitted else {marker.value: False for marker in Marker.voted()}
    return UnitLine(
        slug=name.lower(),
        name=f"Fachdienst {name}",
        short_name=name,
        is_lead=lead,
        is_external=False,
        state=state,
        grade=grade,
        submission=1 if submitted else None,
        **{**markers, **rest},
    )


def row(goal: str = "20", position: int = 1, *, standing: Standing = Standing.AGREED, **changes: Any) -> AppendixRow:
    units = changes.pop("units", (unit("Jugend"), unit("MaßArbeit", lead=False)))
    rolled = roll_up(units)
    agreed = standing in (Standing.AGREED, Standing.NOT_RATED)
    recheck = changes.pop("recheck", False)
    values: dict[str, Any] = {
        "key": f"beispiel-{goal}-{position}",
        "number": f"{goal}.{position}",
        "goal_number": goal,
        "goal_sort_key": sort_key(goal),
        "position": position,
        "title": "Sprachkurse & Beratung",
        "field_position": 3,
        "field_title": "Sprache",
        "challenge_position": 1,
        "challenge_title": "Spracherwerb für Erwachsene",
        "goal_text": GOAL,
        "goal_kind": "Prozessziel",
        "is_mandatory": False,
        "standing": standing,
        "grade": Grade.HIGH if standing in (Standing.AGREED, Standing.PROPOSAL) else None,
        "routine": True,
        "continuation": False,
        "influence": False,
        "conditions": False,
        "reason": "",
        "remark": "",
        "agreed_on": date(2026, 11, 20) if agreed else None,
        "recheck": recheck,
        "progress": progress(rolled, units, agreed=agreed, recheck=recheck),
        "units": units,
        "roll_up": rolled,
    }
    return AppendixRow(**{**values, **changes})


def appendix(*rows: AppendixRow, **changes: Any) -> Appendix:
    values: dict[str, Any] = {
        "concept_slug": "beispiel",
        "concept_title": "Migration und Integration 2023-2027",
        "concept_short_title": "Migration & Integration",
        "is_example": True,
        "round_slug": "beispiel",
        "round_title": "Runde 2026",
        "state_word": "in Abstimmung",
        "has_ratings": True,
        "is_draft": True,
        "version": None,
        "as_of": date(2026, 11, 22),
        "released_on": None,
        "audience": Audience.INTERNAL,
        "total": len(rows),
        "rows": rows,
    }
    return Appendix(**{**values, **changes})


def every_kind() -> list[AppendixRow]:
    """134 rows in nine Handlungsfelder with every standing, grade and marker, long texts and what breaks workbooks."""
    rows = []
    for index in range(134):
        standing = list(Standing)[index % 5]
        grade = list(Grade)[index // 5 % 4] if standing in (Standing.AGREED, Standing.PROPOSAL) else None
        goal = 1 + index * 2 // 3
        rows.append(
            row(
                str(goal),
                1 if index % 3 != 1 else 2,
                standing=standing,
                grade=grade,
                title=NASTY[index % len(NASTY)] if index % 4 == 0 else "Gestaltung Rechtskreiswechsel AsylbLG - SGB II",
                field_position=1 + goal // 10,
                field_title=f"Feld {1 + goal // 10} & Teilhabe",
                challenge_title=f"Herausforderung {goal // 4}",
                goal_text=f"{GOAL} " * (1 + goal % 4),
                reason="Maßnahme entfällt." if standing == Standing.NOT_RATED else "",
                remark="Langer Text. " * 300 if index == 60 else ("Wird 2027 fortgesetzt." if index % 9 == 0 else ""),
                continuation=index % 3 == 0,
                influence=index % 7 == 0,
                conditions=index % 11 == 0,
                is_mandatory=index % 5 == 0,
                recheck=index == 0,
                units=(
                    unit(
                        "Jugend",
                        grade=grade,
                        state=ReportState.SUBMITTED,
                        texts=LONG,
                    ),
                    unit("Straßen und Planung", lead=False, state=ReportState.OPEN),
                )
                if index % 10
                else (),
            )
        )
    return rows


def workbook(source: Appendix, **options: Any) -> Workbook:
    out = io.BytesIO()
    write_xlsx(source, out, **options)
    return load_workbook(io.BytesIO(out.getvalue()), rich_text=False)


def texts(sheet: Worksheet) -> list[str]:
    return [str(cell.value) for cells in sheet.iter_rows() for cell in cells if cell.value is not None]


def data(book: Workbook) -> list[dict[str, Any]]:
    heading, *rest = book["Daten"].iter_rows(values_only=True)
    return [dict(zip(heading, values, strict=True)) for values in rest]


def measure_rows(sheet: Worksheet) -> list[dict[str, Any]]:
    """The cells of the Maßnahmen by their heading."""
    heading = next(cells for cells in sheet.iter_rows() if cells[0].value == "Ziel")
    names = [cell.value for cell in heading]
    column = names.index("Nr.")
    rows = [cells for cells in sheet.iter_rows(min_row=heading[0].row + 1) if cells[column].value not in (None, "Nr.")]
    return [dict(zip(names, cells, strict=True)) for cells in rows]
