"""A Konzept as a table to take away: the empty template, and one that exists."""

import io

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from goals.models import Concept, OrgUnit
from goals.permissions import may_create_concept
from goals.requests import SignedInRequest
from goals.workbooks.csv_file import write_csv
from goals.workbooks.table import table_of, unit_rows
from goals.workbooks.xlsx import write_template, write_workbook

_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@require_safe
def template(request: SignedInRequest, ending: str) -> FileResponse:
    """The empty table: as a workbook with drop-downs and an example, or only the headings as CSV."""
    may_create_concept(request.user).require()
    out = io.BytesIO()
    if ending == "xlsx":
        units = OrgUnit.objects.active().select_related("parent").order_by("name", "pk")
        write_template(unit_rows(list(units)), out)
    elif ending == "csv":
        write_csv([], out)
    return _file(out, f"Vorlage_Konzept.{ending}", ending)


@require_safe
def table(request: SignedInRequest, concept: str, ending: str) -> FileResponse:
    """The Konzept in the shape of the template: what comes back unchanged changes nothing."""
    found = get_object_or_404(Concept.objects.visible_to(request.user), slug=concept)
    out = io.BytesIO()
    if ending == "xlsx":
        write_workbook(table_of(found), out, title=found.title, is_example=found.is_example)
    elif ending == "csv":
        write_csv(table_of(found).rows, out, is_example=found.is_example)
    example = "Beispieldaten_" if found.is_example else ""
    return _file(out, f"{example}Konzept_{found.slug}_Stand_{timezone.localdate():%Y-%m-%d}.{ending}", ending)


def _file(out: io.BytesIO, name: str, ending: str) -> FileResponse:
    if ending not in _TYPES:
        raise Http404("Dieses Format gibt es nicht.")
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=name, content_type=_TYPES[ending])
