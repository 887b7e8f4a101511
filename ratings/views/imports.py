"""Lists that come back: upload and check, preview, apply; and the workbook that a unit takes along."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from goals.forms import UploadForm
from goals.requests import SignedInRequest
from goals.sheets import Book, Unreadable, read_book
from ratings import permissions
from ratings.differences import condensed, differences
from ratings.differences import render as render_differences
from ratings.documents import WRITERS
from ratings.imports import applying, data, report_workbook, reports
from ratings.imports.applying import NotApplied
from ratings.imports.changes import Change, Checked, from_payload
from ratings.imports.table import Findings, Problem
from ratings.models import ImportDraft, ImportKind, ReportingRound
from ratings.my_reports import rounds_to_report
from ratings.organising import Effects
from ratings.views.changes import describe
from ratings.workflow import Impossible

_MAX_PROBLEMS = 200
_LONG = 60


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_data(request: SignedInRequest, round: str) -> HttpResponse:
    """Read „Daten“ back into a round: GET explains and offers the upload, POST checks the file."""
    found = get_object_or_404(ReportingRound.objects.visible_to(request.user).select_related("concept"), slug=round)
    permissions.may_coordinate(request.user, found.concept_id).require()
    back = reverse("ratings:round", args=[found.slug])
    context = {
        "round": found,
        "is_example": found.concept.is_example,
        "back": back,
        "locked": permissions.closed_reason(found) if found.is_closed else "",
        "export": reverse("ratings:export", args=[found.slug, "xlsx"]),
    }

    def check(book: Book) -> Checked:
        return data.check(book, found, request.user)

    return _upload(request, found, ImportKind.DATA, check, "ratings/imports/data.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_reports(request: SignedInRequest) -> HttpResponse:
    """Read the workbook of a unit back into its drafts (`runde`, else the newest round)."""
    found = _round_to_report(request)
    context = {
        "round": found,
        "is_example": found.concept.is_example,
        "back": f"{reverse('ratings:my_reports')}?runde={found.slug}",
        "export": f"{reverse('ratings:reports_workbook')}?runde={found.slug}",
    }

    def check(book: Book) -> Checked:
        return reports.check(book, found, request.user)

    return _upload(request, found, ImportKind.REPORTS, check, "ratings/imports/reports.html", context)


@require_safe
def reports_workbook(request: SignedInRequest) -> HttpResponseBase:
    """Send the reports that the person's units owe, with their drafts, to write offline."""
    found = _round_to_report(request)
    today = timezone.localdate()
    out = BytesIO()
    report_workbook.write_reports(found, reports.lines(found, request.user), out, today=today)
    out.seek(0)
    name = report_workbook.file_name(found, today)
    return FileResponse(out, as_attachment=True, filename=name, content_type=WRITERS["xlsx"].content_type)


def _round_to_report(request: SignedInRequest) -> ReportingRound:
    rounds = rounds_to_report(request.user)
    slug = request.GET.get("runde", "")
    found = next((round_ for round_ in rounds if not slug or round_.slug == slug), None)
    if found is None:
        raise Http404("In dieser Berichtsrunde haben Sie nichts zu berichten.")
    return found


def _upload(
    request: SignedInRequest,
    round_: ReportingRound,
    kind: ImportKind,
    check: Callable[[Book], Checked],
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    if request.method != "POST":
        return render(request, template, {**context, "form": UploadForm()})
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, template, {**context, "form": form}, status=422)
    upload = form.cleaned_data["file"]
    try:
        checked = check(read_book(upload, only=str(kind.label)))
    except Unreadable as unreadable:
        checked = Checked(findings=Findings([Problem("", str(unreadable))]))
    if not checked.problems and checked.rows:
        try:
            draft = _kept(request, round_, kind, checked, upload.name)
            return redirect("ratings:import_preview", pk=draft.pk)
        except Impossible as impossible:
            checked.problems.append(Problem("", str(impossible)))
    status = 422 if checked.problems else 200
    shown = {"checked": checked, "problems": checked.problems[:_MAX_PROBLEMS], "file_name": upload.name}
    return render(request, template, {**context, **shown, "form": UploadForm()}, status=status)


def _kept(request: SignedInRequest, round_: ReportingRound, kind: ImportKind, checked: Checked, name: str) -> ImportDraft:
    effects: Effects = ()
    if kind == ImportKind.DATA:
        effects = applying.effects_of(checked, file_name=name, user=request.user)
    return applying.keep(
        checked, kind=kind, round_=round_, file_name=name, user=request.user, effects=effects, shown=_as_shown(effects)
    )


def _as_shown(effects: Effects) -> list[dict[str, Any]]:
    """What the preview says of the running rounds, as JSON."""
    return [
        {
            "title": group.title,
            "text": group.text,
            "lines": [
                {"number": line.number, "title": line.title, "unit": line.unit, "detail": line.detail} for line in group.lines
            ],
        }
        for effect in effects
        for group in describe(effect.sync)
    ]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_preview(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show every change of a checked list; POST applies all of them or none."""
    drafts = ImportDraft.objects.visible_to(request.user).select_related("round__concept")
    draft = get_object_or_404(drafts, pk=pk)
    is_data = draft.kind == ImportKind.DATA
    again, back = _ways(draft)
    if is_data:
        permissions.may_coordinate(request.user, draft.round.concept_id).require()
    if draft.applied_at is not None or draft.is_expired:
        messages.warning(request, "Diese Liste ist schon eingelesen oder ihre Prüfung ist abgelaufen.")
        return redirect(again)
    problems: list[Problem] = []
    if request.method == "POST":
        try:
            applied = applying.apply(draft.pk, user=request.user)
        except NotApplied as refused:
            problems = refused.problems
        except Impossible as impossible:
            problems = [Problem("", str(impossible))]
        else:
            messages.success(request, _done(applied, is_data=is_data))
            return redirect(back)
    checked = from_payload(draft.payload)
    context = {
        "draft": draft,
        "round": draft.round,
        "is_example": draft.round.concept.is_example,
        "is_data": is_data,
        "checked": checked,
        "rows": [(row, [(change, _shown_change(change)) for change in row.changes]) for row in checked.rows],
        "effects": draft.payload.get("effects") or [],
        "problems": problems,
        "again": again,
        "back": back,
    }
    return render(request, "ratings/imports/preview.html", context, status=409 if problems else 200)


def _ways(draft: ImportDraft) -> tuple[str, str]:
    """Return the addresses of the upload and of the page that it belongs to."""
    slug = draft.round.slug
    if draft.kind == ImportKind.DATA:
        return reverse("ratings:import_data", args=[slug]), reverse("ratings:round", args=[slug])
    return f"{reverse('ratings:import_reports')}?runde={slug}", f"{reverse('ratings:my_reports')}?runde={slug}"


def _shown_change(change: Change) -> SafeString | None:
    """A long text with its changed words marked; None for short ones, which stand beside each other."""
    if len(change.old) <= _LONG or not change.new:
        return None
    return render_differences(condensed(differences(change.old, change.new)))


def _done(applied: applying.Applied, *, is_data: bool) -> str:
    if is_data:
        return f"{applied.rows} {'Maßnahme' if applied.rows == 1 else 'Maßnahmen'} geändert."
    if applied.rows == 1:
        return "Ein Entwurf ist übernommen. Reichen Sie den Bericht ein, wenn er fertig ist."
    return f"{applied.rows} Entwürfe sind übernommen. Reichen Sie die Berichte ein, wenn sie fertig sind."
