"""One full row per Maßnahme: the sheet „Daten“ and the CSV file; file names and the command that writes them."""

import csv
import io
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from goals.models import Concept
from ratings.appendix import Appendix, Audience
from ratings.documents import WRITERS, file_name, write_csv
from ratings.documents.csv_file import csv_value
from ratings.models import ReportingRound
from ratings.rollup import Standing, UnitTexts
from ratings.scheme import Grade
from ratings.states import ReportState
from tests.ratings.appendix_samples import GOAL, appendix, data, every_kind, measure_rows, row, texts, unit, workbook


def csv_rows(source: Appendix, **options: Any) -> list[dict[str, str]]:
    out = io.BytesIO()
    write_csv(source, out, **options)
    return list(csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig"), newline=""), delimiter=";"))


@pytest.fixture(scope="module")
def book() -> Workbook:
    return workbook(appendix(*every_kind()))


# --- Sheet „Daten“


def test_data_sheet_is_a_table(book: Workbook) -> None:
    sheet = book["Daten"]
    table = sheet.tables["Daten"]
    headings = [cell.value for cell in sheet[1]]
    assert table.ref == f"A1:{sheet.cell(135, len(headings)).coordinate}"
    assert table.autoFilter.ref == table.ref
    assert [column.name for column in table.tableColumns] == headings
    assert len(set(headings)) == len(headings)
    assert sheet.freeze_panes == "C2"


def test_data_row() -> None:
    lead = unit(
        "Jugend",
        grade=Grade.HIGH,
        state=ReportState.SUBMITTED,
        routine=True,
        texts=UnitTexts(summary="Läuft.", next_step="Weiter"),
    )
    helper = unit("MaßArbeit", lead=False, grade=Grade.MEDIUM, state=ReportState.SUBMITTED, texts=UnitTexts(summary="Stockt."))
    late = unit("Planung", lead=False, state=ReportState.OPEN)
    dropped = unit("Alt", lead=False, state=ReportState.DROPPED)
    source = row(units=(lead, helper, late, dropped), conditions=None, is_mandatory=True, remark="Gut.")
    found = data(workbook(appendix(source)))[0]
    assert found.pop("Prüfzeichen")
    assert found == {
        "Schlüssel": "beispiel-20-1",
        "Nummer": "20.1",
        "Ziel": "20",
        "Position": 1,
        "Handlungsfeld": "Sprache",
        "Herausforderung": "Spracherwerb für Erwachsene",
        "Zielbeschreibung": GOAL,
        "Zielart": "Prozessziel",
        "Maßnahme": "Sprachkurse & Beratung",
        "Pflichtaufgabe (P)": "ja",
        "Zielerreichungsgrad": "hoch",
        "Bewertung ist": "abgestimmt",
        "Routine (R)": "ja",
        "Weiterführungsbedarf (➔)": "nein",
        "Zuständigkeit bzw. kommunale Einflussmöglichkeit fraglich (↗)": "nein",
        "Veränderte Rahmenbedingungen (□)": "nicht überliefert",
        "Begründung": None,
        "Bemerkung": "Gut.",
        "abgestimmt am": midnight(2026, 11, 20),
        "federführend": "Fachdienst Jugend",
        "Zuarbeit": "Fachdienst MaßArbeit; Fachdienst Planung",
        "Stand": "abgestimmt",
        "fehlende Berichte": "Fachdienst Planung",
        "Vorschläge": "Jugend: hoch (R); MaßArbeit: mittel",
        "Kurzfassungen": "Jugend: Läuft.\nMaßArbeit: Stockt.",
        "Nächste Schritte": "Jugend: Weiter",
        "Konzept": "Migration und Integration 2023-2027",
        "Berichtsrunde": "Runde 2026",
        "Fassung": "Beispieldaten, Entwurf (in Abstimmung)",
        "Stand der Daten": midnight(2026, 11, 22),
    }


def midnight(*parts: int) -> Any:
    """Dates come back from a workbook as datetimes at midnight."""
    return datetime(*parts)  # noqa: DTZ001  what a workbook holds has no time zone


def test_dates_are_dates_and_numbers_stay_text(book: Workbook) -> None:
    sheet = book["Daten"]
    column = {cell.value: cell.column for cell in sheet[1]}
    day, number = sheet.cell(2, column["abgestimmt am"]), sheet.cell(2, column["Nummer"])
    assert (day.is_date, day.number_format) == (True, "DD.MM.YYYY")
    assert (number.data_type, number.number_format) == ("s", "@")


@pytest.mark.parametrize(
    ("standing", "word"),
    [
        (Standing.AGREED, "abgestimmt"),
        (Standing.NOT_RATED, "nicht bewertet"),
        (Standing.DISPUTED, "uneinig"),
        (Standing.PROPOSAL, "Vorschlag"),
        (Standing.NONE, "noch nicht bewertet"),
    ],
)
def test_on_whose_word(standing: Standing, word: str) -> None:
    assert data(workbook(appendix(row(standing=standing, routine=False))))[0]["Bewertung ist"] == word


def test_nobody_has_said_no_before_anything_is_proposed() -> None:
    assert data(workbook(appendix(row(standing=Standing.NONE, routine=False))))[0]["Routine (R)"] is None


def test_readers_get_no_proposals_and_no_states_of_reports() -> None:
    units = (unit("Jugend", grade=Grade.LOW, state=ReportState.SUBMITTED, texts=UnitTexts(summary="Geheim")),)
    source = appendix(row(units=units), audience=Audience.RELEASED, is_draft=False)
    inside = {"Stand", "fehlende Berichte", "Vorschläge", "Kurzfassungen"}
    book = workbook(source)
    assert not inside & set(data(book)[0])
    assert not inside & set(csv_rows(source)[0])
    assert not any("Geheim" in text or "gering" in text for text in [*texts(book["Daten"]), *map(str, csv_rows(source))])


# --- CSV


def test_csv_bytes() -> None:
    out = io.BytesIO()
    write_csv(appendix(row(remark="eins\nzwei")), out)
    raw = out.getvalue()
    assert raw.startswith("\ufeffSchlüssel;Ziel;Position;".encode())
    assert raw.count(b"\r\n") == 2
    assert raw.endswith(b"\r\n")
    assert b'"eins\nzwei"' in raw


def test_csv_has_the_columns_of_the_data_sheet_without_the_number() -> None:
    rows = every_kind()
    source = appendix(*rows)
    heading = list(data(workbook(source))[0])
    found = csv_rows(source)
    assert list(found[0]) == [name for name in heading if name != "Nummer"]
    assert [(line["Ziel"], line["Position"]) for line in found] == [
        (item.goal_number, str(item.position)) for item in source.rows
    ]
    assert {line["abgestimmt am"] for line in found} == {"", "20.11.2026"}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Bedarfsermittlung", "Bedarfsermittlung"),
        ("=1+1", "'=1+1"),
        ("  =1+1", "'  =1+1"),
        ("+49", "'+49"),
        ("-5", "'-5"),
        ("- Punkt", "'- Punkt"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\rx", "'\nx"),
        ("＝1", "'＝1"),
        ("\x00=1", "'=1"),
        ("20.1", "'20.1"),
        ("3/4", "'3/4"),
        ("1-2-2024", "'1-2-2024"),
        ("12E3", "'12E3"),
        ("M 3.2", "M 3.2"),
        ("89", "89"),
        ("2018-2022 gefördert", "2018-2022 gefördert"),
        ("", ""),
        (None, ""),
        (7, "7"),
        (-7, "-7"),
        (date(2026, 1, 2), "02.01.2026"),
    ],
)
def test_csv_values(value: Any, written: str) -> None:
    assert csv_value(value) == written


