"""The minutes of a meeting (Ergebnisprotokoll) as a Word document.

One compact table per Handlungsfeld for what was agreed; beneath it, by number, what needs words: deviations with their reasons, remarks,
notes. Then the Rückfragen with their deadlines as a list of what is to be done, what was put off, what was not treated.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import BinaryIO, Final

from django.utils import timezone
from django.utils.formats import date_format

from ratings.documents.word import Cell, Column, Frame, Line, Span, WordDocument, grade_spans, lines_of, one_line
from ratings.documents.wording import german_date
from ratings.minutes import Entry, Minutes, Question, Resolution
from ratings.scheme import DISPUTED_SYMBOL, DISPUTED_WORD, NO_PROPOSAL_WORD, NOT_RATED_SYMBOL, Grade
from ratings.states import InquiryState

EXAMPLE_NOTE: Final = "Beispieldaten: Berichte, Bewertungen und Angaben in diesem Protokoll sind erfunden."
_NUMBER: Final = Column("Nr.", 1.4)


def minutes_name(minutes: Minutes) -> str:
    """Return „Ergebnisprotokoll_beispiel_2026-11-22.docx“, with „Beispieldaten_“ and „Entwurf_“ in front where that is so."""
    example = "Beispieldaten_" if minutes.is_example else ""
    draft = "Entwurf_" if minutes.is_draft else ""
    return f"{example}{draft}Ergebnisprotokoll_{minutes.round_slug}_{minutes.on:%Y-%m-%d}.docx"


def write_minutes(minutes: Minutes, out: BinaryIO) -> None:
    """Write the minutes to `out`. Colour is never alone: every grade is shape and word too."""
    now = timezone.localtime()
    notice = " · ".join(word for word, holds in (("Beispieldaten", minutes.is_example), ("Entwurf", minutes.is_draft)) if holds)
    frame = Frame(
        title=f"Ergebnisprotokoll: {minutes.title}",
        subject=f"{minutes.concept_title}, {minutes.round_title}",
        header=f"Ergebnisprotokoll {german_date(minutes.on)} · {minutes.round_title}",
        footer=minutes.concept_title,
        notice=notice,
        description=EXAMPLE_NOTE if minutes.is_example else "",
    )
    document = WordDocument(frame, now=now)
    _opening(document, minutes)
    _summary(document, minutes)
    _agreed(document, minutes)
    _discussed(document, minutes)
    _questions(document, minutes)
    _put_off(document, minutes)
    _settled(document, minutes)
    _untreated(document, minutes)
    ended = "" if minutes.is_draft else f" Sitzung beendet am {_moment(minutes)}."
    document.line(f"Erstellt am {now:%d.%m.%Y}, {now:%H:%M} Uhr mit dem Evaluationsportal.{ended}", "Schlusszeile")
    document.save(out)


def _moment(minutes: Minutes) -> str:
    ended = timezone.localtime(minutes.as_of)
    return f"{ended:%d.%m.%Y}, {ended:%H:%M} Uhr"


def _opening(document: WordDocument, minutes: Minutes) -> None:
    document.line("Ergebnisprotokoll", "Title")
    document.line(one_line(minutes.title), "Subtitle")
    if minutes.is_example:
        document.line(EXAMPLE_NOTE, "Hinweis")
    if minutes.is_draft:
        document.line(f"Entwurf: Die Sitzung ist noch nicht beendet. Stand {_moment(minutes)}.", "Hinweis")
    document.fact("Konzept", minutes.concept_title)
    document.fact("Berichtsrunde", minutes.round_title)
    document.fact("Tag", date_format(minutes.on, "l, j. F Y"))
    if minutes.starts_at:
        until = f" bis {minutes.ends_at:%H:%M}" if minutes.ends_at else ""
        document.fact("Zeit", f"{minutes.starts_at:%H:%M}{until} Uhr")
    if minutes.place:
        document.fact("Ort", minutes.place)
    separator = "; " if any("," in name for name in minutes.participants) else ", "
    document.fact("Teilnehmende", separator.join(minutes.participants) or "nicht eingetragen")
    if minutes.recorders:
        document.fact("Protokoll", ", ".join(minutes.recorders))


def _summary(document: WordDocument, minutes: Minutes) -> None:
    document.heading("Ergebnis")
    entries = minutes.entries
    if not entries:
        document.line("Auf der Tagesordnung stand keine Maßnahme.")
        return
    counts = [
        (len(minutes.agreed), "abgestimmt"),
        (len(minutes.discussed), "besprochen"),
        (len(minutes.settled), "bereits vorher abgestimmt"),
        (len(minutes.put_off), "vertagt"),
        (len(minutes.untreated), "noch nicht behandelt"),
    ]
    stood = "stand 1 Maßnahme" if len(entries) == 1 else f"standen {len(entries)} Maßnahmen"
    document.line(f"Auf der Tagesordnung {stood}: {', '.join(f'{n} {word}' for n, word in counts if n)}.")
    made = [resolution for _, resolution in minutes.agreed]
    if made:
        document.line([Span("Bewertungen: ", "Strong"), *_counted(made)])
        document.line([Span("Grundlage: ", "Strong"), _basis(made)])
    questions = [question for entry in entries for question in entry.questions]
    if questions:
        pending = sum(question.state == InquiryState.OPEN for question in questions)
        document.line([Span("Rückfragen: ", "Strong"), f"{len(questions)}, davon {pending} offen."])


def _counted(made: Sequence[Resolution]) -> list[Span | str]:
    """„● hoch 3, ◆ mittel 1“: counts, never an average (rule 1)."""
    spans: list[Span | str] = []
    for grade in (*Grade, None):
        count = sum(one.grade == grade for one in made)
        if count:
            spans += [*([", "] if spans else []), *grade_spans(grade), f"\u00a0{count}"]
    return [*spans, "."]


def _basis(made: Sequence[Resolution]) -> str:
    counts = [
        (sum(one.follows for one in made), "wie von allen vorgeschlagen"),
        (sum(one.deviates for one in made), "abweichend vom einstimmigen Vorschlag"),
        (sum(one.is_disputed for one in made), "bei uneinigen Vorschlägen"),
        (sum(one.lacks_lead for one in made), "ohne Vorschlag der federführenden Einheit"),
        (sum(not one.is_proposed for one in made), "ohne Vorschlag"),
    ]
    return ", ".join(f"{n} {word}" for n, word in counts if n) + "."


def _agreed(document: WordDocument, minutes: Minutes) -> None:
    if not minutes.agreed:
        return
    document.heading("Abgestimmte Bewertungen")
    columns = [_NUMBER, Column("Maßnahme", 4.7), Column("Bewertung", 2.3), Column("Kennzeichen", 3.9), Column("Vorschläge", 4.2)]
    for title, agreed in groupby(minutes.agreed, key=lambda pair: pair[0].field_title):
        pairs = list(agreed)
        document.heading(title, 2)
        rows = [_agreed_row(entry, made) for entry, made in pairs]
        document.table(columns, rows, description=f"Abgestimmte Bewertungen im Handlungsfeld {title}")
        for entry, made in pairs:
            if made.reason or made.remark or entry.note or entry.questions:
                _explain(document, entry, made)


def _agreed_row(entry: Entry, made: Resolution) -> list[Cell]:
    markers: list[Line] = [[f"{marker.symbol}\u00a0{marker.word}"] for marker in made.markers]
    return [*_place(entry), [grade_spans(made.grade)], markers or [[NOT_RATED_SYMBOL]], _proposals(made)]


def _place(entry: Entry) -> list[Cell]:
    return [[[Span(entry.number, "Strong")]], [[one_line(entry.title)]]]


def _proposals(made: Resolution) -> Cell:
    """„MaßArbeit hoch, FD 4 hoch“; where they differ, one below the other and said in words."""
    words = [f"{proposal.unit} {proposal.grade.word if proposal.grade else NO_PROPOSAL_WORD}" for proposal in made.proposals]
    if not words:
        return [[NO_PROPOSAL_WORD]]
    if made.is_disputed:
        return [[f"{DISPUTED_SYMBOL}\u00a0{DISPUTED_WORD}:"], *([word] for word in words)]
    lines: list[Line] = [[", ".join(words)]]
    return [*lines, [Span("abweichend beschlossen", "Strong")]] if made.deviates else lines


def _explain(document: WordDocument, entry: Entry, made: Resolution) -> None:
    document.heading(f"{entry.number} {entry.title}", 3)
    label = "Begründung:"
    if made.deviates and made.proposed:
        label = f"Abweichend vom einstimmigen Vorschlag „{made.proposed.word}“:"
    document.text(made.reason, label=label)
    document.text(made.remark, label="Bemerkung:")
    document.text(entry.note, label="Notiz:")
    for question in entry.questions:
        document.line([Span(f"Rückfrage an {question.unit}, ", "Strong"), f"{_deadline(question)} ({question.state.label})."])


def _deadline(question: Question) -> str:
    return f"Frist {german_date(question.due_on)}" if question.due_on else "ohne Frist"


def _discussed(document: WordDocument, minutes: Minutes) -> None:
    if not minutes.discussed:
        return
    document.heading("Besprochene Maßnahmen")
    columns = [_NUMBER, Column("Maßnahme", 5.0), Column("Ergebnis", 10.1)]
    for title, found in groupby(minutes.discussed, key=lambda entry: entry.field_title):
        document.heading(title, 2)
        rows = [[*_place(entry), _lines(entry.note) or [["besprochen"]]] for entry in found]
        document.table(columns, rows, description=f"Besprochene Maßnahmen im Handlungsfeld {title}")


def _lines(text: str) -> list[Line]:
    return [[line] for line in lines_of(text)]


def _questions(document: WordDocument, minutes: Minutes) -> None:
    """What the units still owe the Jour fixe, as a list to work off."""
    asked = [(entry, question) for entry in minutes.entries for question in entry.questions]
    if not asked:
        return
    document.heading("Rückfragen")
    columns = [_NUMBER, Column("An", 3.9), Column("Frage", 6.9), Column("Frist", 2.1), Column("Stand", 2.2)]
    rows: list[list[Cell]] = [
        [
            [[Span(entry.number, "Strong")]],
            [[question.unit]],
            _lines(question.text),
            [[german_date(question.due_on) if question.due_on else "ohne Frist"]],
            [[str(question.state.label)]],
        ]
        for entry, question in asked
    ]
    document.table(columns, rows, description="Rückfragen mit Frist und Stand")


def _put_off(document: WordDocument, minutes: Minutes) -> None:
    if not minutes.put_off:
        return
    document.heading("Vertagt")
    columns = [_NUMBER, Column("Maßnahme", 6.3), Column("Nächste Sitzung", 3.0), Column("Anmerkung", 5.8)]
    rows = [
        [*_place(entry), [[german_date(entry.goes_to) if entry.goes_to else "noch nicht geplant"]], _remarks(entry)]
        for entry in minutes.put_off
    ]
    document.table(columns, rows, description="Vertagte Maßnahmen mit der Sitzung, auf deren Tagesordnung sie stehen")


def _settled(document: WordDocument, minutes: Minutes) -> None:
    if not minutes.settled:
        return
    document.heading("Bereits vorher abgestimmt")
    columns = [_NUMBER, Column("Maßnahme", 7.2), Column("Bewertung", 2.3), Column("Abgestimmt am", 3.0), Column("Anmerkung", 2.6)]
    rows: list[list[Cell]] = [
        [
            *_place(entry),
            [grade_spans(made.grade)],
            [[german_date(timezone.localtime(made.agreed_at).date())]],
            _lines(entry.note) or [[NOT_RATED_SYMBOL]],
        ]
        for entry, made in minutes.settled
    ]
    document.table(columns, rows, description="Maßnahmen der Tagesordnung, die außerhalb dieser Sitzung abgestimmt sind")


def _untreated(document: WordDocument, minutes: Minutes) -> None:
    if not minutes.untreated:
        return
    document.heading("Noch nicht behandelt")
    columns = [_NUMBER, Column("Maßnahme", 9.5), Column("Anmerkung", 5.6)]
    rows = [[*_place(entry), _remarks(entry)] for entry in minutes.untreated]
    document.table(columns, rows, description="Maßnahmen der Tagesordnung, die noch nicht behandelt sind")


def _remarks(entry: Entry) -> Cell:
    """The note, and a rating that the Maßnahme has from outside of this meeting."""
    lines = _lines(entry.note)
    if entry.is_left_over:
        lines.append(["nicht mehr behandelt"])
    if entry.elsewhere:
        day = german_date(timezone.localtime(entry.elsewhere.agreed_at).date())
        lines.append([*grade_spans(entry.elsewhere.grade), f", abgestimmt am {day} außerhalb dieser Sitzung"])
    return lines or [[NOT_RATED_SYMBOL]]
