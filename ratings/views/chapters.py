"""The chapters of the Evaluationsbericht: the list, the editor of one chapter, saving. No text sent here is lost (rule 7)."""

from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goals.requests import SignedInRequest
from goals.text import clean_text
from ratings import permissions, summary_page
from ratings.differences import differences
from ratings.differences import render as render_differences
from ratings.models import FieldSummary, ReportingRound
from ratings.summaries import Chapter, Conflict, save_text
from ratings.summaries import chapters as chapters_of
from ratings.summary_page import ChapterPage
from ratings.workflow import Impossible

_ADDED: Final = " Der Vorschlagstext steht jetzt am Ende. Bitte überarbeiten Sie ihn."
_CHANGED: Final = " Den Vorschlagstext haben Sie schon überarbeitet; entfernt wurde nichts."


def _visible_round(request: SignedInRequest, slug: str) -> ReportingRound:
    return get_object_or_404(ReportingRound.objects.visible_to(request.user).select_related("concept"), slug=slug)


@never_cache
@require_safe
def chapters(request: SignedInRequest, round: str) -> HttpResponse:
    """All chapters of a round's report and how far they are."""
    round_ = _visible_round(request, round)
    permissions.may_read_chapters(request.user, round_.concept_id).require()
    return render(request, "ratings/chapters/list.html", summary_page.list_context(request.user, round_))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def chapter(request: SignedInRequest, round: str, chapter: str) -> HttpResponseBase:
    """The editor of one chapter, or its text if it cannot be written now. POST saves, or adds the draft or takes it out and saves.

    `eingefuegt`: the draft was just added, so the cursor stands at its beginning.
    """
    round_ = _visible_round(request, round)
    if request.method == "POST":
        return _save(request, round_, _chapter(round_, chapter))
    permissions.may_read_chapters(request.user, round_.concept_id).require()
    try:
        page = ChapterPage(request.user, round_, chapter)
    except LookupError as missing:
        raise Http404 from missing
    return render(request, "ratings/chapters/chapter.html", page.context(just_added="eingefuegt" in request.GET))


def _chapter(round_: ReportingRound, slug: str) -> Chapter:
    found = next((chapter for chapter in chapters_of(round_) if chapter.slug == slug), None)
    if found is None:
        raise Http404
    return found


def _save(request: SignedInRequest, round_: ReportingRound, found: Chapter) -> HttpResponseBase:
    text = clean_text(request.POST.get("text", ""))
    try:
        text, said = _with_draft(request, round_, found, text)
        saved = _save_text(request, round_, found, text)
    except Conflict as conflict:
        return _conflict_page(request, round_, found, text, conflict.current)
    except (Impossible, PermissionDenied) as refusal:
        context = {**_place(round_, found), "reason": str(refusal), "text": text}
        status = 403 if isinstance(refusal, PermissionDenied) else 409
        return render(request, "ratings/chapters/refused.html", context, status=status)
    messages.success(request, f"Gespeichert {timezone.localtime(saved.edited_at):%H:%M} Uhr.{said}")
    url = reverse("ratings:chapter", args=[round_.slug, found.slug])
    return redirect(f"{url}?eingefuegt=1" if said == _ADDED else url)


def _with_draft(request: SignedInRequest, round_: ReportingRound, found: Chapter, text: str) -> tuple[str, str]:
    """Return the text to save and what is said about the draft: added behind the text or taken out, if that was asked for."""
    action = request.POST.get("action")
    if action not in ("draft", "undraft"):
        return text, ""
    permissions.may_coordinate(request.user, round_.concept_id).require()
    draft = ChapterPage(request.user, round_, found.slug).draft()
    if action == "undraft":
        rest = summary_page.without(text, draft)
        return rest, _CHANGED if rest == text else " Der Vorschlagstext ist wieder entfernt."
    if not draft:
        return text, " Für einen Vorschlagstext gibt es noch keine Angaben."
    longer = summary_page.appended(text, draft)
    return longer, _ADDED if longer != text else " Der Vorschlagstext stand schon in Ihrem Text."


def _save_text(request: SignedInRequest, round_: ReportingRound, found: Chapter, text: str) -> FieldSummary:
    return save_text(round_.pk, found.section, found.field_id, text, version=_version(request.POST), user=request.user)


def _version(data: QueryDict) -> int:
    """The version the text was written on; something unreadable counts as a stale page and so ends in a visible conflict."""
    text = data.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 9 else -1


def _place(round_: ReportingRound, found: Chapter) -> dict[str, object]:
    return {"round": round_, "chapter": found, "is_example": round_.concept.is_example}


def _conflict_page(
    request: SignedInRequest, round_: ReportingRound, found: Chapter, text: str, current: FieldSummary
) -> HttpResponse:
    """Both texts. Only who may write gets here, and sees who saved the other one (rule 9)."""
    context = {
        **_place(round_, found),
        "current": current,
        "mine": text,
        "changes": render_differences(differences(current.text, text)),
    }
    return render(request, "ratings/chapters/conflict.html", context, status=409)


@require_POST
def chapter_autosave(request: SignedInRequest, round: str, chapter: str) -> JsonResponse:
    """Save the chapter from the open editor. JSON: the time and the new version, or what kept it from being saved."""
    round_ = _visible_round(request, round)
    try:
        saved = _save_text(request, round_, _chapter(round_, chapter), request.POST.get("text", ""))
    except Conflict as conflict:
        message = "Dieses Kapitel wurde inzwischen an anderer Stelle gespeichert. Ihr Text ist noch hier."
        return JsonResponse({"error": "conflict", "message": message, "version": conflict.current.version}, status=409)
    except (Impossible, PermissionDenied) as refusal:
        return JsonResponse({"error": "refused", "message": str(refusal)}, status=409)
    return JsonResponse({"saved_at": f"{timezone.localtime(saved.edited_at):%H:%M}", "version": saved.version})


@require_POST
def chapter_preview(request: SignedInRequest, round: str, chapter: str) -> HttpResponse:
    """The preview of the text in the open editor; nothing is saved."""
    round_ = _visible_round(request, round)
    permissions.may_read_chapters(request.user, round_.concept_id).require()
    _chapter(round_, chapter)
    return render(request, "ratings/chapters/preview.html", summary_page.preview(clean_text(request.POST.get("text", ""))))


__all__ = ["chapter", "chapter_autosave", "chapter_preview", "chapters"]
