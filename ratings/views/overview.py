"""The overview: the Anhang on screen, and the same rows as a file."""

from io import BytesIO
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from ratings import permissions
from ratings.appendix import Appendix
from ratings.documents import WRITERS, NotWritten, file_name
from ratings.measure_page import current_round
from ratings.models import ReportingRound
from ratings.views import overview_comparison as comparing
from ratings.views import overview_page as page
from ratings.views import overview_saved
from ratings.views.overview_selection import Selection, select
from ratings.views.versions import VersionStrip, strip

EXPORTS = (
    ("xlsx", "Excel", "zum Drucken und mit allen Angaben zum Filtern"),
    ("ods", "ODS", "dasselbe für LibreOffice"),
    ("csv", "CSV", "Rohdaten für andere Programme"),
    ("pdf", "PDF", "barrierefreies Dokument zum Lesen und Weitergeben"),
)


@require_safe
def overview(request: HttpRequest, round: str) -> HttpResponse:
    """Show the round's Anhang: the query string chooses rows and order."""
    views = overview_saved.views_of(request.user, round)
    view = next((view for view in views if view.code == request.GET.get("ansicht")), None)
    selection = select(request.user, round, request.GET, is_saved=view is not None)
    whole = selection.whole
    may_import = whole.version is None and bool(permissions.may_coordinate(request.user, selection.round.concept_id))
    saved = overview_saved.face(request, selection, views, view)
    context = {**_context(selection), "may_import": may_import, "saved": saved, "view": view}
    response = render(request, "ratings/overview.html", context)
    if request.htmx:  # type: ignore[attr-defined]
        query = selection.chosen.query()
        push_url(response, request.path + (f"?{query}" if query else ""))
    return response


def _context(selection: Selection) -> dict[str, Any]:
    whole, chosen, faces, rows = selection.whole, selection.chosen, selection.faces, selection.table.records
    query = chosen.query()
    comparison = selection.comparison
    factory = page.LineFactory(whole, rows, query, faces, comparison, selection.version)
    is_grouped = not chosen.order_by
    return {
        "is_example": whole.is_example,
        "round": selection.round,
        "rounds": _other_rounds(selection),
        "version_strip": _strip(selection),
        "whole": whole,
        "extent": page.extent(whole.rows),
        "faces": faces,
        "help_page": "" if faces.inside else "ergebnis",
        "chosen": chosen,
        "query": query,
        "exports": [(words, note, _export_url(whole, ending, query)) for ending, words, note in EXPORTS],
        "shown": len(rows),
        "shares": page.shown_shares(rows, faces) if faces.grades else (),
        "returns": page.returns(rows) if faces.states and not faces.grades else (),
        "reported": sum(bool(row.summaries) for row in rows),
        "map": page.overview_map(whole, rows, factory.url, has_fields=is_grouped) if faces.grades else None,
        "quick_links": page.quick_links(whole, chosen, comparison),
        "notes": page.notes(rows, faces),
        "nobody_words": page.nobody_words(whole),
        "more_is_open": chosen.is_active("stand", "uneinig", "fehlt", "niemand", "vergleich") or bool(chosen.order_by),
        "columns": set(selection.table.columns.names()),
        "headings": selection.table.headings(lambda order: chosen.query(sort=order)),
        "fields": page.field_blocks(rows, factory.line, comparison) if is_grouped else (),
        "lines": () if is_grouped else [factory.line(row) for row in rows],
        "goals_toggle": chosen.query(zieltexte="" if chosen.short_goals else "kurz"),
        "query_without_view": chosen.query(ansicht=""),
        "query_in_concept_order": chosen.query(sort=""),
        **_compared(selection),
    }


def _strip(selection: Selection) -> VersionStrip | None:
    if not selection.version:
        return None
    query = selection.chosen.query(fassung="")
    url = reverse("ratings:overview", args=[selection.round.slug]) + (f"?{query}" if query else "")
    return strip(selection.whole, selection.round, url)


def _compared(selection: Selection) -> dict[str, Any]:
    """What the page shows of the comparison; without one there is only the choice of a round, if there is one to choose."""
    chosen, comparison = selection.chosen, selection.comparison
    offers = "vergleich" in chosen.form.fields and len(chosen.form.fields["vergleich"].choices) > 1
    if comparison is None:
        return {"offers_comparison": offers, "comparison": None}
    return {
        "offers_comparison": offers,
        "comparison": comparison,
        "met": len(selection.met),
        "change_counts": comparing.change_counts(comparison, selection.met, chosen),
        "query_with_all_changes": chosen.query(veraenderung=""),
        "query_without_comparison": chosen.query(vergleich="", veraenderung=""),
    }


def _other_rounds(selection: Selection) -> list[tuple[ReportingRound, str]]:
    """The rounds somebody can change to; within the Konzept the filter goes along, without comparison and Fassung."""
    chosen, shown = selection.chosen, selection.round
    left_out = {"vergleich": "", "veraenderung": "", "fassung": "", "ansicht": ""}
    query = chosen.query(**left_out)
    of_both = chosen.query(**dict.fromkeys(page.OF_GRADES, ""), **left_out)
    found = []
    for other in selection.rounds:
        kept = query if other.has_ratings == shown.has_ratings else of_both
        kept = kept if other.concept_id == shown.concept_id else ""
        url = reverse("ratings:overview", args=[other.slug]) + (f"?{kept}" if kept else "")
        found.append((other, url))
    return found if len(found) > 1 else []


def _export_url(whole: Appendix, ending: str, query: str) -> str:
    return reverse("ratings:export", args=[whole.round_slug, ending]) + (f"?{query}" if query else "")


@require_safe
def current(request: HttpRequest) -> HttpResponse:
    """Lead to the running round of the person's Konzepte, else to the newest they can see. The query string goes along.

    Without one the person's Startansicht of that Konzept opens, if they have one.
    """
    shown = current_round(ReportingRound.objects.visible_to(request.user))
    if shown is None:
        return render(request, "ratings/overview_none.html")
    query = request.META.get("QUERY_STRING", "")
    if not query and (url := overview_saved.start_url(request.user, shown)):
        return redirect(url)
    return redirect(reverse("ratings:overview", args=[shown.slug]) + (f"?{query}" if query else ""))


@require_safe
def export(request: HttpRequest, round: str, ending: str) -> HttpResponseBase:
    """Send the Anhang as a file: the rows and the order that the overview shows for the same query string.

    A value that does not fit leads back to the overview, which names it: a file of other rows would go unnoticed.
    """
    writer = WRITERS.get(ending)
    if writer is None:
        raise Http404("Diese Art von Datei gibt es nicht.")
    selection = select(request.user, round, request.GET, with_texts=True)
    chosen = selection.chosen
    if chosen.complaints:
        messages.error(request, "Es wurde keine Datei erzeugt, weil ein Filter nicht lesbar ist. Bitte prüfen Sie die Auswahl.")
        return redirect(f"{reverse('ratings:overview', args=[round])}?{request.META['QUERY_STRING']}")
    appendix = selection.whole.with_rows(selection.table.records)
    out = BytesIO()
    try:
        writer.write(appendix, out, selection=chosen.words, comparison=selection.comparison)
    except NotWritten as error:
        messages.error(request, str(error))
        return redirect(f"{reverse('ratings:overview', args=[round])}?{request.META['QUERY_STRING']}")
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=file_name(appendix, ending), content_type=writer.content_type)
