"""The sheets of the Anhang workbook, in their order: the same for Excel and OpenDocument."""

from ratings.appendix import Appendix, Audience
from ratings.comparison import Comparison
from ratings.documents.grid import Grid
from ratings.documents.sheet_appendix import appendix_grid
from ratings.documents.sheet_evaluation import evaluation_grid
from ratings.documents.sheet_legend import legend_grid
from ratings.documents.sheet_tables import data_grid, reports_grid


def workbook_grids(appendix: Appendix, selection: str = "", comparison: Comparison | None = None) -> list[Grid]:
    """Return „Anhang“ („Sachstand“), „Auswertung“, „Daten“, for the inside „Berichte“, and „Legende“.

    `selection`: the active filter in words; `comparison` with an earlier round adds columns to „Daten“.
    """
    grids = [appendix_grid(appendix, selection), evaluation_grid(appendix, selection), data_grid(appendix, selection, comparison)]
    if appendix.audience is Audience.INTERNAL:
        grids.append(reports_grid(appendix))
    return [*grids, legend_grid(appendix, selection, comparison)]
