"""The heart: `AppendixRow`, one Maßnahme's rating in one round, from live data or from a snapshot. One shape, many faces.

Overview, exports and charts read these rows and nothing else, so screen and file cannot differ (DESIGN.md, section 5).
"""

from ratings.appendix.frozen import freeze, thaw, with_row
from ratings.appendix.live import live_appendix
from ratings.appendix.load import NoSuchVersion, NothingReleased, load_appendix
from ratings.appendix.rows import Appendix, AppendixRow, Audience
from ratings.appendix.selection import Criteria, Order, filter_rows, sort_rows

__all__ = [
    "Appendix",
    "AppendixRow",
    "Audience",
    "Criteria",
    "NoSuchVersion",
    "NothingReleased",
    "Order",
    "filter_rows",
    "freeze",
    "live_appendix",
    "load_appendix",
    "sort_rows",
    "thaw",
    "with_row",
]
