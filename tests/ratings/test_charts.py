"""Charts: words and counts from rows, and the SVG that is drawn from them. No database (DESIGN.md, section 4, rules 1 and 9)."""

import re
from datetime import date
from typing import Any

import pytest
from lxml import etree

from ratings import charts
from ratings.appendix import Appendix
from ratings.charts import BarChart, Chart, ReturnCurve, RoundResult
from ratings.charts.parts import ReturnDay
from ratings.rollup import Standing
from ratings.scheme import Grade
from tests.ratings.appendix_samples import NASTY, appendix, every_kind, row

SVG = "{http://www.w3.org/2000/svg}"
NO_MARKERS = dict.fromkeys(("routine", "continuation", "influence", "conditions"))


def table(chart: BarChart | None) -> dict[str, dict[str, int]]:
    """The numbers above 0 by bar and category."""
    assert chart
    return {bar.label: {cell.key.word: cell.count for cell in cells if cell.count} for bar, cells in chart.table}


def rated(*grades: Grade | None, field: int = 1, standing: Standing = Standing.AGREED) -> list[Any]:
    """Rows of one Handlungsfeld with these grades; None is agreed not to be rated."""
    return [
        row(
            f"{field}{at}",
            standing=standing if grade else Standing.NOT_RATED,
            grade=grade,
            field_position=field,
            field_title=f"Feld {field}",
            **NO_MARKERS,
        )
        for at, grade in enumerate(grades)
    ]


def test_the_distribution_counts_every_field_and_all_of_them() -> None:
    first = rated(Grade.HIGH, Grade.HIGH, None, field=1)
    second = rated(Grade.LOW, Grade.UNCLEAR, field=2)
    proposals = rated(Grade.HIGH, field=2, standing=Standing.PROPOSAL)
    chart = charts.distribution_chart(appendix(*first, *second, *proposals))
    assert table(chart) == {
        "Feld 1": {"hoch": 2, "nicht bewertet": 1},
        "Feld 2": {"hoch": 1, "gering": 1, "unklar": 1},
        "Alle Maßnahmen": {"hoch": 3, "gering": 1, "unklar": 1, "nicht bewertet": 1},
    }
    proposed = {bar.label: cells[0].proposed for bar, cells in chart.table}
    assert proposed == {"Feld 1": 0, "Feld 2": 1, "Alle Maßnahmen": 1}
    assert "6 Maßnahmen" in chart.total_words(chart.bars[-1])
    assert "Gefüllt ist abgestimmt, umrandet ist Vorschlag." in chart.notes


def test_uneinig_has_a_column_only_where_it_occurs() -> None:
    words = [key.word for key in charts.distribution_chart(appendix(*rated(Grade.HIGH))).keys]
    assert words == ["hoch", "mittel", "gering", "unklar", "nicht bewertet"]
    disputed = row(standing=Standing.DISPUTED, grade=None)
    assert "uneinig" in [key.word for key in charts.distribution_chart(appendix(disputed)).keys]


def test_no_rows_and_no_ratings_make_empty_bars_and_not_a_result() -> None:
    empty = charts.distribution_chart(appendix())
    assert table(empty) == {"Alle Maßnahmen": {}}
    waiting = charts.distribution_chart(appendix(row(standing=Standing.NONE, grade=None)))
    assert table(waiting) == {"Sprache": {"nicht bewertet": 1}}
    assert charts.course_chart([RoundResult("2024", [row(standing=Standing.NONE, grade=None)])]) is None
    assert charts.course_chart([]) is None


def test_the_course_shows_rated_rounds_and_names_the_others() -> None:
    chart = charts.course_chart(
        [
            RoundResult("2022", rated(None, None)),
            RoundResult("2024", rated(Grade.HIGH, Grade.LOW, None, None)),
            RoundResult("2026", rated(Grade.HIGH, standing=Standing.PROPOSAL), "Entwurf"),
        ]
    )
    assert chart
    assert table(chart) == {"2024": {"hoch": 1, "gering": 1, "nicht bewertet": 2}, "2026": {"hoch": 1}}
    assert [cell.percent for cell in chart.table[0][1]] == [25.0, 0.0, 25.0, 0.0, 50.0]
    assert "Ohne einen Zielerreichungsgrad und deshalb nicht im Diagramm: „2022“." in chart.notes
    assert [bar.note for bar in chart.bars] == ["", "Entwurf"]


