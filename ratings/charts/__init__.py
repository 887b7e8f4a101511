"""Charts: from the rows of the Anhang to words and counts, from these to SVG, on a page with a table beside it and as a file.

No chart gives an average or a figure about people (DESIGN.md, section 4, rules 1 and 9).
"""

from ratings.charts.from_rows import (
    COURSE,
    DISTRIBUTION,
    MARKERS,
    FieldShares,
    RoundResult,
    course_chart,
    distribution_chart,
    field_shares,
    marker_chart,
    rated_parts,
)
from ratings.charts.loading import load_results, load_return_curve
from ratings.charts.measure_map import MeasureMap, measure_map, measure_url
from ratings.charts.parts import BarChart, Chart, Key, ReturnCurve, segments
from ratings.charts.pictures import file_picture, key_picture, page_picture, picture_name
from ratings.charts.returns_curve import RETURNS, return_curve

__all__ = [
    "COURSE",
    "DISTRIBUTION",
    "MARKERS",
    "RETURNS",
    "BarChart",
    "Chart",
    "FieldShares",
    "Key",
    "MeasureMap",
    "ReturnCurve",
    "RoundResult",
    "course_chart",
    "distribution_chart",
    "field_shares",
    "file_picture",
    "key_picture",
    "load_results",
    "load_return_curve",
    "marker_chart",
    "measure_map",
    "measure_url",
    "page_picture",
    "picture_name",
    "rated_parts",
    "return_curve",
    "segments",
]
