"""Evaluationsberichte with chapters and ratings, for the tests of their content and of their files."""

import io
from dataclasses import replace
from typing import Any

import docx
from docx.document import Document
from docx.oxml.ns import qn

from ratings.appendix import AppendixRow, Audience
from ratings.comparison import compare
from ratings.documents.report_files import REPORT_WRITERS
from ratings.evaluation_report import EvaluationReport, build_report
from ratings.models import Section
from ratings.rollup import Standing
from ratings.scheme import Grade
from ratings.summaries import Chapter
from tests.ratings.appendix_samples import appendix, row

OWNER = "Landkreis Osnabrück"


RELEASED: dict[str, Any] = {"is_draft": False, "is_example": False, "version": 1, "audience": Audience.RELEASED}


def chapters(*fields: str, **texts: str) -> list[Chapter]:
    """Chapters 1, 2, those of `fields` and 4; `texts` by the value of the section, those of Handlungsfelder by their number."""
    found = [Chapter(Section.INTRODUCTION, "1", "Einleitung", text=texts.get("introduction", ""))]
    found.append(Chapter(Section.METHOD, "2", "Methode", text=texts.get("method", "")))
    for number, title in enumerate(fields, start=1):
        found.append(Chapter(Section.FIELD, f"3.{number}", title, number, text=texts.get(f"field{number}", "")))
    return [*found, Chapter(Section.CONCLUSION, "4", "Fazit", text=texts.get("conclusion", ""))]


def report(*rows: AppendixRow, given: list[Chapter] | None = None, before: Any = None, **changes: Any) -> EvaluationReport:
    source = appendix(*rows, **changes)
    titles = list(dict.fromkeys(one.field_title for one in rows))
    comparison = compare(rows, before, title="Runde 2024") if before is not None else None
    return build_report(source, chapters(*titles) if given is None else given, owner=OWNER, comparison=comparison)


TEXTS = {
    "introduction": "Erster Absatz.\n\n# Anlass\n\nZweiter Absatz.\n\n- ein Punkt\n- noch einer",
    "method": "So wurde bewertet.",
    "field1": "Die Kurse laufen (Ziel 20).\n\n# Herausforderungen\n\n1. Kinderbetreuung\n2. Wege\n\nDann:\n\n1. neu gezählt",
    "conclusion": "Viel ist erreicht.",
}


def full(**changes: Any) -> EvaluationReport:
    """Two Handlungsfelder with text and an earlier round; 20.1 is better, 21.1 worse, 30.1 the same, 31.1 not agreed."""
    rows = [
        row("20", continuation=True, is_mandatory=True),
        row("21", grade=Grade.LOW, remark="Wird 2027 fortgesetzt."),
        row("21", 2, grade=Grade.MEDIUM, standing=Standing.PROPOSAL),
        row("30", field_title="Bildung & Schule", field_position=4, grade=Grade.UNCLEAR),
        row("31", field_title="Bildung & Schule", field_position=4, standing=Standing.NONE, grade=None),
    ]
    before = [replace(rows[0], grade=Grade.MEDIUM), replace(rows[1], grade=Grade.HIGH), row("99")]
    return report(*rows, given=chapters("Sprache", "Bildung & Schule", **TEXTS), before=before, **changes)


def word(source: EvaluationReport) -> Document:
    out = io.BytesIO()
    REPORT_WRITERS["docx"].write(source, out)
    out.seek(0)
    return docx.Document(out)


def pdf(source: EvaluationReport) -> bytes:
    out = io.BytesIO()
    REPORT_WRITERS["pdf"].write(source, out)
    return out.getvalue()


def paragraphs(document: Document) -> list[str]:
    """Every paragraph, those of tables and of the contents too."""
    return ["".join(node.text or "" for node in p.iter(qn("w:t"))) for p in document.element.body.iter(qn("w:p"))]


def squeezed(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())


def everything(document: Document) -> str:
    return squeezed("\n".join(paragraphs(document)))