def test_an_unknown_marker_is_never_counted_as_no() -> None:
    known = row("1", routine=True, influence=False, is_mandatory=True)
    unknown = row("2", routine=False, influence=None, is_mandatory=False)
    waiting = row("3", standing=Standing.NONE, grade=None, routine=False, influence=False)
    found = table(charts.marker_chart(appendix(known, unknown, waiting)))
    assert found["P  Pflichtaufgabe"] == {"gesetzt": 1, "nicht gesetzt": 2}
    assert found["R  Routine"] == {"gesetzt": 1, "nicht gesetzt": 1, "noch ohne Angabe": 1}
    influence = found["↗  Zuständigkeit bzw. kommunale Einflussmöglichkeit fraglich"]
    assert influence == {"nicht gesetzt": 1, "noch ohne Angabe": 1, "nicht überliefert": 1}
    all_known = charts.marker_chart(appendix(known))
    assert [key.word for key in all_known.keys] == ["gesetzt", "nicht gesetzt"]


def curve(*days: int, owed: int = 10, today: int = 20, is_closed: bool = False, due: int = 15) -> ReturnCurve | None:
    """Reports that came in on these days of March; the round began on the 2nd."""
    return charts.return_curve(
        [date(2026, 3, day) for day in days],
        owed=owed,
        opens_on=date(2026, 3, 2),
        due_on=date(2026, 3, due),
        today=date(2026, 3, today),
        is_closed=is_closed,
    )


def test_reports_are_added_up_by_day() -> None:
    found = curve(10, 3, 3, 1)
    assert found
    assert [(day.day.day, day.new, day.total) for day in found.days] == [(2, 1, 1), (3, 2, 3), (10, 1, 4)]
    assert [percent for _, percent in found.table] == [10.0, 30.0, 40.0]
    assert (found.starts.day, found.ends.day, found.until.day) == (2, 15, 15)


@pytest.mark.parametrize(
    ("found", "ends", "until"),
    [
        (curve(3, today=5), 15, 5),  # runs: known up to today
        (curve(3, today=5, is_closed=True), 15, 15),  # closed early: nothing came in afterwards
        (curve(3, 18), 18, 18),  # late reports are shown
        (curve(3, 18, today=17), 18, 18),
    ],
)
def test_the_curve_ends_at_the_deadline_or_with_the_last_late_report(found: ReturnCurve, ends: int, until: int) -> None:
    assert (found.ends.day, found.until.day) == (ends, until)
    assert ("davon 1 nach der Abgabefrist" in found.description) == (ends == 18)


def test_nothing_owed_or_nothing_come_in_is_no_curve() -> None:
    assert curve() is None
    assert curve(3, owed=0) is None


def every_chart() -> list[Chart]:
    rows = every_kind()
    whole = appendix(*rows)
    found = [
        charts.distribution_chart(whole),
        charts.course_chart([RoundResult("Runde „<&>“ 2024 עברית", rows), RoundResult("Runde 2026", rows[:40], "Entwurf")]),
        charts.marker_chart(whole),
        curve(3, 4, 5, 12, 19),
        charts.distribution_chart(appendix()),
        charts.marker_chart(appendix(*rated(None))),
    ]
    return [chart for chart in found if chart]


def parsed(text: str) -> Any:
    return etree.fromstring(text.encode())


def page_svgs(chart: Chart) -> list[Any]:
    """The drawings of a page: of bars one for a narrow and one for a wide column."""
    return list(parsed(f'<svg xmlns="http://www.w3.org/2000/svg">{charts.page_picture(chart, "a")}</svg>'))


def every_svg(chart: Chart) -> list[Any]:
    return [*page_svgs(chart), parsed(charts.file_picture(chart, appendix()))]


def told(svg: Any) -> list[tuple[str, int]]:
    """The numbers in and below the bars, each with its symbol, or „drawn“ where a mark stands before it."""
    words = [text for text in svg.iter(f"{SVG}text") if text.get("font-size") is None]
    marked = {group[1] for group in svg.iter(f"{SVG}svg", f"{SVG}g") if len(group) == 2 and group[0].get("viewBox")}
    found = [re.fullmatch(r"([●◆▲○◇△?≠–✓…]) (\d+)", word.text) for word in words if word not in marked]
    return [(one.group(1), int(one.group(2))) for one in found if one] + [("drawn", int(word.text)) for word in marked]


@pytest.mark.parametrize("chart", every_chart(), ids=lambda chart: chart.name)
def test_a_picture_is_well_formed_named_and_needs_nothing_from_elsewhere(chart: Chart) -> None:
    for svg in every_svg(chart):
        named = {element.get("id"): element.text for element in svg.iter(f"{SVG}title", f"{SVG}desc")}
        title, text = (
            svg.get("aria-labelledby").split()[0],
            (svg.get("aria-describedby") or svg.get("aria-labelledby")).split()[-1],
        )
        assert svg.get("role") == "img"
        assert chart.title in named[title]
        assert chart.description in named[text]
        ids = {element.get("id") for element in svg.iter() if element.get("id")}
        for element in svg.iter():
            assert etree.QName(element).localname in (
                "svg",
                "title",
                "desc",
                "defs",
                "pattern",
                "rect",
                "circle",
                "path",
                "line",
                "text",
                "g",
            )
            for name, value in element.attrib.items():
                assert not name.startswith("on")
                assert "href" not in name
                assert name != "style"
                assert set(re.findall(r"url\((.*?)\)", value)) <= {f"#{one}" for one in ids}


