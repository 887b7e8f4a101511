"""Downloaded charts are opened where Fira Sans is not there: their words still have room, measured in the widest letters that stand in."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ratings import charts
from ratings.charts import Chart
from ratings.charts.parts import ReturnCurve, ReturnDay
from ratings.scheme import Grade
from tests.ratings.appendix_samples import appendix, row

pytestmark = pytest.mark.browser

LONG = "Diversität und kulturelle Öffnung: Bedarfsermittlung, Schnittstellen und Mobilität der Integrationsbeauftragten in den Kommunen"
# Every line of text by where it begins and ends, where it stands and how wide the picture is.
LINES = """() => [...document.querySelectorAll("text")].map(text => {
  const box = text.getBoundingClientRect();
  return [box.left, box.right, Math.round(box.bottom), text.textContent];
})"""


def _bars() -> list[Any]:
    """Handlungsfelder with long names, and with many small parts whose numbers stand below their bars."""
    grades = [Grade.HIGH] * 40 + [Grade.MEDIUM, Grade.LOW, Grade.UNCLEAR, None]
    fields = enumerate([LONG, LONG[:64], "Sprache", "Integration im organisierten Sport"], start=1)
    return [
        row(f"{position}{at}", grade=grade, field_position=position, field_title=title)
        for position, title in fields
        for at, grade in enumerate(grades)
    ]


def _pictures() -> list[Chart]:
    rows = _bars()
    whole = appendix(*rows)
    notes = (f"Ohne einen Zielerreichungsgrad und deshalb nicht im Diagramm: „{LONG}“, „{LONG}“.",)
    course = charts.course_chart([charts.RoundResult(f"Berichtsrunde {year}: {LONG}", rows, "Entwurf") for year in (2024, 2025)])
    assert course
    days = tuple(ReturnDay(date(2026, 11, day), 10, 10 * day) for day in range(2, 13))
    first, now, last = (date(2026, 11, day) for day in (1, 13, 30))
    curve = ReturnCurve("ruecklauf", LONG, LONG, 134, first, last, now, last, days, notes)
    return [charts.distribution_chart(whole), charts.marker_chart(whole), course, curve]


@pytest.mark.parametrize("chart", _pictures(), ids=lambda chart: chart.name)
def test_words_stay_in_the_picture_and_apart(browser: Any, tmp_path: Path, chart: Chart) -> None:
    whole = appendix(*_bars(), concept_title=LONG, round_title=LONG)
    text = charts.file_picture(chart, whole).replace("&#x27;Fira Sans&#x27;", "'DejaVu Sans', Verdana")
    path = tmp_path / "bild.svg"
    path.write_text(text, encoding="utf-8")
    page = browser.new_page(viewport={"width": 1280, "height": 1600})
    page.goto(path.as_uri())
    assert page.evaluate("getComputedStyle(document.querySelector('text')).fontFamily").startswith('"DejaVu Sans"')
    lines = sorted(page.evaluate(LINES), key=lambda line: (line[2], line[0]))
    page.close()
    assert [words for left, right, _, words in lines if left < 30 or right > 720 - 30] == []
    beside = [(one, two) for one, two in zip(lines, lines[1:], strict=False) if one[2] == two[2]]
    assert [(one[3], two[3]) for one, two in beside if one[1] > two[0]] == []
