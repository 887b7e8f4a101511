"""The charts of a round: distribution, course, Rücklauf and Kennzeichen on one page, each also as a file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ratings import charts as drawing
from ratings import lineage
from ratings.appendix import Appendix, Audience
from ratings.charts import Chart
from ratings.models import ReportingRound
from ratings.states import RoundState
from ratings.views.overview_selection import read_rows
from ratings.views.versions import asked_version, strip

_CONTENT_TYPE = "image/svg+xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class _Shown:
    """A round as the person may read it, and the rounds that they can see. `version` is the Fassung that was asked for."""

    round: ReportingRound
    rounds: Sequence[ReportingRound]
    whole: Appendix
    is_inside: bool
    version: int | None

    @property
    def shows_grades(self) -> bool:
        started = self.whole.version is not None or self.round.state != RoundState.PREPARING
        return started and self.whole.has_ratings

    @property
    def query(self) -> str:
        return f"?fassung={self.version}" if self.version else ""


def _shown(request: HttpRequest, slug: str) -> _Shown:
    """Read a round as the overview does. Raises Http404 if it is out of sight or nothing of it is released to the person."""
    rounds = list(lineage.with_lineage(ReportingRound.objects.visible_to(request.user).select_related("concept"), slug))
    found = next((round_ for round_ in rounds if round_.slug == slug), None)
    if found is None:
        raise Http404("Diese Berichtsrunde gibt es nicht.")
    version = asked_version(request.GET)
    whole = read_rows(request.user, found, version)
    return _Shown(found, rounds, whole, whole.audience is Audience.INTERNAL, version)


def _makers(request: HttpRequest, shown: _Shown) -> dict[str, Callable[[], Chart | None]]:
    """Return by its name what makes each chart that this person may have of this round, in the order of the page."""
    found: dict[str, Callable[[], Chart | None]] = {}
    if shown.shows_grades:
        found[drawing.DISTRIBUTION] = lambda: drawing.distribution_chart(shown.whole)
        found[drawing.COURSE] = lambda: drawing.course_chart(
            drawing.load_results(request.user, shown.round, shown.whole, shown.rounds)
        )
    # The reports as they stand now are no part of a Fassung, and readers see its result alone.
    if shown.is_inside and shown.version is None:
        found[drawing.RETURNS] = lambda: drawing.load_return_curve(shown.round)
    if shown.shows_grades:
        found[drawing.MARKERS] = lambda: drawing.marker_chart(shown.whole)
    return found


@require_safe
def charts(request: HttpRequest, round: str) -> HttpResponse:
    """Show the charts of a round, each with its numbers as a table, and its Maßnahmen as a map."""
    shown = _shown(request, round)
    whole = shown.whole
    made = [make() for make in _makers(request, shown).values()]
    url = reverse("ratings:charts", args=[round])
    context = {
        "round": shown.round,
        "whole": whole,
        "is_example": whole.is_example,
        "is_inside": shown.is_inside,
        "version_strip": strip(whole, shown.round, url) if shown.version else None,
        "charts": [(chart, _file_url(shown, chart)) for chart in made if chart],
        "map": drawing.measure_map(whole, url=drawing.measure_url(whole, shown.version)) if shown.shows_grades else None,
        "overview": reverse("ratings:overview", args=[round]) + shown.query,
    }
    return render(request, "ratings/charts/page.html", context)


def _file_url(shown: _Shown, chart: Chart) -> str:
    return reverse("ratings:chart", args=[shown.round.slug, chart.name]) + shown.query


@require_safe
def chart(request: HttpRequest, round: str, name: str) -> HttpResponseBase:
    """Send one chart as an SVG file. Raises Http404 for one that this round does not have or this person may not read."""
    shown = _shown(request, round)
    make = _makers(request, shown).get(name)
    made = make() if make else None
    if made is None:
        raise Http404("Dieses Diagramm gibt es für diese Runde nicht.")
    content = BytesIO(drawing.file_picture(made, shown.whole).encode())
    name = drawing.picture_name(made, shown.whole)
    return FileResponse(content, as_attachment=True, filename=name, content_type=_CONTENT_TYPE)
