"""What stands on top of the sheets that are printed."""

from ratings.appendix import Appendix
from ratings.documents import wording
from ratings.documents.grid import Grid


def add_head(grid: Grid, appendix: Appendix, title: str, subtitle: str, selection: str) -> None:
    """Add title, round, Stand, whether fictional, and the filter."""
    grid.add_line(title, "Titel", 14, bold=True)
    grid.add_line(subtitle, "Untertitel", 12)
    grid.add_line(f"{appendix.round_title} · Stand {wording.german_date(appendix.as_of)} · {wording.state(appendix)}", "Angabe")
    if appendix.is_example:
        grid.add_line(wording.example_note(appendix), "Warnung", bold=True)
    grid.add_line(wording.selection_line(appendix, selection), "Angabe")
