"""The Anhang as PDF for the Kreistag: tagged PDF/UA-1, A4 landscape. The look is in `typ/appendix.typ`; here is what stands in it."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, BinaryIO, Final

from goals.models import GoalKind
from ratings.appendix import Appendix, AppendixRow, Audience
from ratings.comparison import Comparison
from ratings.documents import wording
from ratings.documents.typst_base import Frame, contour, write_pdf_file
from ratings.rollup import DISPUTED_VALUE, Share, Standing, distribution
from ratings.scheme import Grade, Marker

Data = dict[str, Any]

_PROPOSAL_NOTE: Final = "Umrandete Zeichen ohne Farbfläche: Vorschlag der federführenden Einheit, noch nicht abgestimmt."
_FLAT_HEADING: Final = "Maßnahmen in der gewählten Reihenfolge"
_GOAL_LINE: Final = 44  # characters in a line of the Zielbeschreibung, cautiously; likewise below
_MEASURE_LINE: Final = 22
_KEPT_LINES: Final = 30  # about 12 cm; a Ziel with more of them may be torn by the end of the page


def write_pdf(appendix: Appendix, out: BinaryIO, *, selection: str = "", comparison: Comparison | None = None) -> None:
    """Write the PDF of these rows, in their order, to `out`. `selection`: the active filter in words; `comparison` with an earlier
    round adds a column with what stood there. Nothing is smaller than 9 pt. Raises `NotWritten`.
    """
    out.write(
        write_pdf_file("appendix", _frame(appendix), appendix_content(appendix, selection=selection, comparison=comparison))
    )


def _frame(appendix: Appendix) -> Frame:
    example = ["Beispieldaten"] if appendix.is_example else []
    state = [wording.state(appendix)] if appendix.is_draft else []
    return Frame(
        title=wording.title(appendix),
        description=f"{wording.subtitle(appendix)}, {appendix.round_title}, {wording.state(appendix)}",
        kind=wording.sheet_title(appendix),
        header=wording.title(appendix),
        footer=f"{appendix.round_title} · Stand {wording.german_date(appendix.as_of)} · {wording.state(appendix)}",
        made_of=appendix.as_of,
        notice=" · ".join(example + state),
    )


def appendix_content(appendix: Appendix, *, selection: str = "", comparison: Comparison | None = None) -> Data:
    """Return what the parts in `typ/appendix_parts.typ` take: plain words and numbers, in the order of the rows."""
    rows = appendix.rows
    note, in_rows = wording.unknown_markers(rows)
    columns = _columns(appendix, comparison)
    cells = _Cells(appendix, in_rows, comparison)
    counted = appendix.has_ratings and any(row.grade or row.standing == Standing.DISPUTED for row in rows)
    shares = distribution(rows)
    return {
        "head": {
            "title": wording.title(appendix),
            "subtitle": wording.subtitle(appendix),
            "facts": f"{appendix.round_title} · Stand {wording.german_date(appendix.as_of)} · {wording.state(appendix)}",
            "example_note": wording.example_note(appendix) if appendix.is_example else "",
            "selection": wording.selection_line(appendix, selection),
        },
        "grades": [_legend_entry(share) for share in shares] if appendix.has_ratings else [],
        "counted": counted,
        "markers": [_marker(marker, alone=False) for marker in Marker] if appendix.has_ratings else [],
        "shares": _bar(shares) if counted else [],
        "notes": _notes(appendix, note) + ([f"Vorher: {comparison.title}."] if comparison and comparison.title else []),
        "overview": _overview(rows, has_ratings=appendix.has_ratings, counted=counted),
        "fields": _fields(rows, cells, counted=counted),
        "columns": columns,
        "widths": {"goal": _width(row.goal_number for row in rows), "number": _width(row.number for row in rows)},
        "nothing_found": wording.NOTHING_FOUND,
    }


def _columns(appendix: Appendix, comparison: Comparison | None) -> list[str]:
    """Names of the columns beside Ziel and Maßnahme that have something to say (`kinds` in `typ/appendix_parts.typ`)."""
    rows = appendix.rows
    inside = appendix.audience is Audience.INTERNAL
    shared = wording.shared_reason(rows)
    wanted = [("units", any(row.owed_units or (inside and not row.is_agreed) for row in rows))]
    if appendix.has_ratings:
        wanted += [
            ("rating", True),
            ("before", comparison is not None),
            ("markers", True),
            ("remark", any(_remark(row, shared) for row in rows)),
        ]
    else:
        wanted += [("mandatory", any(row.is_mandatory for row in rows)), ("summaries", True)]
    return [name for name, is_wanted in wanted if is_wanted]


def _width(numbers: Iterable[str]) -> int:
    """Millimetres for the longest of these numbers, like „M 3.2.1“; longer ones than 26 mm go into a second line."""
    return min(max(13, 5 + 2 * max(map(len, numbers), default=0)), 26)


def _legend_entry(share: Share) -> Data:
    word = "Vorschläge uneinig" if share.value == DISPUTED_VALUE else share.word
    is_grade = share.value in Grade.values
    return {
        "shape": share.shape,
        "word": word,
        "words": f"Zielerreichungsgrad {word}" if is_grade else word,
        "proposed": f"davon {share.proposed} als Vorschlag" if share.proposed and is_grade else "",
        "count": str(share.count),
        "percent": f"{share.percent:.0f} %",
    }


def _bar(shares: Sequence[Share]) -> list[Data]:
    """What is agreed is filled, what is proposed is outlined, as on the page."""
    fills = {grade.shape: grade.fill for grade in Grade}
    parts = []
    for share in shares:
        line = contour(share.shape)
        has_fill = share.shape in fills
        parts.append(
            {"count": share.agreed if has_fill else 0, "filled": True, "colour": fills.get(share.shape, ""), "line": line}
        )
        parts.append({"count": share.proposed if has_fill else share.count, "filled": False, "colour": "", "line": line})
    return parts


def _notes(appendix: Appendix, unknown_note: str) -> list[str]:
    rows = appendix.rows
    if not appendix.has_ratings:
        return [wording.MANDATORY_NOTE] if any(row.is_mandatory for row in rows) else []
    proposals = _PROPOSAL_NOTE if any(row.is_proposal for row in rows) else ""
    return [note for note in (proposals, wording.shared_reason_note(rows), unknown_note) if note]


def _overview(rows: Sequence[AppendixRow], *, has_ratings: bool, counted: bool) -> Data | None:
    """Counts per Handlungsfeld and where it begins; None where there is nothing to lead through."""
    if not in_order_of_concept(rows):
        return None
    fields = [(title, list(block)) for title, block in groupby(rows, key=lambda row: row.field_title)]
    if len(fields) < 2:
        return None
    shown = [share for share in distribution(rows) if share.value != DISPUTED_VALUE or share.count] if counted else []
    columns = [{"word": "Maßnahmen", "shape": ""}]
    columns += [{"word": share.word, "shape": share.shape} for share in shown]
    columns += [] if has_ratings else [{"word": "mit Sachstand", "shape": ""}]

    def counts(of: Sequence[AppendixRow]) -> list[int]:
        by_value = {share.value: share.count for share in distribution(of)}
        reported = [] if has_ratings else [sum(bool(row.summaries) for row in of)]
        return [len(of), *(by_value[share.value] for share in shown), *reported]

    return {
        "heading": "Handlungsfelder",
        "columns": columns,
        "rows": [{"title": title, "target": f"feld-{index}", "counts": counts(of)} for index, (title, of) in enumerate(fields)],
        "total": counts(rows),
    }


def in_order_of_concept(rows: Sequence[AppendixRow]) -> bool:
    """False where the rows were put in another order: then Handlungsfelder and Ziele would only be torn apart."""
    goals = [number for number, _ in groupby(row.goal_number for row in rows)]
    fields = [position for position, _ in groupby(row.field_position for row in rows)]
    return len(goals) == len(set(goals)) and len(fields) == len(set(fields))


def _fields(rows: Sequence[AppendixRow], cells: "_Cells", *, counted: bool) -> list[Data]:
    if not rows:
        return []
    if not in_order_of_concept(rows):
        goals = [cells.goal([row]) for row in rows]
        return [{"title": _FLAT_HEADING, "target": "feld-0", "count": "", "challenges": [{"title": "", "goals": goals}]}]
    return [
        {
            "title": f"Handlungsfeld „{title}“",
            "target": f"feld-{index}",
            "count": _count_line(of, counted=counted),
            "challenges": [
                {
                    "title": challenge,
                    "goals": [cells.goal(list(goal)) for _, goal in groupby(measures, key=lambda row: row.goal_number)],
                }
                for challenge, measures in groupby(of, key=lambda row: row.challenge_title)
            ],
        }
        for index, (title, of) in enumerate(
            (title, list(block)) for title, block in groupby(rows, key=lambda row: row.field_title)
        )
    ]


def _count_line(rows: Sequence[AppendixRow], *, counted: bool) -> str:
    """„13 Maßnahmen: 9 hoch, 3 mittel, 1 nicht bewertet“."""
    line = f"{len(rows)} {'Maßnahme' if len(rows) == 1 else 'Maßnahmen'}"
    given = [f"{share.count} {share.word}" for share in distribution(rows) if share.count]
    return f"{line}: {', '.join(given)}" if counted else line


def _marker(marker: Marker, *, alone: bool, unknown: bool = False) -> Data:
    """`alone`: no word stands beside it, so that the symbol itself says it to a screen reader."""
    data = {"letter": marker.symbol, "icon": marker.icon.removeprefix("kz-"), "word": marker.word, "unknown": unknown}
    return {**data, "alt": f"{marker.word} {wording.UNKNOWN}" if unknown else marker.word} if alone else data


def _remark(row: AppendixRow, shared_reason: str) -> str:
    """Why a Maßnahme is not rated, unless one note says it for all, and the remark."""
    reason = row.reason if row.standing == Standing.NOT_RATED and row.reason != shared_reason else ""
    return "\n".join(filter(None, [reason, row.remark]))


class _Cells:
    """Turns rows into the words of their cells."""

    def __init__(self, appendix: Appendix, unknown_in_rows: frozenset[Marker], comparison: Comparison | None) -> None:
        self._inside = appendix.audience is Audience.INTERNAL
        self._shared = wording.shared_reason(appendix.rows)
        self._unknown = unknown_in_rows
        self._comparison = comparison
        self._no_summary = "kein Sachstand" if appendix.version else "noch kein Sachstand"

    def goal(self, rows: Sequence[AppendixRow]) -> Data:
        first = rows[0]
        measures = [self._measure(row) for row in rows]
        lines = max(_lines(first.goal_text, _GOAL_LINE) + 1, sum(_height(measure) for measure in measures))
        return {
            "number": first.goal_number,
            "text": first.goal_text,
            "kind": "" if first.goal_kind == GoalKind.UNCLASSIFIED.label else first.goal_kind,
            "together": lines <= _KEPT_LINES,
            "measures": measures,
        }

    def _measure(self, row: AppendixRow) -> Data:
        return {
            "number": row.number,
            "title": row.title,
            "lead": row.lead.short_name if row.lead else "",
            "contributing": ", ".join(line.short_name for line in row.contributing),
            "nobody": "niemand zuständig" if self._inside and not row.is_agreed else "",
            "rating": self._rating(row),
            "markers": [
                _marker(marker, alone=True, unknown=value is None)
                for marker, value in row.markers.items()
                if value or (value is None and marker in self._unknown)
            ],
            "mandatory": row.is_mandatory,
            "remark": _remark(row, self._shared),
            "no_summary": self._no_summary,
            "summaries": [
                {
                    "unit": line.short_name,
                    "as_of": wording.german_date(line.as_of) if line.as_of else "",
                    "text": line.texts.summary if line.texts else "",
                }
                for line in row.summaries
            ],
            **self._before(row),
        }

    def _rating(self, row: AppendixRow) -> Data:
        notes = ["Vorschlag"] if row.is_proposal else []
        if self._inside and (row.recheck or row.standing == Standing.NONE):
            notes.append(str(row.progress.label))
        return {
            "shape": row.shape,
            "proposed": row.is_proposal,
            "firm": row.grade is not None or row.standing == Standing.DISPUTED,
            "word": row.word,
            "notes": notes,
        }

    def _before(self, row: AppendixRow) -> Data:
        if self._comparison is None:
            return {}
        compared = self._comparison.of(row)
        return {"before": {"word": compared.words_before or "–", "change": compared.change.word}}


def _lines(text: str, length: int) -> int:
    return sum(1 + len(line) // length for line in text.split("\n"))


def _height(measure: Data) -> int:
    """Lines that a Maßnahme takes, cautiously; one is for the room around them."""
    units = _lines(measure["lead"], _MEASURE_LINE) + _lines(f"Zuarbeit: {measure['contributing']}", _MEASURE_LINE)
    summaries = sum(_lines(summary["text"], _GOAL_LINE) + 1 for summary in measure["summaries"])
    texts = (_lines(measure["title"], _MEASURE_LINE), _lines(measure["remark"], _MEASURE_LINE), units, summaries)
    return max(*texts, 1 + len(measure["rating"]["notes"])) + 1
