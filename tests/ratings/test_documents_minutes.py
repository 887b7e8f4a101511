"""The minutes as Word file: order, styles, hostile texts, and what LibreOffice makes of it (issue 3, point 5)."""

import shutil
import subprocess
from pathlib import Path

import pytest
from docx.oxml.ns import qn

from evalportal.accounts.models import User
from goals.models import Role
from ratings import meetings as acts
from ratings.documents.minutes import EXAMPLE_NOTE, minutes_name, write_minutes
from ratings.models import AgendaItem, Meeting, ReportingRound
from ratings.scheme import Grade, Marker
from tests import factories as make
from tests.ratings.appendix_samples import NASTY
from tests.ratings.minutes_samples import (
    a_meeting,
    decide,
    decided,
    everything,
    full,
    proposed,
    read,
    squeezed,
    texts,
    written,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def recorder() -> User:
    return make.member(Role.RECORDER, user=make.user(first_name="Petra", last_name="Protokoll"))


@pytest.fixture
def round_() -> ReportingRound:
    return make.round()


def test_the_file_reads_in_this_order(round_: ReportingRound, recorder: User) -> None:
    document = written(read(full(round_, recorder)))
    headings = [(p.style.name, p.text) for p in document.paragraphs if p.style and p.style.name.startswith(("Title", "Heading"))]
    assert headings == [
        ("Title", "Ergebnisprotokoll"),
        ("Heading 1", "Ergebnis"),
        ("Heading 1", "Abgestimmte Bewertungen"),
        ("Heading 2", "Handlungsfeld 1"),
        ("Heading 3", "2.1 Maßnahme 2.1"),
        ("Heading 3", "3.1 Maßnahme 3.1"),
        ("Heading 1", "Rückfragen"),
        ("Heading 1", "Vertagt"),
        ("Heading 1", "Noch nicht behandelt"),
    ]
    rows = [[squeezed(cell.text) for cell in row.cells] for row in document.tables[0].rows]
    influence = Marker.INFLUENCE
    assert rows == [
        ["Nr.", "Maßnahme", "Bewertung", "Kennzeichen", "Vorschläge"],
        ["1.1", "Maßnahme 1.1", "● hoch", f"R Routine\n{influence.symbol} {influence.word}", "E1 hoch, E2 hoch"],
        ["2.1", "Maßnahme 2.1", "▲ gering", "–", "E1 hoch, E2 hoch\nabweichend beschlossen"],
        ["3.1", "Maßnahme 3.1", "◆ mittel", "–", "≠ uneinig:\nE1 hoch\nE2 gering"],
    ]
    text = everything(document)
    assert "5 Maßnahmen: 3 abgestimmt, 1 vertagt, 1 noch nicht behandelt." in text
    assert "● hoch 1, ◆ mittel 1, ▲ gering 1." in text
    assert "Abweichend vom einstimmigen Vorschlag „hoch“: Der Jour fixe sieht es anders." in text
    assert "Bemerkung: Der Jour fixe sieht es anders." in text


def test_the_file_is_a_real_word_document(round_: ReportingRound, recorder: User) -> None:
    document = written(read(full(round_, recorder)))
    body = document.element.body
    assert all(text.strip() for text in texts(document)), "an empty paragraph"
    for table in body.iter(qn("w:tbl")):
        assert [row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in table.iter(qn("w:tr"))].count(True) == 1
        assert table.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))
        assert table.getnext().tag == qn("w:p"), "two tables would run together"
    known = {style.style_id for style in document.styles}
    part = document.part
    used = {node.get(qn("w:val")) for tag in ("w:pStyle", "w:rStyle", "w:tblStyle") for node in body.iter(qn(tag))}
    assert used <= known
    language = document.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
    assert language.get(qn("w:val")) == "de-DE"
    properties = document.core_properties
    assert (properties.language, properties.author) == ("de-DE", "Evaluationsportal")
    assert properties.title.startswith("Ergebnisprotokoll: Jour fixe am ")
    section = document.sections[0]
    for footer in (section.footer, section.first_page_footer):
        assert "".join(node.text for node in footer._element.iter(qn("w:t"))).endswith("Seite 1 von 1")
        fields = [node.get(qn("w:instr")) for node in footer._element.iter(qn("w:fldSimple"))]
        assert fields == ["PAGE", "NUMPAGES"]
    assert not any("stylesWithEffects" in str(found.partname) for found in part.package.iter_parts())