@pytest.mark.parametrize("chart", [chart for chart in every_chart() if isinstance(chart, BarChart)], ids=lambda chart: chart.name)
def test_the_picture_shows_the_numbers_of_the_table(chart: BarChart) -> None:
    """Each part says its count once, in the bar or below it, and never without a sign. Agreed and proposed are parts of their own."""
    counts = sorted(part.count for bar in chart.bars for part in bar.parts)
    for svg in every_svg(chart):
        assert sorted(count for _, count in told(svg)) == counts
    by_table = sum(cell.count for _, cells in chart.table for cell in cells)
    assert by_table == sum(counts) == sum(bar.total for bar in chart.bars)


def disputed() -> Any:
    return row(standing=Standing.DISPUTED, grade=None, field_position=1, field_title="Feld 1")


def few(counts: dict[Grade | None, int], standing: Standing = Standing.AGREED) -> list[Any]:
    return rated(*(grade for grade, count in counts.items() for _ in range(count)), standing=standing)


@pytest.mark.parametrize(
    ("rows", "narrow", "wide"),
    [
        (few({Grade.HIGH: 1, Grade.LOW: 1}), [("●", 1), ("▲", 1)], [("●", 1), ("▲", 1)]),
        (few({Grade.HIGH: 2, Grade.MEDIUM: 3}, Standing.PROPOSAL), [("○", 2), ("◇", 3)], [("○", 2), ("◇", 3)]),
        (few({Grade.LOW: 4, Grade.UNCLEAR: 4}, Standing.PROPOSAL), [("△", 4), ("?", 4)], [("△", 4), ("?", 4)]),
        ([*rated(None, None), disputed()], [("≠", 1), ("–", 2)], [("≠", 1), ("–", 2)]),
        # Too small for its number: below the bar, as a mark in its colour; sooner in a narrow column.
        (few({Grade.HIGH: 11, Grade.LOW: 1}), [("●", 11), ("drawn", 1)], [("●", 11), ("▲", 1)]),
        (few({Grade.HIGH: 60, Grade.UNCLEAR: 1}), [("●", 60), ("drawn", 1)], [("●", 60), ("drawn", 1)]),
    ],
)
def test_no_number_stands_without_its_sign(rows: list[Any], narrow: list[Any], wide: list[Any]) -> None:
    whole = appendix(*rows)
    chart = charts.distribution_chart(whole)
    assert [sorted(told(svg)) for svg in page_svgs(chart)] == [sorted(narrow), sorted(wide)]


@pytest.mark.parametrize("count", [1, 30, 300])
def test_numbers_below_a_bar_stand_side_by_side_within_it(count: int) -> None:
    many = {Grade.HIGH: count, Grade.MEDIUM: count, Grade.LOW: count, Grade.UNCLEAR: count}
    rows = [*few(many), *few(many, Standing.PROPOSAL), *few({None: 60 * count})]
    for svg, room in zip(page_svgs(charts.distribution_chart(appendix(*rows))), (270, 480), strict=True):
        groups = [group for group in svg.iter(f"{SVG}svg") if len(group) == 2 and group[0].get("viewBox")]
        assert len(groups) == 8
        ends: dict[str, float] = {}
        for group in groups:
            left = float(group.get("x").rstrip("%")) / 100 * room
            assert left >= ends.get(group.get("y"), 0) - 0.01
            ends[group.get("y")] = left + 16 + 8 * len(str(count))
        assert max(ends.values()) <= room


def test_what_is_not_rated_is_pale_and_never_looks_like_a_vorschlag() -> None:
    chart = charts.distribution_chart(appendix(*rated(Grade.HIGH, None), disputed()))
    file = parsed(charts.file_picture(chart, appendix()))
    bars = [one for one in file.iter(f"{SVG}rect") if one.get("height") == "24" and one.get("width") != "2"]
    assert [one.get("stroke") is None for one in bars] == [False, True, True], "hoch, uneinig, nicht bewertet"
    assert all('stroke="' not in charts.key_picture(key, "a") for key in chart.keys)
    hatched = {key.word for key in chart.keys if "url(#a-uneinig-uneinig)" in charts.key_picture(key, "a")}
    assert hatched == {"uneinig"}, "the legend is hatched as the bar is"


