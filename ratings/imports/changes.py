"""What a checked list would change, as it is shown in the preview and kept until it is applied."""

from dataclasses import asdict, dataclass, field
from typing import Any, Final

from ratings.imports.table import Findings, Problem

MAX_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Change:
    """One cell: its column and place in the file, what the system holds and what the file says."""

    column: str
    place: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row with changes. `effect` says what they mean; `values` is what `ratings.imports.applying` writes.

    `token` stands for what the system held when the row was checked: it must hold the same when the row is applied.
    """

    key: str
    number: str
    title: str
    unit: str
    where: str
    token: str
    changes: tuple[Change, ...]
    values: dict[str, Any]
    effect: str = ""


@dataclass(slots=True)
class Checked:
    """A list that was checked. With problems it cannot be applied."""

    sheet: str = ""
    rows: list[RowChange] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)

    @property
    def problems(self) -> list[Problem]:
        return self.findings.problems

    @property
    def notes(self) -> list[str]:
        return self.findings.notes

    @property
    def size(self) -> int:
        """How many cells change."""
        return sum(len(row.changes) for row in self.rows)


def to_payload(checked: Checked) -> dict[str, Any]:
    """Return what JSON can keep of a list without problems."""
    return {"sheet": checked.sheet, "notes": checked.notes, "rows": [asdict(row) for row in checked.rows]}


def from_payload(payload: dict[str, Any]) -> Checked:
    """Return the list that `to_payload` kept."""
    rows = [RowChange(**{**row, "changes": tuple(Change(**one) for one in row["changes"])}) for row in payload.get("rows", [])]
    return Checked(payload.get("sheet", ""), rows, Findings(notes=list(payload.get("notes", []))))


def quoted(text: str) -> str:
    """Return „text“ on one line for a sentence, shortened where it is long."""
    line = " ".join(text.split())
    return f"„{line if len(line) <= MAX_SHOWN else f'{line[: MAX_SHOWN - 1]}…'}“"


def listed(numbers: list[str], most: int = 12) -> str:
    """Return „20.1, 20.2 und 3 weitere“."""
    rest = len(numbers) - most
    return ", ".join(numbers[:most]) + (f" und {rest} weitere" if rest > 0 else "")
