"""The Evaluationsbericht as Word document and as PDF: styles, fields, alternatives, texts that could break it."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn

from ratings.documents.report_files import REPORT_WRITERS
from tests.ratings.appendix_samples import NASTY, every_kind, row
from tests.ratings.evaluation_reports import OWNER, TEXTS, chapters, everything, full, pdf, report, squeezed, word
from tests.ratings.test_documents_pdf import MARKUP, alternatives, needs_poppler, poppler, tags, words


@pytest.fixture(scope="module")
def document() -> Document:
    return word(full())


def test_headings_captions_lists_are_word_s_own(document: Document) -> None:
    styles = [p.style.name for p in document.paragraphs if p.style]
    assert {"Title", "Subtitle", "Heading 1", "Heading 2", "Heading 3", "Caption", "List Bullet", "List Number"} <= set(styles)
    known = {style.style_id for style in document.styles}
    used = {
        node.get(qn("w:val")) for tag in ("w:pStyle", "w:rStyle", "w:tblStyle") for node in document.element.body.iter(qn(tag))
    }
    assert used <= known
    assert all(text.strip() for text in (p.text for p in document.paragraphs if not p._p.findall(f".//{qn('w:drawing')}")))
    counted = document.styles["Heading 1"].element.find(f".//{qn('w:numId')}")
    assert counted.get(qn("w:val")) == "1"
    left_out = [
        p.text for p in document.paragraphs if p.style and p.style.name in ("Heading 1", "Heading 2") and _list_of(p) == "0"
    ]
    assert left_out == [
        "Anhang: Bewertung der inhaltlichen Zielerreichung der Maßnahmen",
        "Handlungsfeld „Sprache“",
        "Handlungsfeld „Bildung & Schule“",
    ]
    numbered = [_list_of(p) for p in document.paragraphs if p.style and p.style.name == "List Number"]
    assert numbered[0] == numbered[1] != numbered[2]


def _list_of(paragraph: Any) -> str:
    found = paragraph._p.find(f"./{qn('w:pPr')}/{qn('w:numPr')}/{qn('w:numId')}")
    return "" if found is None else found.get(qn("w:val"))


def test_fields_fill_contents_captions_and_references(document: Document) -> None:
    codes = [node.get(qn("w:instr")) for node in document.element.body.iter(qn("w:fldSimple"))]
    assert sum(code.startswith("SEQ Abbildung") for code in codes) == 3
    assert sum(code.startswith("SEQ Tabelle") for code in codes) == 7
    bookmarks = {node.get(qn("w:name")) for node in document.element.body.iter(qn("w:bookmarkStart"))}
    assert {code.split()[1] for code in codes if code.startswith(("REF", "PAGEREF"))} <= bookmarks
    (contents,) = [node.text for node in document.element.body.iter(qn("w:instrText"))]
    assert contents.startswith("TOC ")
    lines = ["|".join(node.text or "" for node in link.iter(qn("w:t"))) for link in document.element.body.iter(qn("w:hyperlink"))]
    assert lines[:4] == ["1|Einleitung|…", "1.1|Anlass|…", "2|Prozessansatz und Evaluationsmethodik|…", "2.1|Bewertungsschema|…"]
    assert "3.2|Bildung & Schule|…" in lines
    assert lines[-1] == "Handlungsfeld „Bildung & Schule“|…"
    assert document.settings.element.find(qn("w:updateFields")) is not None


def test_pictures_say_in_words_what_they_show(document: Document) -> None:
    shown = [node.get("descr") for node in document.element.body.iter(qn("wp:docPr"))]
    assert len(shown) == 3
    assert shown[0].startswith("Handlungsfeld „Sprache“: 3 Maßnahmen, davon 1 hoch")
    assert shown[2].startswith("Sprache: 3 Maßnahmen")
    images = [part.blob for part in document.part.package.iter_parts() if part.partname.endswith(".png")]
    assert len(images) == 3
    for image in images:
        assert image.startswith(b"\x89PNG")
        assert int.from_bytes(image[16:20], "big") / (16.5 / 2.54) >= 200, "dots per inch"


def test_tables_have_heads_descriptions_and_whole_rows(document: Document) -> None:
    for table in document.tables:
        rows = list(table._tbl.iter(qn("w:tr")))
        assert [row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in rows] == [True, *[False] * (len(rows) - 1)]
        assert all(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in rows)
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))
        assert table._tbl.getnext().tag == qn("w:p")


def test_the_annex_is_landscape_as_published(document: Document) -> None:
    upright, annex = document.sections
    assert (upright.orientation, annex.orientation) == (WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE)
    assert (annex.page_width, annex.page_height) == (upright.page_height, upright.page_width)
    table = document.tables[-2]
    cells = [[squeezed(cell.text) for cell in row.cells] for row in table.rows]
    assert cells[0][:6] == ["Ziel", "Zielbeschreibung", "Nr.", "Maßnahme", "Zuständig", "Bewertung"]
    assert set(cells[1]) == {"Spracherwerb für Erwachsene"}
    assert cells[2][0::2][:2] == ["20", "20.1"]
    assert cells[2][5] == "● hoch"
    assert [line[0] for line in cells[2:]] == ["20", "21", "21"]
    assert cells[4][1] == "", "the Ziel is described once"
    assert cells[4][5] == "◆ mittel Vorschlag"
    for section in (upright, annex):
        assert section.header.paragraphs[0].text == "Evaluationsbericht · Migration & Integration\tBeispieldaten · Entwurf"
        assert [node.get(qn("w:instr")) for node in section.footer._element.iter(qn("w:fldSimple"))] == ["PAGE", "NUMPAGES"]
    assert upright.first_page_header.paragraphs[0].text.endswith("\tBeispieldaten · Entwurf")


def test_title_and_language(document: Document) -> None:
    properties = document.core_properties
    assert (properties.title, properties.language) == ("Evaluationsbericht: Konzept Migration und Integration 2023-2027", "de-DE")
    assert document.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}").get(qn("w:val")) == "de-DE"
    found = [p.text for p in document.paragraphs[:8]]
    assert found[:3] == [OWNER, "Evaluationsbericht", "Konzept Migration und Integration 2023-2027"]
    assert any("Beispieldaten" in text for text in found)
    assert any(text.startswith("Entwurf:") for text in found)


@pytest.fixture(scope="module")
def file() -> bytes:
    return pdf(full())


def test_pdf_is_tagged_with_alternatives(file: bytes) -> None:
    assert b"<pdfuaid:part>1</pdfuaid:part>" in file
    assert b"/Lang(de-DE)" in file
    assert (tags(file, "H1"), tags(file, "H2"), tags(file, "H3")) == (5 + 1, 5 + 2, 3)
    assert tags(file, "Table") == 7 + 2
    assert tags(file, "TOCI") == 5 + 7
    said = alternatives(file)
    assert any(text.startswith("Handlungsfeld „Sprache“: 3 Maßnahmen, davon 1 hoch") for text in said)


@needs_poppler
def test_pdf_reads_in_order_and_turns_for_the_annex(file: bytes) -> None:
    text = squeezed(words(file))
    places = [
        text.rindex(part)
        for part in ("Viel ist erreicht.", "Ergebnisse im Überblick", "Die einzelnen Maßnahmen stehen im Anhang.")
    ]
    assert places == sorted(places)
    for expected in ("Die Kurse laufen (Ziel 20).", "Abbildung 1", "Tabelle 7", "neu gezählt", OWNER):
        assert expected in text
    pages = poppler("pdfinfo", file, "-f", "1", "-l", "99")
    sizes = re.findall(r"Page +\d+ size: +([\d.]+) x ([\d.]+)", pages)
    turned = [float(width) > float(height) for width, height in sizes]
    assert turned == sorted(turned)
    assert not turned[0]
    assert turned[-1]
    shown = poppler("pdftotext", file).split("\f")[: len(sizes)]
    for number, page in enumerate(shown, start=1):
        assert "Beispieldaten" in page
        assert f"Seite {number} von {len(sizes)}" in page


@needs_poppler
@pytest.mark.parametrize(
    "text", [MARKUP, "{{ PAGE }} <w:p/> &amp; = formel", "vor\x00nach\x1b\u202eumgedreht", "عربي \u200fund Deutsch"]
)
def test_text_stays_text(text: str) -> None:
    given = chapters("Sprache", introduction=text, field1=f"- {text}", conclusion=text)
    source = report(row(title=text, goal_text=text), given=given, concept_title=text, concept_short_title=text, round_title=text)
    clean = squeezed(re.sub("[\x00\x1b\u202e]", "", text))
    assert everything(word(source)).count(clean) >= 5
    if clean.isascii():
        read = squeezed(words(pdf(source)))
        assert all(part in read for part in clean.split())


def test_any_length_is_written() -> None:
    text = "Ein Satz mit Wörtern. " * 1_400
    given = chapters(
        "Sprache",
        introduction=text,
        method="x" * 30_000,
        field1="\n\n".join(["# Titel", "- Punkt"] * 300),
        conclusion="\u00ad" * 40,
    )
    source = report(*[row(str(number), title=title) for number, title in enumerate(NASTY)], given=given)
    assert text.strip() in everything(word(source))
    assert pdf(source).startswith(b"%PDF-")


def test_nothing_to_report_is_written_too() -> None:
    source = report()
    assert "Keine Maßnahme entspricht der Auswahl." in everything(word(source))
    assert pdf(source).startswith(b"%PDF-")


@pytest.mark.skipif(not shutil.which("soffice") or not shutil.which("pdftotext"), reason="needs LibreOffice Writer and poppler")
def test_libreoffice_shows_all_of_it(tmp_path: Path) -> None:
    source = report(*every_kind(), given=chapters(*dict.fromkeys(one.field_title for one in every_kind()), **TEXTS))
    target = tmp_path / "bericht.docx"
    with target.open("wb") as out:
        REPORT_WRITERS["docx"].write(source, out)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [str(shutil.which("soffice")), profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(target)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    pages = poppler("pdftotext", target.with_suffix(".pdf").read_bytes(), "-layout").rstrip("\f").split("\f")
    assert all(
        f"Seite {number} von {len(pages)}" in page and "Beispieldaten" in page for number, page in enumerate(pages, start=1)
    )
    text = squeezed(" ".join(pages))
    assert "3.1 Feld 1 & Teilhabe" in text
    assert "Abbildung 10: Zielerreichungsgrade in den Handlungsfeldern" in text
    assert all(one.number in text for one in every_kind())
    landscape = [page for page in pages if "Zielbeschreibung" in page]
    assert len(landscape) > 10, "the head of the table is on every page"
