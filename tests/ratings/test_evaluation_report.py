"""The Evaluationsbericht: what stands in it, and who gets it how."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx.document import Document

from goals.models import Role
from ratings.appendix import Appendix, Audience, freeze, live_appendix, load_appendix
from ratings.comparison import Change
from ratings.documents import report_words, typst_base
from ratings.documents.report_body import NO_TEXT, UNWRITTEN, body
from ratings.documents.report_pieces import Chart, Heading, Paragraph, Ref, Table
from ratings.evaluation_report import EvaluationReport, build_report
from ratings.indicator_lines import IndicatorLine
from ratings.models import FieldSummary, ReportingRound, Section
from ratings.rollup import Standing
from ratings.scheme import Marker
from ratings.states import ReportState, RoundState
from ratings.summaries import freeze_chapters, indicators_for
from tests import factories as make
from tests.ratings.appendix_samples import LONG, appendix, row, unit
from tests.ratings.evaluation_reports import OWNER, RELEASED, chapters, everything, full, report, squeezed


def headings(source: EvaluationReport) -> list[tuple[int, str]]:
    return [(piece.level, piece.text) for piece in body(source) if isinstance(piece, Heading)]


def test_order_of_the_published_report() -> None:
    assert headings(full()) == [
        (1, "Einleitung"),
        (2, "Anlass"),
        (1, "Prozessansatz und Evaluationsmethodik"),
        (2, "Bewertungsschema"),
        (1, "Evaluationsergebnisse"),
        (2, "Sprache"),
        (3, "Herausforderungen"),
        (3, "Bewertung der Maßnahmen"),
        (2, "Bildung & Schule"),
        (3, "Bewertung der Maßnahmen"),
        (1, "Fazit"),
        (2, "Ergebnisse im Überblick"),
    ]


def sentences(source: EvaluationReport) -> str:
    found = [piece.parts for piece in body(source) if isinstance(piece, Paragraph)]
    return squeezed(" ".join("".join(part if isinstance(part, str) else part.words for part in parts) for parts in found))


@pytest.mark.parametrize(
    ("text", "levels"),
    [("# A\n\n## B", [1, 2, 3]), ("## B", [1, 2]), ("## B\n\n# A\n\n## C", [1, 2, 2, 3])],
)
def test_no_level_of_a_heading_is_left_out(text: str, levels: list[int]) -> None:
    source = report(row(), given=chapters("Sprache", introduction=text))
    assert [level for level, _ in headings(source)][: len(levels)] == levels


@pytest.mark.parametrize(
    ("changes", "version", "says"),
    [({}, 0, UNWRITTEN), (RELEASED, 0, NO_TEXT), (RELEASED, 3, UNWRITTEN)],
)
def test_a_chapter_nobody_wrote_says_so(changes: dict[str, Any], version: int, says: str) -> None:
    """A released result is a draft again as long as chapters are in work (`version` > 0) that were not released with it."""
    given = chapters("Sprache", method="Text.")
    given[1] = replace(given[1], version=version)
    source = report(row(), given=given, **changes)
    gaps = [piece.parts for piece in body(source) if isinstance(piece, Paragraph) and piece.is_gap]
    assert gaps == [(says,)] * 3
    assert source.unwritten == 3
    assert source.is_draft == (says == UNWRITTEN)


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (("Sprache", "Bildung"), [("3.1", "Sprache", 1, True), ("3.2", "Bildung", 1, True)]),
        (("Bildung", "Sprache"), [("3.1", "Bildung", 1, True), ("3.2", "Sprache", 1, True)]),
        (("Sprachen", "Bildung"), [("3.1", "Sprache", 1, True), ("3.2", "Bildung", 1, True)]),  # renamed since: by its place
        (("Sprache", "Bildung", "Neu"), [("3.1", "Sprache", 1, True), ("3.2", "Bildung", 1, True), ("3.3", "Neu", 0, True)]),
        (("Sprache",), [("3.1", "Sprache", 1, True), ("3.2", "Bildung", 1, False)]),
        ((), [("3.1", "Sprache", 1, False), ("3.2", "Bildung", 1, False)]),
    ],
)
def test_texts_come_to_their_handlungsfeld(chosen: tuple[str, ...], expected: list[Any]) -> None:
    rows = (row("20"), row("30", field_title="Bildung", field_position=4))
    given = chapters(*chosen, **{f"field{number}": "Text." for number in range(1, 4)})
    parts = report(*rows, given=given).fields
    assert [(part.number, part.title, len(part.rows), bool(part.blocks)) for part in parts] == expected


def test_figures_and_tables_are_counted_and_named_in_the_text() -> None:
    pieces = body(full())
    charts = [piece for piece in pieces if isinstance(piece, Chart)]
    tables = [piece for piece in pieces if isinstance(piece, Table)]
    assert [chart.number for chart in charts] == [1, 2, 3]
    assert [table.number for table in tables] == list(range(1, 8))
    named = {part for piece in pieces if isinstance(piece, Paragraph) for part in piece.parts if isinstance(part, Ref)}
    assert named == {Ref("Abbildung", chart.number) for chart in charts} | {Ref("Tabelle", table.number) for table in tables}


def test_numbers_of_a_handlungsfeld() -> None:
    source = full()
    chart = next(piece for piece in body(source) if isinstance(piece, Chart))
    assert (
        chart.alternative == "Handlungsfeld „Sprache“: 3 Maßnahmen, davon 1 hoch, 1 mittel (davon 1 als Vorschlag) und 1 gering."
    )
    counts = next(piece for piece in body(source) if isinstance(piece, Table) and piece.number == 3)
    rows = [[squeezed(cell.text) for cell in cells] for cells in (*counts.rows, counts.total)]
    assert rows == [
        ["hoch", "1", "0", "33 %"],
        ["mittel", "1", "1", "33 %"],
        ["gering", "1", "0", "33 %"],
        ["unklar", "0", "0", "0 %"],
        ["nicht bewertet", "0", "–", "0 %"],
        ["Summe", "3", "1", "100 %"],
    ]
    text = sentences(source)
    assert "Das Handlungsfeld umfasst 3 Maßnahmen zu 2 Zielen." in text
    assert "Kennzeichen: Pflichtaufgabe (P) 1, Routine (R) 3, Weiterführungsbedarf (➔) 1." in text
    assert "keine Gesamtnote" in text


def test_comparison_names_what_moved() -> None:
    source = full()
    assert [(one.now.number, one.change) for one in source.fields[0].moved] == [("20.1", Change.BETTER), ("21.1", Change.WORSE)]
    text = sentences(source)
    assert "Im Vergleich mit „Runde 2024“: 1 besser bewertet, 1 schlechter bewertet, 1 neu." in text
    assert "1 Maßnahme von damals ohne Fortsetzung." in text
    nothing_agreed = report(row(standing=Standing.PROPOSAL), before=[row()])
    assert nothing_agreed.compared_with == ""
    assert "Vergleich" not in sentences(nothing_agreed)


def test_kennzahlen_stand_with_their_handlungsfeld() -> None:
    lines = [
        IndicatorLine("Quote", ("2013: rund 37 Prozent", "2021: knapp 56 Prozent"), "Statistik", "", "20"),
        IndicatorLine("Kurse", (), "Bericht", "Werte fehlen.", "77"),
        IndicatorLine("Personen", ("2022: 40.000 Personen",), "Statistik", "", ""),
    ]
    source = build_report(appendix(row("20")), chapters("Sprache"), owner=OWNER, indicators=lines)
    assert [line.title for line in source.fields[0].indicators] == ["Quote"]
    assert [line.title for line in source.indicators] == ["Kurse", "Personen"]
    own, rest = [piece for piece in body(source) if isinstance(piece, Table) and piece.columns[0].heading == "Kennzahl"]
    assert [[cell.text for cell in cells] for cells in own.rows] == [
        ["Quote (Ziel 20)", "2013: rund 37 Prozent\n2021: knapp 56 Prozent", "Statistik"]
    ]
    assert [cells[1].text for cells in rest.rows] == ["nicht auswertbar: Werte fehlen.", "2022: 40.000 Personen"]
    assert "Kennzahlen zum Handlungsfeld „Sprache“ nennt Tabelle 4." in sentences(source)


def test_grades_that_the_source_does_not_tell_are_not_drawn() -> None:
    rows = [
        row(str(number), standing=Standing.NOT_RATED, grade=None, reason="Farbe nicht überliefert", influence=None)
        for number in (1, 2)
    ]
    source = report(*rows, **RELEASED)
    assert not [piece for piece in body(source) if isinstance(piece, Chart)]
    text = sentences(source)
    assert "Nicht bewertet (2 Maßnahmen): Farbe nicht überliefert." in text
    assert f"{Marker.INFLUENCE.word} ({Marker.INFLUENCE.symbol}) nicht überliefert" in text


@pytest.mark.parametrize("reported", [0, 1, 2])
def test_a_round_without_ratings_has_no_word_about_grades(reported: int) -> None:
    told = unit("Jugend", state=ReportState.SUBMITTED, texts=LONG)
    rows = [
        row(str(number), standing=Standing.NONE, grade=None, units=(told,) if number <= reported else ()) for number in (1, 2)
    ]
    source = report(*rows, has_ratings=False)
    assert not [piece for piece in body(source) if isinstance(piece, Chart)]
    words_of_it = sentences(source) + str(headings(source))
    assert not re.search(r"[Bb]ewert|Kennzeichen|hoch|gering", words_of_it.replace("Evaluationsmethodik", ""))
    assert ("Zu allen liegt", "Zu 1 davon", "liegt noch nicht vor")[2 - reported if reported != 1 else 1] in words_of_it
    assert report_words.file_name(source, "pdf").startswith("Beispieldaten_Entwurf_Bericht-zum-Sachstand_beispiel_Stand_")


@pytest.mark.parametrize(
    ("changes", "name", "notice", "state"),
    [
        (
            {},
            "Beispieldaten_Entwurf_Evaluationsbericht_beispiel_Stand_2026-11-22",
            "Beispieldaten · Entwurf",
            "Entwurf (in Abstimmung)",
        ),
        (RELEASED, "Evaluationsbericht_beispiel_Stand_2026-11-22", "", "freigegeben, Fassung 1"),
        ({**RELEASED, "version": 2}, "Evaluationsbericht_beispiel_Fassung-2_Stand_2026-11-22", "", "freigegeben, Fassung 2"),
    ],
)
def test_names_say_example_and_draft(changes: dict[str, Any], name: str, notice: str, state: str) -> None:
    source = report(row(), **changes)
    assert report_words.file_name(source, "docx") == f"{name}.docx"
    assert (report_words.notice(source), report_words.state(source)) == (notice, state)


def written(round_: ReportingRound, text: str) -> None:
    FieldSummary.objects.create(
        round=round_, section=Section.INTRODUCTION, text=text, edited_by=make.user(), edited_at=timezone.now()
    )


def released(text: str = "Freigegebene Einleitung.") -> ReportingRound:
    """A closed round with a released version 1, and the chapter as it was then."""
    round_ = make.filled_round()
    written(round_, text)
    snapshot = make.snapshot(round_, data=freeze(live_appendix(round_)), released_at=timezone.now())
    freeze_chapters(snapshot)
    ReportingRound.objects.filter(pk=round_.pk).update(state=RoundState.CLOSED)
    FieldSummary.objects.filter(round=round_).update(text="Spätere Einleitung.")
    return ReportingRound.objects.get(pk=round_.pk)


def got(response: Any) -> Document:
    return docx.Document(io.BytesIO(b"".join(response.streaming_content)))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "running", "closed"),
    [
        (Role.READER, 404, 200),
        (Role.REPORTER, 403, 200),
        (Role.APPROVER, 403, 200),
        (Role.BOARD, 200, 200),
        (Role.RECORDER, 200, 200),
        (Role.COORDINATOR, 200, 200),
    ],
)
def test_who_gets_it(role: Role, running: int, closed: int, client_as: Callable[..., Client]) -> None:
    open_round, done = make.filled_round(), released()
    written(open_round, "Einleitung in Arbeit.")
    client = client_as(role)
    assert client.get(reverse("ratings:evaluation_report", args=[open_round.slug, "docx"])).status_code == running
    response = client.get(reverse("ratings:evaluation_report", args=[done.slug, "docx"]))
    assert response.status_code == closed
    assert "Entwurf" not in response["Content-Disposition"]
    text = everything(got(response))
    assert "Freigegebene Einleitung." in text
    assert "Spätere" not in text


@pytest.mark.django_db
def test_released_kennzahlen_do_not_change() -> None:
    round_ = make.filled_round()
    indicator = make.indicator(concept=round_.concept, title="Quote")
    indicator.values.create(on="2021-12-31", period="2021", value="1234.50", qualifier="rund")
    written(round_, "Einleitung.")
    snapshot = make.snapshot(round_, data=freeze(live_appendix(round_)), released_at=timezone.now())
    freeze_chapters(snapshot)
    indicator.values.update(value=7)

    def shown(source: Appendix) -> list[tuple[str, ...]]:
        return [line.values for line in indicators_for(round_, source)]

    for audience in Audience:
        assert shown(load_appendix(round_, audience, version=1)) == [("2021: rund 1.234,5 Prozent",)]
    assert shown(live_appendix(round_)) == [("2021: rund 7 Prozent",)]
    # Released without chapters: readers get what was released, which is none.
    make.snapshot(round_, version=2, data=freeze(live_appendix(round_)), released_at=timezone.now())
    assert shown(load_appendix(round_, Audience.RELEASED, version=2)) == []
    assert shown(load_appendix(round_, version=2)) == [("2021: rund 7 Prozent",)]


@pytest.mark.django_db
def test_a_draft_has_the_chapters_in_work(client_as: Callable[..., Client]) -> None:
    round_ = make.filled_round()
    written(round_, "Einleitung in Arbeit.")
    response = client_as(Role.COORDINATOR).get(reverse("ratings:evaluation_report", args=[round_.slug, "docx"]))
    assert f"Entwurf_Evaluationsbericht_{round_.slug}_Stand_" in response["Content-Disposition"]
    text = everything(got(response))
    assert "Einleitung in Arbeit." in text
    assert UNWRITTEN in text


@pytest.mark.django_db
def test_released_ratings_without_released_chapters_make_a_draft(client_as: Callable[..., Client]) -> None:
    """Readers get the released result with no text at all; inside it is a draft with the texts in work."""
    round_ = make.filled_round()
    make.snapshot(round_, data=freeze(live_appendix(round_)), released_at=timezone.now())
    ReportingRound.objects.filter(pk=round_.pk).update(state=RoundState.CLOSED)
    written(round_, "Einleitung in Arbeit.")
    url = reverse("ratings:evaluation_report", args=[round_.slug, "docx"])
    inside = client_as(Role.COORDINATOR).get(url)
    assert "Entwurf_" in inside["Content-Disposition"]
    assert "Einleitung in Arbeit." in everything(got(inside))
    outside = client_as(Role.READER).get(url)
    assert "Entwurf" not in outside["Content-Disposition"]
    text = everything(got(outside))
    assert "Einleitung in Arbeit." not in text
    assert NO_TEXT in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "ending", "status"),
    [("?fassung=1", "pdf", 200), ("?fassung=2", "pdf", 404), ("?fassung=x", "docx", 404), ("", "odt", 404)],
)
def test_versions_and_endings(query: str, ending: str, status: int, client_as: Callable[..., Client]) -> None:
    round_ = released()
    response = client_as(Role.READER).get(reverse("ratings:evaluation_report", args=[round_.slug, ending]) + query)
    assert response.status_code == status


@pytest.mark.django_db
def test_pages_lead_to_it_and_failure_is_told(
    client_as: Callable[..., Client], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_ = released()
    client = client_as(Role.COORDINATOR)
    url = reverse("ratings:evaluation_report", args=[round_.slug, "docx"])
    for name in ("ratings:chapters", "ratings:round", "ratings:overview"):
        assert url in client.get(reverse(name, args=[round_.slug])).content.decode(), name
    monkeypatch.setattr(typst_base, "_TEMPLATES", tmp_path)
    failed = client.get(url, follow=True)
    assert "Der Bericht konnte nicht erzeugt werden" in failed.content.decode()


@pytest.mark.django_db
def test_command_writes_the_same_file(tmp_path: Path) -> None:
    round_ = released()
    for name in ("bericht.docx", "bericht.pdf"):
        call_command("export_bericht", runde=round_.slug, ausgabe=str(tmp_path / name), verbosity=0)
    assert "Freigegebene Einleitung." in everything(docx.Document(str(tmp_path / "bericht.docx")))
    assert (tmp_path / "bericht.pdf").read_bytes().startswith(b"%PDF-")
    running = make.filled_round()
    for arguments, message in (
        ({"runde": "fehlt", "ausgabe": "x.pdf"}, "gibt es nicht"),
        ({"runde": round_.slug, "ausgabe": "x.txt"}, "Endung"),
        ({"runde": round_.slug, "ausgabe": "x.pdf", "fassung": 7}, "Fassung 7"),
        ({"runde": running.slug, "ausgabe": "x.pdf", "freigegeben": True}, "kein Stand"),
    ):
        with pytest.raises(CommandError, match=message):
            call_command("export_bericht", **arguments, verbosity=0)


@pytest.mark.django_db
@pytest.mark.parametrize("times", [1, 3])
def test_query_count(times: int, client_as: Callable[..., Client], assert_query_count: Any) -> None:
    round_ = make.filled_round(3 * times)
    written(round_, "Einleitung.")
    for _ in range(times):
        make.indicator(concept=round_.concept)
    url = reverse("ratings:evaluation_report", args=[round_.slug, "docx"])
    assert_query_count("evaluation_report", client_as(Role.COORDINATOR), url, most=14)
