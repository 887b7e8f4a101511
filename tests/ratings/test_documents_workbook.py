"""The whole workbook: „Auswertung“ with its charts, „Berichte“, „Legende“, and what Excel asks of a file it opens without repairing."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree
from openpyxl.chart.bar_chart import BarChart
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from ratings.appendix import Appendix, Audience
from ratings.documents import wording, write_xlsx
from ratings.documents.cell_styles import STYLES, WHITE, contrast, ink_on
from ratings.documents.xlsx_page import set_up_page
from ratings.rollup import Standing, UnitTexts, category
from ratings.scheme import Grade, Marker
from ratings.states import ReportState
from tests.benchmarks.export import read_cells, write_bare
from tests.ratings.appendix_samples import appendix, every_kind, row, texts, unit, workbook

SHEETS = ["Anhang", "Auswertung", "Daten", "Berichte", "Legende"]
ALL = "Alle gezeigten Maßnahmen"
GRADES = [
    "● hoch (grün)",
    "◆ mittel (gelb)",
    "▲ gering (rot)",
    "? unklar (grau)",
    "≠ uneinig (schraffiert)",
    "– nicht bewertet (weiß)",
]
VALUES = ["hoch", "mittel", "gering", "unklar", "uneinig", "ohne"]

Tables = dict[str, dict[str, dict[str, Any]]]


def tables(sheet: Worksheet) -> Tables:
    """The tables of „Auswertung“ by title, line and heading."""
    found: Tables = {}
    title, heading = "", []
    for cells in sheet.iter_rows():
        values = [cell.value for cell in cells]
        if cells[0].style == "Abschnitt":
            title = values[0]
        elif cells[0].style == "Spaltenkopf":
            heading = values
            found[title] = {}
        elif cells[0].style in ("Zeile", "Summe"):
            found[title][values[0]] = dict(zip(heading[1:], values[1:], strict=True))
    return found


def reports(book: Workbook) -> list[dict[str, Any]]:
    heading, *rest = book["Berichte"].iter_rows(values_only=True)
    return [dict(zip(heading, values, strict=True)) for values in rest]


@pytest.fixture(scope="module")
def book() -> Workbook:
    return workbook(appendix(*every_kind()))


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({}, SHEETS),
        ({"audience": Audience.RELEASED}, [name for name in SHEETS if name != "Berichte"]),
        ({"has_ratings": False}, ["Sachstand", *SHEETS[1:]]),
        ({"has_ratings": False, "audience": Audience.RELEASED}, ["Sachstand", "Auswertung", "Daten", "Legende"]),
    ],
)
def test_sheets_in_their_order(changes: dict[str, Any], names: list[str]) -> None:
    assert workbook(appendix(row(), **changes)).sheetnames == names


# --- Auswertung


def test_counts_of_grades_agree_with_the_rows(book: Workbook) -> None:
    rows = every_kind()
    counts = tables(book["Auswertung"])["Zielerreichungsgrade je Handlungsfeld: Anzahl"]
    fields = [f"Feld {index} & Teilhabe" for index in range(1, 10)]
    assert list(counts) == [*fields, ALL]
    for label, line in counts.items():
        block = [item for item in rows if label in (item.field_title, ALL)]
        expected = {words: sum(category(item) == value for item in block) for words, value in zip(GRADES, VALUES, strict=True)}
        assert {name: value for name, value in line.items() if name} == {"Maßnahmen": len(block), **expected}
        assert sum(expected.values()) == len(block)


def test_percent_is_of_what_is_shown() -> None:
    rows = [row("1"), row("2"), row("3", grade=Grade.LOW), row("4", standing=Standing.DISPUTED)]
    sheet = workbook(appendix(*rows, total=134), selection="Sprache")["Auswertung"]
    found = tables(sheet)["Zielerreichungsgrade je Handlungsfeld, in Prozent"]
    assert [found[ALL][name] for name in GRADES] == [0.5, 0, 0.25, 0, 0.25, 0]
    assert "4 von 134 Maßnahmen: Sprache" in texts(sheet)
    assert {cell.number_format for cells in sheet.iter_rows() for cell in cells if cell.value == 0.25} == {"0 %"}


@pytest.mark.parametrize(
    ("values", "standing", "expected"),
    [
        ((True, True, False), Standing.AGREED, {"gesetzt (dunkelblau)": 2, "nicht gesetzt (hellgrau)": 1}),
        (
            (True, None, None),
            Standing.AGREED,
            {"gesetzt (dunkelblau)": 1, "nicht gesetzt (hellgrau)": 0, "nicht überliefert (schraffiert)": 2},
        ),
        (
            (True, False, False),
            Standing.NONE,
            {"gesetzt (dunkelblau)": 1, "nicht gesetzt (hellgrau)": 0, "noch nicht vorgeschlagen (weiß)": 2},
        ),
    ],
)
def test_unknown_markers_are_never_counted_as_no(values: tuple[Any, ...], standing: Standing, expected: dict[str, int]) -> None:
    others = {} if standing == Standing.AGREED else {"continuation": True, "influence": True, "conditions": True}
    rows = [row(str(index), routine=value, standing=standing, **others) for index, value in enumerate(values)]
    found = tables(workbook(appendix(*rows))["Auswertung"])["Kennzeichen: Anzahl"]["R  Routine"]
    assert {name: count for name, count in found.items() if name} == {"Maßnahmen": 3, **expected}


def test_markers_by_field() -> None:
    rows = [
        row("1", routine=True, influence=None, conditions=None),
        row("2", routine=True, influence=None, conditions=True),
        row("3", routine=None, influence=None, field_position=4, field_title="Bildung"),
    ]
    found = tables(workbook(appendix(*rows))["Auswertung"])
    set_, percent = found["Kennzeichen je Handlungsfeld: gesetzt"], found["Kennzeichen je Handlungsfeld: gesetzt, in Prozent"]
    unknown = found["Kennzeichen je Handlungsfeld: nicht überliefert"]
    routine, influence = "R\nRoutine", "↗\nZuständigkeit, Einfluss"
    assert [set_[label][routine] for label in ("Sprache", "Bildung", ALL)] == [2, "–", 2]
    assert [percent[label][routine] for label in ("Sprache", "Bildung", ALL)] == [1, "–", 0.6667]
    assert {set_[label][influence] for label in set_} == {"–"}
    assert [unknown[ALL][f"{marker.symbol}\nnicht überliefert"] for marker in (Marker.ROUTINE, Marker.INFLUENCE)] == [1, 3]
    assert "P\nnicht überliefert" not in unknown[ALL]


def test_there_is_no_table_of_unknown_markers_where_all_are_told() -> None:
    assert not any("nicht überliefert" in title for title in tables(workbook(appendix(row()))["Auswertung"]))


def test_proposals_are_named_as_such() -> None:
    notes = " ".join(texts(workbook(appendix(row("1"), row("2", standing=Standing.PROPOSAL)))["Auswertung"]))
    assert "zählt der Vorschlag der federführenden Einheit (1 von 2 Maßnahmen)" in notes
    assert "Vorschlag" not in " ".join(texts(workbook(appendix(row("1")))["Auswertung"]))


def test_a_round_without_ratings_counts_reports() -> None:
    told = unit("Jugend", state=ReportState.SUBMITTED, texts=UnitTexts(summary="Läuft."))
    source = appendix(row("1", units=(told,)), row("2", units=(unit("Jugend", state=ReportState.OPEN),)), has_ratings=False)
    found = tables(workbook(source)["Auswertung"])
    assert found["Sachstände je Handlungsfeld: Anzahl"][ALL] == {
        "Maßnahmen": 2,
        "mit Sachstand (dunkelblau)": 1,
        "ohne Sachstand (hellgrau)": 1,
        None: None,
    }
    owed = found["Rücklauf der Berichte je Handlungsfeld: Anzahl"][ALL]
    assert (owed["Berichte"], owed["eingereicht"], owed["offen"]) == (2, 1, 1)
    assert not any("Zielerreichungsgrad" in text or "Kennzeichen" in text for text in texts(workbook(source)["Auswertung"]))


def test_an_empty_selection_says_so() -> None:
    sheet = workbook(appendix(total=134), selection="gering")["Auswertung"]
    assert wording.NOTHING_FOUND in texts(sheet)
    assert not sheet._charts


# --- Charts


def charts(book: Workbook) -> list[BarChart]:
    """openpyxl reads charts back."""
    return list(book["Auswertung"]._charts)


def test_charts_name_their_colours_and_have_those_of_the_scheme(book: Workbook) -> None:
    grades, markers = charts(book)
    assert [series.tx.strRef.strCache.pt[0].v for series in grades.series] == GRADES
    fills = [series.spPr.solidFill and str(series.spPr.solidFill.srgbClr) for series in grades.series]
    assert fills == [*(grade.fill for grade in Grade), None, WHITE]
    assert (grades.grouping, grades.overlap, grades.barDir) == ("stacked", 100, "bar")
    assert all("(" in series.tx.strRef.strCache.pt[0].v for series in markers.series)


def test_charts_draw_from_the_cells_they_name(book: Workbook) -> None:
    for chart in charts(book):
        for series in chart.series:
            for source, kept in (
                (series.tx.strRef.f, [point.v for point in series.tx.strRef.strCache.pt]),
                (series.cat.strRef.f, [point.v for point in series.cat.strRef.strCache.pt]),
                (series.val.numRef.f, [int(point.v) for point in series.val.numRef.numCache.pt]),
            ):
                name, cells = source.replace("$", "").split("!")
                found = book[name.strip("'")][cells]
                cells_values = [cell.value for (cell,) in found] if isinstance(found, tuple) else [found.value]
                assert cells_values == kept


def test_charts_say_what_they_show() -> None:
    drawing = _parts(appendix(*every_kind()))["xl/drawings/drawing1.xml"]
    frames = drawing.findall(".//{*}cNvPr")
    assert [frame.get("name") for frame in frames] == [
        "Zielerreichungsgrade je Handlungsfeld: Anzahl der Maßnahmen",
        "Kennzeichen: Anzahl der Maßnahmen",
    ]
    assert "Alle gezeigten Maßnahmen: ● hoch (grün) " in frames[0].get("descr")


@pytest.mark.parametrize("fill", [*(grade.fill for grade in Grade), WHITE, "2B3F8C", "D5D9E6"])
def test_numbers_are_readable_in_their_bars(fill: str) -> None:
    assert contrast(ink_on(fill), fill) >= 4.5


# --- Berichte


def test_berichte_has_one_row_per_submitted_report() -> None:
    lead = unit(
        "Jugend", state=ReportState.SUBMITTED, grade=Grade.LOW, routine=True, texts=UnitTexts(summary="Kurz", situation="=Lang")
    )
    again = unit("Schule", lead=False, state=ReportState.RETURNED, texts=UnitTexts(summary="Früher"))
    others = [unit(state.value, lead=False, state=state) for state in ReportState if state not in ("submitted", "returned")]
    dropped = unit("Alt", lead=False, state=ReportState.DROPPED, texts=UnitTexts(summary="Entfallen"))
    dropped = replace(dropped, submission=1)
    found = reports(workbook(appendix(row(units=(lead, again, *others, dropped)))))
    assert [(line["Schlüssel"], line["Einheit"], line["Zuständigkeit"], line["Bericht ist"]) for line in found] == [
        ("beispiel-20-1", "Fachdienst Jugend", "federführend", "eingereicht"),
        ("beispiel-20-1", "Fachdienst Schule", "Zuarbeit", "zurückgegeben"),
    ]
    assert (found[0]["Vorgeschlagener Grad"], found[0]["Routine (R)"], found[0]["Sachstand"]) == ("gering", "ja", "=Lang")
    assert found[1]["Vorgeschlagener Grad"] == "kein Vorschlag"
    assert "Hemmnisse" not in found[0]


def test_berichte_of_a_round_without_ratings_has_no_proposals() -> None:
    source = appendix(
        row(units=(unit("Jugend", state=ReportState.SUBMITTED, texts=UnitTexts(summary="Kurz")),)), has_ratings=False
    )
    assert not {"Vorgeschlagener Grad", "Routine (R)"} & set(reports(workbook(source))[0])


# --- Legende


@pytest.mark.parametrize(
    ("changes", "selection", "expected"),
    [
        (
            {},
            "",
            {"Fassung": "Entwurf (in Abstimmung)", "Auswahl": "keine: alle Maßnahmen", "Maßnahmen in dieser Datei": "1 von 1"},
        ),
        (
            {"total": 134},
            "gering",
            {"Auswahl": "gering", "Maßnahmen in dieser Datei": "1 von 134", "Stand der Daten": "22.11.2026"},
        ),
        ({"is_draft": False, "version": 2}, "", {"Fassung": "freigegeben, Fassung 2", "Berichtsrunde": "Runde 2026"}),
    ],
)
def test_legend_says_what_the_file_is(changes: dict[str, Any], selection: str, expected: dict[str, str]) -> None:
    sheet = workbook(appendix(row(), **changes), selection=selection)["Legende"]
    facts = {cells[0].value: cells[2].value for cells in sheet.iter_rows() if cells[0].style == "Feldname"}
    assert expected.items() <= facts.items()


def test_legend_explains_grades_by_symbol_word_and_colour(book: Workbook) -> None:
    found = {cells[0].value: cells for cells in book["Legende"].iter_rows() if cells[1].style == "Feldname mit Einzug"}
    for grade in Grade:
        symbol, words, meaning = found[grade.symbol]
        assert (words.value, meaning.value) == (f"{grade.word} ({grade.colour})", grade.criterion)
        assert symbol.fill.fgColor.rgb[2:] == grade.fill
    assert {marker.symbol for marker in Marker} <= set(found)


# --- What Excel repairs


def _parts(source: Appendix, **options: Any) -> dict[str, Any]:
    out = io.BytesIO()
    write_xlsx(source, out, **options)
    archive = zipfile.ZipFile(out)
    return {name: etree.fromstring(archive.read(name)) for name in archive.namelist() if name.endswith((".xml", ".rels"))}


def _tables(parts: dict[str, Any]) -> Iterator[Any]:
    return (part for name, part in parts.items() if name.startswith("xl/tables/"))


@pytest.mark.parametrize("source", [appendix(*every_kind()), appendix(total=134), appendix(row(), has_ratings=False)])
def test_what_excel_would_repair(source: Appendix) -> None:
    parts = _parts(source)
    book = workbook(source)
    names = [part.get("displayName") for part in _tables(parts)]
    assert len(set(names)) == len(names)
    for table in _tables(parts):
        columns = [column.get("name") for column in table.iter("{*}tableColumn")]
        assert columns == [cell.value for cell in book[table.get("name")][1]]
        assert len({name.casefold() for name in columns}) == len(columns)
    defined = [(node.get("name"), node.get("localSheetId")) for node in parts["xl/workbook.xml"].iter("{*}definedName")]
    assert len(set(defined)) == len(defined)
    assert all(len(sheet.title) <= 31 for sheet in book)
    order = ["b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign", "sz", "color", "name", "family"]
    for font in parts["xl/styles.xml"].iter("{*}font"):
        places = [order.index(etree.QName(part).localname) for part in font]
        assert places == sorted(places)


@pytest.mark.parametrize("char", ["x", "&", "„"])
def test_head_and_foot_fit_what_excel_allows(char: str) -> None:
    sheet = Workbook().active
    set_up_page(sheet, appendix(concept_short_title=char * 300, round_title=char * 300, state_word=char * 300))
    assert len(str(sheet.oddHeader)) <= 255
    assert len(str(sheet.oddFooter)) <= 255


def test_style_names_are_unique() -> None:
    assert len({style.name for style in STYLES}) == len(STYLES)


# --- The benchmark (its time is never tested)


def test_bare_openpyxl_writes_the_same_cells_and_styles() -> None:
    ours, bare = io.BytesIO(), io.BytesIO()
    write_xlsx(appendix(*every_kind()), ours)
    cells = read_cells(ours.getvalue())
    write_bare(cells, bare)
    assert read_cells(bare.getvalue()) == cells
    assert sum(len(sheet.cells) for sheet in cells) > 134 * 30
