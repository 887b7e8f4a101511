"""The Anhang as PDF: what stands in it, its tags, and texts that could break it. Read by poppler, and in the file itself."""

import io
import os
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typst
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from goals import fonts
from goals.roles import Role
from ratings.appendix import Appendix
from ratings.documents import NotWritten, typst_base, wording, write_pdf
from ratings.documents.typst_base import Frame, shape_images
from ratings.rollup import Standing
from ratings.scheme import Grade, Marker
from ratings.states import ReportState
from tests import factories as make
from tests.ratings.appendix_samples import LONG, NASTY, appendix, every_kind, row, unit

needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None and not os.environ.get("CI"), reason="reads PDF files with poppler, which is not here"
)

MARKUP = "#set page(width: 1pt) *fett* _kursiv_ $x^2$ [a](b) @ref <label> // x /* y */ `raw` \\ -- ~"


def written(source: Appendix, **options: Any) -> bytes:
    out = io.BytesIO()
    write_pdf(source, out, **options)
    return out.getvalue()


def poppler(tool: str, content: bytes, *options: str) -> str:
    """Run a program of poppler on a file; its answer."""
    files = ["-", "-"] if tool == "pdftotext" else ["-"]
    return subprocess.run([tool, *options, *files], input=content, capture_output=True, check=True).stdout.decode(
        errors="replace"
    )


def words(content: bytes) -> str:
    """The text in the order of its tags, as a screen reader reads it, without the places where a long word may break."""
    lines = re.findall(r'^ *"(.*)"$', poppler("pdfinfo", content, "-struct-text", "-enc", "UTF-8"), re.MULTILINE)
    return " ".join(" ".join(lines).replace("\u200b", "").split())


def letters(text: str) -> str:
    """The text without white space: where a line or a piece of it ends does not matter."""
    return "".join(text.split())


def tags(content: bytes, kind: str) -> int:
    return len(re.findall(rb"/S/%s\b" % kind.encode(), content))


def alternatives(content: bytes) -> list[str]:
    """Alternative texts of drawn symbols, as a screen reader says them."""
    found = re.findall(rb"/S/Figure\b.{0,80}?/Alt(?:<([0-9A-F]+)>|\(([^)]*)\))", content, re.DOTALL)
    return [bytes.fromhex(code.decode()).decode("utf-16") if code else plain.decode() for code, plain in found]


@pytest.fixture(scope="module")
def full() -> bytes:
    """134 Maßnahmen of every kind in nine Handlungsfelder and 29 Herausforderungen."""
    return written(appendix(*every_kind()))


# --- Tags and properties


def test_document_is_tagged_and_german(full: bytes) -> None:
    assert b"<pdfuaid:part>1</pdfuaid:part>" in full
    assert b"/Lang(de-DE)" in full
    assert b"/DisplayDocTitle true" in full
    assert b"/Marked true" in full


def test_each_handlungsfeld_is_a_heading_with_one_table(full: bytes) -> None:
    fields = len({one.field_title for one in every_kind()})
    assert tags(full, "H1") == fields + 2  # Bewertungsschema, Handlungsfelder
    assert tags(full, "Table") == fields + 2
    first = appendix(row("1"), row("2", field_title="Bildung", field_position=4))
    assert tags(written(first), "TH") == 3 + 8 + 2 * (7 + 1)  # legend, overview, heads and Herausforderungen of two tables


def test_only_fira_sans_where_it_has_the_letters() -> None:
    names = set(re.findall(rb"/BaseFont/\w+\+([\w-]+)", written(appendix(row()))))
    assert names == {b"FiraSans-Regular", b"FiraSans-Medium", b"FiraSans-SemiBold"}


def test_symbols_without_a_word_beside_them_say_it() -> None:
    source = row(routine=True, continuation=True, influence=True, conditions=None)
    content = written(appendix(source, row("21", conditions=True)))
    assert alternatives(content) == [
        Marker.CONTINUE.word,
        Marker.INFLUENCE.word,
        f"{Marker.CONDITIONS.word} nicht überliefert",
        Marker.CONDITIONS.word,
    ]


def test_every_shape_and_symbol_is_in_the_sprite() -> None:
    images = shape_images()
    for shape in [*(grade.shape for grade in Grade), *(f"{grade.shape}-v" for grade in Grade), "ohne", "uneinig"]:
        assert "var(" not in images[shape]
        assert "currentColor" not in images[shape]
    for grade in Grade:
        assert f"#{grade.fill}" in images[grade.shape]
        assert f"#{grade.fill}" not in images[f"{grade.shape}-v"] or grade is Grade.UNCLEAR
    assert {marker.icon.removeprefix("kz-") for marker in Marker if marker.icon} <= set(images)


