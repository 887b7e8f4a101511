"""Rücklauf: how far the reports of a round, or of some units, are."""

from collections.abc import Mapping
from typing import Final

from ratings.states import ReportState

# States of a report as parts of the bar: class, state, word.
_PARTS: Final = (
    ("in", ReportState.SUBMITTED, "eingereicht"),
    ("release", ReportState.AWAITING_APPROVAL, "zur Freigabe"),
    ("draft", ReportState.DRAFT, "Entwurf"),
    ("returned", ReportState.RETURNED, "zurückgegeben"),
    ("open", ReportState.OPEN, "offen"),
)

Parts = list[tuple[str, int, str]]


def bar_parts(counts: Mapping[ReportState, int]) -> Parts:
    """Return the parts of the bar of the Rücklauf for `{% progress_bar %}`, from the number of reports by state."""
    return [(css, counts.get(state, 0), word) for css, state, word in _PARTS]
