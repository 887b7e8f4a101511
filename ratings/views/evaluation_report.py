"""The Evaluationsbericht as a file: a draft for those who read its chapters, what is released for everyone else."""

from io import BytesIO
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from goals.requests import SignedInRequest
from ratings import permissions
from ratings.appendix import Audience, NoSuchVersion, NothingReleased
from ratings.documents import NotWritten
from ratings.documents.report_files import REPORT_WRITERS
from ratings.documents.report_words import file_name
from ratings.evaluation_report import EvaluationReport
from ratings.lineage import with_lineage
from ratings.models import ReportingRound
from ratings.report_loading import load_report
from ratings.views.versions import asked_version

_FAILED: Final = (
    "Der Bericht konnte nicht erzeugt werden. Der Fehler wurde protokolliert; bitte verständigen Sie die Technik. "
    "Die Texte der Kapitel sind davon nicht betroffen."
)


@never_cache
@require_safe
def evaluation_report(request: SignedInRequest, round: str, ending: str) -> HttpResponseBase:
    """Send the Evaluationsbericht of a round, with `?fassung=N` of that version. 404 out of sight, 403 where only a draft exists."""
    writer = REPORT_WRITERS.get(ending)
    if writer is None:
        raise Http404("Diese Art von Datei gibt es nicht.")
    report = _report(request, round)
    out = BytesIO()
    try:
        writer.write(report, out)
    except NotWritten:
        messages.error(request, _FAILED)
        return redirect("ratings:round", round=round)
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=file_name(report, ending), content_type=writer.content_type)


def _report(request: SignedInRequest, slug: str) -> EvaluationReport:
    """Chapters are read by the Jour fixe while they are written; all others get what is released."""
    rounds = list(with_lineage(ReportingRound.objects.visible_to(request.user).select_related("concept"), slug))
    found = next((round_ for round_ in rounds if round_.slug == slug), None)
    if found is None:
        raise Http404("Diese Berichtsrunde gibt es nicht.")
    may_read_drafts = permissions.may_read_chapters(request.user, found.concept_id)
    audience = Audience.INTERNAL if may_read_drafts else Audience.RELEASED
    version = asked_version(request.GET)
    try:
        return load_report(found, rounds, audience, owner=settings.OWNER_NAME, version=version)
    except NoSuchVersion as error:
        raise Http404("Diese Fassung gibt es nicht, oder sie ist nicht freigegeben.") from error
    except NothingReleased as error:
        if permissions.is_inside(request.user, found.concept_id):
            may_read_drafts.require()
        raise Http404("Von dieser Berichtsrunde ist nichts freigegeben.") from error