# --- What stands in it


@needs_poppler
def test_bookmarks_properties_and_pages(full: bytes) -> None:
    info = poppler("pdfinfo", full)
    assert re.search(r"Title: +Evaluationsergebnisse Konzept Migration und Integration 2023-2027\n", info)
    assert re.search(r"Page size: +841.89 x 595.27\d* pts \(A4\)", info)
    pages = int(re.search(r"Pages: +(\d+)", info)[1])  # type: ignore[index]
    for number, page in enumerate(poppler("pdftotext", full).split("\f")[:pages], start=1):
        line = " ".join(page.split())
        assert f"Seite {number} von {pages}" in line
        assert "Beispieldaten" in line
        assert "Runde 2026 · Stand 22.11.2026 · Entwurf (in Abstimmung)" in line


@needs_poppler
def test_measures_stand_in_the_order_of_the_konzept() -> None:
    goals = [(str(goal), 1 + goal // 5, f"Herausforderung {goal // 2}") for goal in range(1, 12)]
    rows = [
        row(goal, position, field_position=field, field_title=f"Feld {field}", challenge_title=challenge, title="Beratung")
        for goal, field, challenge in goals
        for position in (1, 2, 3)
    ]
    text = words(written(appendix(*rows)))
    assert re.findall(r"(\d+\.\d) Beratung", text) == [one.number for one in rows]
    assert re.findall(r"Handlungsfeld „(.*?)“", text) == ["Feld 1", "Feld 2", "Feld 3"]


@needs_poppler
def test_column_heads_are_on_every_page_of_a_table(full: bytes) -> None:
    pages = poppler("pdftotext", full).split("\f")[1:-1]
    assert all("Zielbeschreibung" in page and "Bewertung" in page for page in pages)


@needs_poppler
@pytest.mark.parametrize(
    ("standing", "changes", "expected"),
    [
        (Standing.AGREED, {"grade": Grade.LOW}, "gering"),
        (Standing.AGREED, {"recheck": True}, "hoch erneut prüfen"),
        (Standing.PROPOSAL, {"grade": Grade.MEDIUM}, "mittel Vorschlag"),
        (Standing.DISPUTED, {}, "uneinig"),
        (Standing.NOT_RATED, {"reason": "Entfällt."}, "nicht bewertet"),
        (Standing.NONE, {"units": ()}, "nicht bewertet niemand zuständig"),
    ],
)
def test_rating_is_said_in_words(standing: Standing, changes: dict[str, Any], expected: str) -> None:
    text = words(written(appendix(row(standing=standing, **changes))))
    assert expected in text[text.index("Zielbeschreibung") :]


@needs_poppler
def test_released_and_real_data_says_neither_draft_nor_beispieldaten() -> None:
    source = appendix(row(), is_example=False, is_draft=False, version=1)
    text = poppler("pdftotext", written(source))
    assert "Beispieldaten" not in text
    assert "Entwurf" not in text
    assert text.count("Runde 2026 · Stand 22.11.2026 · freigegeben, Fassung 1") == 3  # title and two footers


@needs_poppler
def test_selection_is_said() -> None:
    text = words(written(appendix(row(), total=134), selection="gering"))
    assert "1 von 134 Maßnahmen: gering" in text
    assert "Handlungsfeld „Sprache“ 1 Maßnahme: 1 hoch" in text


@needs_poppler
def test_nothing_found() -> None:
    content = written(appendix(total=134), selection="gering")
    assert wording.NOTHING_FOUND in words(content)
    assert tags(content, "Table") == 0


@needs_poppler
def test_another_order_is_one_table_in_that_order() -> None:
    source = appendix(row("30", field_position=4), row("2"), row("31", field_position=4))
    text = words(content := written(source))
    assert tags(content, "H1") == 2
    assert text.index("30.1") < text.index("2.1 ") < text.index("31.1")


@needs_poppler
def test_round_without_ratings_shows_what_the_units_wrote() -> None:
    reported = row(units=(unit("Jugend", state=ReportState.SUBMITTED, texts=LONG),), is_mandatory=True)
    source = appendix(reported, row("21", units=()), has_ratings=False)
    text = words(content := written(source))
    assert "Sachstand Konzept Migration" in text
    assert "Jugend : =Kurz" in text
    assert "noch kein Sachstand" in text
    assert "Bewertung" not in text
    assert tags(content, "Table") == 1


# --- Texts that could break it


@needs_poppler
def test_text_stays_text() -> None:
    texts = [text for text in [*NASTY, MARKUP] if "日" not in text and "😀" not in text]
    rows = [row(str(index), title=text, goal_text=text, remark=text, challenge_title=text) for index, text in enumerate(texts)]
    content = written(appendix(*rows, concept_title=MARKUP, round_title=MARKUP), selection=MARKUP)
    found = letters(poppler("pdftotext", content, "-raw").replace("\u200b", ""))
    for text in texts:
        assert found.count(letters(text)) >= 4 or not text.isascii()


SHOWN = {
    "vor\x00nach\x1b\x07": "vornach",
    "😀 Emoji": "� Emoji",
    "日本語": "���",
    "halb\ud800": "halb",
    "x\u0378y": "x�y",
    "👩\u200d👧 🇩🇪 Familie": "� Familie",
    "https://www.landkreis-osnabrueck.de/einrichtungen/fachdienste/migration?a=1&b=2": "migration?a=1&b=2",
}


@needs_poppler
def test_what_cannot_be_shown_is_replaced() -> None:
    rows = [row(str(index), title=text) for index, text in enumerate(SHOWN)]
    found = letters(words(written(appendix(*rows, concept_title="Plan 😀"))))
    assert "KonzeptPlan�" in found
    assert [shown for shown in SHOWN.values() if letters(shown) not in found] == []


def test_any_length_is_written() -> None:
    texts = ["Viele Wörter. " * 2_200, "x" * 30_000, "", " \n\n ", "\u00ad" * 50, "a\u0301" * 500]
    rows = [row(str(index), remark=text, goal_text=text[:900]) for index, text in enumerate(texts)]
    assert written(appendix(*rows, row("90", goal_text=texts[0]))).startswith(b"%PDF-")


def test_the_same_rows_make_the_same_file() -> None:
    assert written(appendix(row())) == written(appendix(row()))


# --- What happens where it cannot be written


def test_an_error_of_typst_is_told_in_german(caplog: pytest.LogCaptureFixture) -> None:
    frame = Frame(title="Titel", description="", kind="Anhang", header="", footer="", made_of=date(2026, 11, 22))
    with pytest.raises(NotWritten, match="PDF konnte nicht erzeugt werden"):
        typst_base.write_pdf_file("appendix", frame, {"head": "falsch"})
    assert "typst could not compile appendix" in caplog.text


def test_fonts_are_built_once_and_whole(tmp_path: Path) -> None:
    source = tmp_path / "FiraSans-Regular.woff2"
    source.write_bytes(typst_base._static_file("vendor/fonts/FiraSans-Regular.woff2").read_bytes())
    folder = fonts.build([source], tmp_path / "room")
    (font,) = folder.iterdir()
    assert (font.name, font.read_bytes()[:4]) == ("FiraSans-Regular.ttf", b"\x00\x01\x00\x00")
    before = font.stat().st_mtime_ns
    assert fonts.build([source], tmp_path / "room") == folder
    assert font.stat().st_mtime_ns == before
    assert [path.name for path in (tmp_path / "room").iterdir()] == [folder.name]
    assert typst.Fonts(False, False, [str(folder)]).families() == ["Fira Sans"]


def test_missing_packages_are_told(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    monkeypatch.setattr(typst_base.finders, "find", lambda name: None)
    settings.STATIC_ROOT = tmp_path
    with pytest.raises(NotWritten, match="Schriften auf dem Server fehlen"):
        typst_base._static_file("vendor/fonts/FiraSans-Regular.woff2")


def test_a_document_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(typst_base, "_SECONDS", 0.01)
    with pytest.raises(NotWritten):
        written(appendix(row()))
    assert "no end after 0.01 seconds" in caplog.text


# --- How one gets it


@pytest.mark.django_db
def test_page_and_command_give_the_file(client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    round_ = make.filled_round()
    client.force_login(make.member(Role.COORDINATOR))
    page = client.get(reverse("ratings:overview", args=[round_.slug]))
    url = reverse("ratings:export", args=[round_.slug, "pdf"])
    assert url in page.content.decode()
    answer = client.get(url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert b"".join(answer).startswith(b"%PDF-")
    target = tmp_path / "anhang.pdf"
    call_command("export_anhang", runde=round_.slug, ausgabe=str(target), verbosity=0)
    assert target.read_bytes().startswith(b"%PDF-")
    monkeypatch.setattr(typst_base, "_TEMPLATES", tmp_path)
    failed = client.get(url, follow=True)
    assert "PDF konnte nicht erzeugt werden" in failed.content.decode()
    with pytest.raises(CommandError, match="PDF konnte nicht erzeugt werden"):
        call_command("export_anhang", runde=round_.slug, ausgabe=str(target), verbosity=0)
