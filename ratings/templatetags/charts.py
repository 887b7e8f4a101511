"""Charts and map as components: `{% load charts %}`. No tag queries; a round without ratings has no map and no bars."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString

from ratings import charts
from ratings.appendix import Appendix
from ratings.charts import BarChart, Chart, Key, ReturnCurve
from ratings.rollup import DISPUTED_VALUE

register = template.Library()


@register.simple_tag
def chart_picture(chart: Chart, uid: str) -> SafeString:
    """Return the SVG of a chart; `uid` makes its ids unique on the page."""
    return charts.page_picture(chart, uid)


@register.simple_tag
def chart_key(key: Key, uid: str) -> SafeString:
    """Return how a category of a chart looks in its bars; its word stands beside it. `uid` is the chart's."""
    return charts.key_picture(key, uid)


@register.inclusion_tag("ratings/charts/map.html", name="measure_map")
def measure_map(appendix: Appendix, *, with_table: bool = True) -> dict[str, Any]:
    """Return the map of all Maßnahmen of a round with its Zeichenerklärung, and the same as a table below it."""
    found = charts.measure_map(appendix) if appendix.has_ratings else None
    return {"map": found, "with_table": with_table, "with_legend": True}


@register.inclusion_tag("ratings/charts/field_table.html")
def field_table(appendix: Appendix) -> dict[str, Any]:
    """Return the distribution per Handlungsfeld as a table: a bar and the counts of each, and what the signs mean.

    A category that occurs nowhere („uneinig“ for readers) has no column, but every grade has one.
    """
    fields = charts.field_shares(appendix.rows) if appendix.has_ratings and appendix.rows else []
    counted = {share.value for share in fields[-1].shares if share.count} if fields else set()
    kept = [share for share in fields[-1].shares if share.value != DISPUTED_VALUE or share.value in counted] if fields else []
    return {
        "fields": [(one, [share for share in one.shares if share.value in {key.value for key in kept}]) for one in fields],
        "keys": kept,
        "has_proposals": any(share.proposed for share in kept if share.value != DISPUTED_VALUE),
        "overview": reverse("ratings:overview", args=[appendix.round_slug]),
    }


@register.inclusion_tag("ratings/charts/folded.html")
def field_bars(appendix: Appendix) -> dict[str, Any]:
    """Return the distribution per Handlungsfeld: picture, legend, and the numbers as a table that can be opened."""
    return _folded(charts.distribution_chart(appendix) if appendix.has_ratings else None, appendix.round_slug)


@register.inclusion_tag("ratings/charts/folded.html")
def return_curve(curve: ReturnCurve | None, uid: str = "runde") -> dict[str, Any]:
    """Return the Rücklauf over time (`ratings.charts.load_return_curve`). `uid` for several on one page. Inside only."""
    return _folded(curve, uid)


@register.filter
def is_bars(chart: Chart) -> bool:
    """Whether a chart has bars with categories, else it is the curve of the Rücklauf."""
    return isinstance(chart, BarChart)


def _folded(chart: Chart | None, uid: str) -> dict[str, Any]:
    return {"chart": chart, "uid": f"{chart.name}-{uid}" if chart else ""}
