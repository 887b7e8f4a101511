"""What the Evaluationsbericht says of itself: title, state, file name, title page, notes on the Anhang."""

from typing import Final

from ratings.documents import wording
from ratings.documents.report_pieces import Cover
from ratings.documents.report_tables import count
from ratings.evaluation_report import EvaluationReport

ANNEX: Final = "Anhang"
_EXAMPLE_NOTE: Final = "Beispieldaten: Berichte, Bewertungen und Angaben in diesem Dokument sind erfunden."
_PROPOSALS: Final = (
    "Was als Vorschlag gekennzeichnet ist, hat die federführende Einheit vorgeschlagen und ist noch nicht abgestimmt."
)


def file_name(report: EvaluationReport, ending: str) -> str:
    """Return „Evaluationsbericht_evaluation-2022_Stand_2026-11-22.docx“, with the same marks as the files of the Anhang."""
    appendix = report.appendix
    example = "Beispieldaten_" if appendix.is_example else ""
    draft = "Entwurf_" if report.is_draft else ""
    version = f"_Fassung-{appendix.version}" if appendix.version and appendix.version > 1 else ""
    name = title(report).replace(" ", "-")
    return f"{example}{draft}{name}_{appendix.round_slug}{version}_Stand_{appendix.as_of:%Y-%m-%d}.{ending}"


def title(report: EvaluationReport) -> str:
    """What the document is: a round without ratings evaluates nothing."""
    return "Evaluationsbericht" if report.appendix.has_ratings else "Bericht zum Sachstand"


def concept(report: EvaluationReport) -> str:
    name = report.appendix.concept_title
    return name if "konzept" in name.lower() else f"Konzept {name}"


def state(report: EvaluationReport) -> str:
    """„freigegeben am 22.11.2026, Fassung 1“. The chapters may lag behind the ratings: then it is a draft."""
    ratings = wording.state(report.appendix)
    return f"Entwurf (Kapitel nicht freigegeben; Bewertungen {ratings})" if report.lacks_release_of_texts else ratings


def notice(report: EvaluationReport) -> str:
    """What stands above every page: „Beispieldaten · Entwurf“."""
    marks = (("Beispieldaten", report.appendix.is_example), ("Entwurf", report.is_draft))
    return " · ".join(word for word, holds in marks if holds)


def running_title(report: EvaluationReport) -> str:
    """„Evaluationsbericht · Migration & Integration“, above every page but the first."""
    return f"{title(report)} · {report.appendix.concept_short_title or report.appendix.concept_title}"


def footer(report: EvaluationReport) -> str:
    appendix = report.appendix
    version = f", Fassung {appendix.version}" if appendix.version and appendix.version > 1 else ""
    return f"{appendix.round_title} · Stand {wording.german_date(appendix.as_of)}{version}"


def cover(report: EvaluationReport) -> Cover:
    """Return what stands on the title page."""
    appendix = report.appendix
    notices = [_EXAMPLE_NOTE] if appendix.is_example else []
    if report.is_draft:
        missing = (
            f" {count(report.unwritten, 'Abschnitt ist', 'Abschnitte sind')} noch nicht geschrieben." if report.unwritten else ""
        )
        notices.append(f"Entwurf: Dieser Bericht ist noch nicht freigegeben.{missing}")
    facts = (
        ("Berichtsrunde", appendix.round_title),
        ("Stand", wording.german_date(appendix.as_of)),
        ("Fassung", state(report)),
    )
    return Cover(report.owner, title(report), concept(report), facts, tuple(notices))


def annex_title(report: EvaluationReport) -> str:
    return f"{ANNEX}: {wording.subtitle(report.appendix).removeprefix('Übersicht: ')}"


def annex_notes(report: EvaluationReport) -> list[str]:
    """What the reader of the Anhang has to know before its tables."""
    rows = report.appendix.rows
    if not report.appendix.has_ratings:
        return [wording.MANDATORY_NOTE] if any(row.is_mandatory for row in rows) else []
    notes = [
        "Was die Zielerreichungsgrade und Kennzeichen bedeuten, steht im Abschnitt „Bewertungsschema“.",
        _PROPOSALS if report.figures.proposed else "",
        wording.shared_reason_note(rows),
        wording.unknown_markers(rows)[0],
    ]
    return [note for note in notes if note]
