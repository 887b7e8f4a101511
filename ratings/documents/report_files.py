"""The kinds of file in which the Evaluationsbericht is written."""

from typing import Final

from ratings.documents import Writer
from ratings.documents.report_docx import write_report_docx
from ratings.documents.report_pdf import write_report_pdf
from ratings.documents.word import CONTENT_TYPE

# `write(report, out)`; both raise `NotWritten`.
REPORT_WRITERS: Final = {
    "docx": Writer(CONTENT_TYPE, write_report_docx),
    "pdf": Writer("application/pdf", write_report_pdf),
}