@pytest.mark.parametrize("source", [appendix(row(), total=9), appendix(row())])
def test_csv_says_what_it_is(source: Appendix) -> None:
    line = csv_rows(source)[0]
    assert line["Fassung"] == "Beispieldaten, Entwurf (in Abstimmung)"
    assert line.get("Auswahl") == ("1 von 9 Maßnahmen" if source.total == 9 else None)


# --- File name and command


@pytest.mark.parametrize(
    ("changes", "ending", "name"),
    [
        (
            {"is_example": False, "is_draft": False, "round_slug": "evaluation-2022"},
            "xlsx",
            "Anhang_evaluation-2022_Stand_2026-11-22.xlsx",
        ),
        ({"is_example": False, "round_slug": "runde"}, "csv", "Entwurf_Anhang_runde_Stand_2026-11-22.csv"),
        ({"is_draft": False}, "csv", "Beispieldaten_Anhang_beispiel_Stand_2026-11-22.csv"),
        ({}, "xlsx", "Beispieldaten_Entwurf_Anhang_beispiel_Stand_2026-11-22.xlsx"),
    ],
)
def test_file_name(changes: dict[str, Any], ending: str, name: str) -> None:
    assert file_name(appendix(**changes), ending) == name


def test_writers_write() -> None:
    for writer in WRITERS.values():
        out = io.BytesIO()
        writer.write(appendix(row()), out, selection="gering")
        assert out.getvalue()