@pytest.mark.parametrize("is_example", [True, False])
@pytest.mark.parametrize("held", [True, False])
def test_example_and_draft_are_named(is_example: bool, held: bool, recorder: User) -> None:
    round_ = make.round(make.concept(is_example=is_example), slug="runde-x")
    meeting = full(round_, recorder)
    if held:
        acts.hold(meeting.pk, user=recorder)
    minutes = read(meeting)
    document = written(minutes)
    expected = [word for word, holds in (("Beispieldaten", is_example), ("Entwurf", not held)) if holds]
    name = "_".join([*expected, f"Ergebnisprotokoll_runde-x_{meeting.on:%Y-%m-%d}.docx"])
    assert minutes_name(minutes) == name
    section = document.sections[0]
    for header in (section.header, section.first_page_header):
        assert header.paragraphs[0].text.partition("\t")[2] == " · ".join(expected)
    text = everything(document)
    assert (EXAMPLE_NOTE in text, "Die Sitzung ist noch nicht beendet." in text) == (is_example, not held)


@pytest.mark.parametrize("text", [*NASTY, "عربي \u200fund Deutsch", "x" * 400, "{{ PAGE }}<w:p/>&amp;", "Ein Satz. " * 3_000])
def test_text_stays_text(text: str, recorder: User) -> None:
    round_ = make.round(make.concept(title=text[:200]), title=text[:160])
    meeting = full(round_, recorder, reason=text)
    meeting.title, meeting.place, meeting.participants = text[:160], text[:160], text
    meeting.save()
    document = written(read(meeting))
    flat = " ".join(everything(document).split())
    assert flat.count(" ".join(text.split())) >= 4


def test_forbidden_characters_are_left_out_and_lines_become_paragraphs(round_: ReportingRound, recorder: User) -> None:
    meeting = full(round_, recorder)
    bad = "\u202eeins\x07\x0b\ufffe\n\n\nzwei\r\n\u2028drei\x85\x1f"
    AgendaItem.objects.filter(meeting=meeting).update(note=bad)
    Meeting.objects.filter(pk=meeting.pk).update(participants=bad, place=bad, title=bad)
    found = texts(written(read(meeting)))
    for start in (place for place, text in enumerate(found) if text == "Notiz: eins"):
        assert found[start : start + 3] == ["Notiz: eins", "zwei", "drei"]
    assert found.count("Notiz: eins") == 3
    assert all(text.strip() for text in found)


def test_an_empty_agenda_makes_minutes_too(round_: ReportingRound, recorder: User) -> None:
    text = everything(written(read(a_meeting(round_, recorder))))
    assert "Auf der Tagesordnung stand keine Maßnahme." in text
    assert "nicht eingetragen" in text


@pytest.mark.skipif(not shutil.which("soffice") or not shutil.which("pdftotext"), reason="needs LibreOffice Writer and poppler")
def test_libreoffice_shows_it_on_few_pages(tmp_path: Path, recorder: User) -> None:
    """60 Maßnahmen, every sixth with a reason, on at most eight pages; table heads on each, page numbers, nothing lost."""
    round_ = make.round()
    measures = [
        proposed(round_, f"{number}.1", Grade.HIGH, title=f"Maßnahme {number} mit einem Titel über eine Zeile hinaus")
        for number in range(1, 61)
    ]
    meeting = a_meeting(round_, recorder, *measures)
    for place, measure in enumerate(measures):
        what = decided(Grade.LOW, "Zwei von fünf Standorten fehlen noch. " * 5) if place % 6 == 0 else decided(Grade.HIGH)
        decide(meeting, measure, recorder, what)
    file = tmp_path / "protokoll.docx"
    with file.open("wb") as out:
        write_minutes(read(meeting), out)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [str(shutil.which("soffice")), profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    text = subprocess.run(
        [str(shutil.which("pdftotext")), "-layout", str(file.with_suffix(".pdf")), "-"],
        check=True,
        capture_output=True,
        timeout=60,
    )
    pages = text.stdout.decode().rstrip("\f").split("\f")
    assert len(pages) <= 8
    assert all(f"Seite {number} von {len(pages)}" in page for number, page in enumerate(pages, start=1))
    assert all("Vorschläge" in page for page in pages[:3]), "the head of the table is repeated"
    assert all(measure.number in "".join(pages) for measure in measures)