def test_the_parts_of_a_bar_fill_it() -> None:
    assert charts.segments([1, 0, 3]) == [(0.0, 0.25), (0.25, 0.0), (0.25, 0.75)]
    assert charts.segments([]) == []
    assert charts.segments([0, 0]) == [(0.0, 0.0), (0.0, 0.0)]


@pytest.mark.parametrize("title", NASTY)
def test_any_name_comes_through_as_text(title: str) -> None:
    rows = [row(field_title=title), row("21", field_position=4, field_title="B")]
    chart = charts.distribution_chart(appendix(*rows))
    for svg in (*page_svgs(chart), parsed(charts.file_picture(chart, appendix(*rows, round_title=title)))):
        lines = "".join(text.text for text in svg.iter(f"{SVG}text")).replace(" ", "")
        assert re.sub(r"\s", "", title) in lines


def test_text_that_xml_cannot_hold_is_left_out() -> None:
    chart = charts.distribution_chart(appendix(row(field_title="A\x00B\x0bC\u202e")))
    for svg in page_svgs(chart):
        assert "ABC" in "".join(text.text for text in svg.iter(f"{SVG}text"))


@pytest.mark.parametrize(
    ("changes", "told", "name"),
    [
        (
            {},
            ["Entwurf (in Abstimmung).", "Beispieldaten:"],
            "Beispieldaten_Entwurf_Diagramm-Verteilung_beispiel_Stand_2026-11-22.svg",
        ),
        (
            {"is_example": False, "is_draft": False, "version": 2, "released_on": date(2026, 11, 20)},
            ["Freigegeben am 20.11.2026, Fassung 2."],
            "Diagramm-Verteilung_beispiel_Fassung-2_Stand_2026-11-22.svg",
        ),
    ],
)
def test_a_file_says_how_binding_it_is(changes: dict[str, Any], told: list[str], name: str) -> None:
    whole: Appendix = appendix(*rated(Grade.HIGH), **changes)
    chart = charts.distribution_chart(whole)
    text = charts.file_picture(chart, whole)
    assert all(words in text for words in told)
    assert ("Entwurf" in text, "Beispieldaten" in text) == (whole.is_draft, whole.is_example)
    assert charts.picture_name(chart, whole) == name
    assert "Stand 22.11.2026" in text


@pytest.mark.parametrize(("until", "total"), [(8, 120), (8, 20), (28, 120), (28, 20)])
def test_the_number_reached_is_readable_wherever_the_curve_ends(until: int, total: int) -> None:
    """Never white: it may stand beside the curve, or above its lower steps."""
    start, day, end = (date(2026, 11, at) for at in (1, until, 30))
    curve = ReturnCurve("ruecklauf", "Rücklauf", "", 134, start, end, day, end, (ReturnDay(day, total, total),))
    looks = [text.get("class") for svg in page_svgs(curve) for text in svg.iter(f"{SVG}text") if "eingegangen" in text.text]
    assert looks == ["chart__text"]


def test_the_legend_of_a_file_gives_the_numbers_of_the_whole() -> None:
    """No table stands beside a file. Rounds are no whole: nobody adds them up."""
    whole = appendix(*rated(Grade.HIGH, None, field=1), *rated(Grade.HIGH, Grade.LOW, field=2))
    course = charts.course_chart([RoundResult("2024", whole.rows), RoundResult("2025", whole.rows)])
    assert course
    first, second = (
        [text.text for text in parsed(charts.file_picture(chart, whole)).iter(f"{SVG}text")]
        for chart in (charts.distribution_chart(whole), course)
    )
    assert {"hoch 2", "mittel 0", "gering 1", "unklar 0", "nicht bewertet 1"} <= set(first)
    assert {"hoch", "mittel", "gering", "unklar", "nicht bewertet"} <= set(second)


def test_the_map_has_every_row_and_leads_to_it() -> None:
    rows = [row("1", challenge_position=1), row("2", challenge_position=2), row("30", field_position=4, field_title="Bildung")]
    found = charts.measure_map(appendix(*rows), shown=rows[:2])
    assert [(field.title, [cell.row.number for cell in field.cells]) for field in found.rows] == [
        ("Sprache", ["1.1", "2.1"]),
        ("Bildung", ["30.1"]),
    ]
    first, second, third = [cell for field in found.rows for cell in field.cells]
    assert first.url == "/konzepte/beispiel/massnahmen/1.1/?runde=beispiel"
    assert first.tip == "1.1 Sprachkurse & Beratung: hoch, abgestimmt"
    assert (first.starts, second.starts, third.is_shown) == (True, True, False)
    assert third.tip.endswith("(nicht in der Auswahl)")
    assert found.rows[0].url == "/runden/beispiel/uebersicht/#hf-3"