def test_rows_can_be_any_selection() -> None:
    source = replace(appendix(row("1"), row("2")), rows=(row("2"),))
    assert [line["Ziel"] for line in csv_rows(source)] == ["2"]


@pytest.fixture
def evaluation(db: None) -> None:
    call_command("loaddata", "konzept_2018_2022", "organisation", "evaluation_2022", verbosity=0)


@pytest.mark.usefixtures("evaluation")
@pytest.mark.parametrize("flags", [[], ["--freigegeben"]])
def test_command_writes_all_measures_of_the_published_evaluation(tmp_path: Path, flags: list[str]) -> None:
    path = tmp_path / "anhang.xlsx"
    call_command("export_anhang", "--runde", "evaluation-2022", "--ausgabe", str(path), *flags, verbosity=0)
    book = load_workbook(path)
    assert book["Daten"].max_row == 135
    assert len(measure_rows(book["Anhang"])) == 134
    assert "Kennzeichen ➔ und □ ab Ziel 32 nicht überliefert; ↗ nicht überliefert." in " ".join(texts(book["Anhang"]))
    assert [found.name for found in tmp_path.iterdir()] == ["anhang.xlsx"]


@pytest.fixture
def small_round(db: None) -> ReportingRound:
    concept = Concept.objects.create(
        slug="klein", title="Klein", short_title="Klein", period_start=date(2023, 1, 1), period_end=date(2027, 12, 31)
    )
    return ReportingRound.objects.create(
        concept=concept, slug="runde-1", title="Runde 1", opens_on=date(2026, 1, 1), due_on=date(2026, 2, 1)
    )


@pytest.mark.usefixtures("small_round")
@pytest.mark.parametrize(
    ("round_", "flags", "name", "message"),
    [
        ("gibtsnicht", [], "a.xlsx", "Die Berichtsrunde „gibtsnicht“ gibt es nicht. Vorhanden sind: runde-1."),
        ("runde-1", [], "a.odt", "Die Endung von „a.odt“ ist nicht bekannt. Möglich sind: .xlsx, .ods, .csv, .pdf."),
        ("runde-1", [], "a", "Die Endung von „a“ ist nicht bekannt. Möglich sind: .xlsx, .ods, .csv, .pdf."),
        ("runde-1", [], "fehlt/a.csv", "lässt sich nicht schreiben"),
        ("runde-1", [], "ordner.csv", "ist ein Ordner"),
        ("runde-1", ["--freigegeben"], "a.csv", "noch kein Stand gespeichert"),
    ],
)
def test_command_says_what_is_wrong(tmp_path: Path, round_: str, flags: list[str], name: str, message: str) -> None:
    (tmp_path / "ordner.csv").mkdir()
    with pytest.raises(CommandError, match=message.replace("(", r"\(")):
        call_command("export_anhang", "--runde", round_, "--ausgabe", str(tmp_path / name), *flags)
    assert [found.name for found in tmp_path.iterdir()] == ["ordner.csv"]
