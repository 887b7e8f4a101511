"""The report of one unit on one Maßnahme: writing, saving, submitting, and the steps after that. No text sent here is lost (rule 7)."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from goals.requests import SignedInRequest
from ratings import permissions, submitting, workflow
from ratings.drafts import Conflict, read_values, save_draft
from ratings.models import StatusReport
from ratings.my_reports import ReportLine, next_line, next_waiting, report_lines
from ratings.report_form import ReportForm, as_form_values
from ratings.report_page import ReportPage, differences, take_over
from ratings.round_forms import ReasonForm
from ratings.submitting import Incomplete
from ratings.views.measure import Kept, next_page
from ratings.workflow import Action, Impossible, ReasonMissing

if TYPE_CHECKING:
    from evalportal.accounts.models import User
    from ratings.models import Draft


def _visible_report(request: SignedInRequest, pk: int) -> StatusReport:
    reports = StatusReport.objects.visible_to(request.user).with_place().select_related("round__concept", "draft__edited_by")
    return get_object_or_404(reports, pk=pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """The form, or the report as it can be read if it cannot be written now. POST saves, takes over earlier text or submits."""
    found = _visible_report(request, pk)
    if request.method == "POST":
        return _save(request, found)
    page = ReportPage(request.user, found)
    if not page.is_readable:
        return redirect(page.measure_url)
    if not page.is_writable:
        return render(request, "ratings/report_locked.html", page.context())
    values = as_form_values(page.draft, today=timezone.localdate())
    form = ReportForm(values, report=found)
    return render(request, "ratings/report_form.html", page.context() | {"form": form})


# What is said after text of the last report was taken over.
_TAKEN = {
    "situation": " Der Text des letzten Berichts steht jetzt im Feld.",
    "summary": " Der Text des letzten Berichts steht jetzt im Feld.",
    "all_texts": " Leere Felder sind aus dem letzten Bericht gefüllt. Bitte prüfen Sie alles.",
    "all": " Leere Felder sind aus dem letzten Bericht gefüllt, auch Vorschlag und Kennzeichen. Bitte prüfen Sie alles.",
}


def _save(request: SignedInRequest, found: StatusReport) -> HttpResponseBase:
    try:
        draft = _save_draft(request, found)
    except Conflict as conflict:
        return _conflict_page(request, found, conflict.current)
    except (Impossible, PermissionDenied) as refusal:
        return _refused_page(request, found, str(refusal), status=403 if isinstance(refusal, PermissionDenied) else 409)
    if request.POST.get("action") == "submit":
        return _submit(request, found, draft)
    takeover = request.POST.get("takeover", "")
    taken = _TAKEN.get(takeover if found.round.has_ratings or takeover != "all" else "all_texts", "")
    messages.success(request, f"Gespeichert {timezone.localtime(draft.saved_at):%H:%M} Uhr.{taken}")
    anchor = f"#id_{request.POST['takeover']}" if request.POST.get("takeover") in ("situation", "summary") else ""
    return redirect(f"{reverse('ratings:report', args=[found.pk])}{anchor}")


def _save_draft(request: SignedInRequest, found: StatusReport) -> "Draft":
    values = read_values(request.POST)
    if request.POST.get("takeover"):
        take_over(values, found, request.POST["takeover"], user=request.user)
    return save_draft(found.pk, values, version=_version(request.POST), user=request.user)[1]


def _version(data: QueryDict) -> int:
    """The version the text was written on; something unreadable counts as a stale page and so ends in a visible conflict."""
    text = data.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 9 else -1


def _submit(request: SignedInRequest, found: StatusReport, draft: "Draft") -> HttpResponseBase:
    try:
        submitted = submitting.submit(found.pk, user=request.user, version=draft.version)
    except Incomplete as incomplete:
        page = ReportPage(request.user, _visible_report(request, found.pk))
        form = ReportForm(as_form_values(draft, today=timezone.localdate()), report=page.report, gaps=incomplete.gaps)
        return render(request, "ratings/report_form.html", page.context() | {"form": form}, status=422)
    except Impossible as refusal:
        messages.error(request, str(refusal))
        return redirect("ratings:report", pk=found.pk)
    return _handed_in(request, submitted)


def _handed_in(request: SignedInRequest, done: StatusReport) -> HttpResponse:
    """Say what was done, what comes next and the way back; then the unit's list, or the Maßnahme for who wrote „im Auftrag“."""
    if not permissions.is_in_unit(request.user, done):
        messages.success(request, done_words(request.user, done))
        return redirect(ReportPage(request.user, done).measure_url)
    following = next_line(report_lines(request.user, done.round), after=done.pk)
    messages.success(request, done_words(request.user, done, following))
    return _to_list(done)


def done_words(user: "User", done: StatusReport, following: ReportLine | None = None) -> str:
    """Return the message after a submission or an approval, with the ways on and back."""
    context = {"report": done, "next": following, "may_withdraw": bool(workflow.decide(user, done, Action.WITHDRAW))}
    return render_to_string("ratings/report/done.html", context)


def _to_list(done: StatusReport) -> HttpResponse:
    """The unit's list; `erledigt` is the place in it from which one goes on."""
    query = urlencode({"runde": done.round.slug, "erledigt": str(done.pk)})
    return redirect(f"{reverse('ratings:my_reports')}?{query}")


def _conflict_page(request: SignedInRequest, found: StatusReport, current: "Draft") -> HttpResponse:
    return render(
        request,
        "ratings/report_conflict.html",
        {
            "report": found,
            "is_example": found.round.concept.is_example,
            "current": current,
            "editor": current.edited_by if permissions.may_see_authors(request.user, found) else None,
            "fields": differences(request.POST, current),
            "kept": _kept_inputs(request.POST, current),
        },
        status=409,
    )


def _kept_inputs(data: QueryDict, current: "Draft") -> list[tuple[str, str]]:
    """What was sent and is not shown as a difference, so that saving one's own version sends everything again."""
    shown = {field.name for field in differences(data, current)} | {"version", "csrfmiddlewaretoken", "action", "takeover"}
    return [(name, value) for name, value in data.items() if name not in shown and isinstance(value, str)]


def _refused_page(request: SignedInRequest, found: StatusReport, reason: str, *, status: int) -> HttpResponse:
    texts = ReportForm(request.POST, report=found).named_texts()
    if reason_given := request.POST.get("reason", "").strip():
        texts.append(("Ihre Begründung", reason_given))
    context = {"report": found, "is_example": found.round.concept.is_example, "reason": reason, "texts": texts}
    return render(request, "ratings/report_refused.html", context, status=status)


def show_answer(request: SignedInRequest, pk: int, kept: Kept, *, status: int) -> HttpResponse | None:
    """Show an answer that was not taken where it was written, on the page of a report that cannot be changed now.

    None if that page does not offer this answer (any more).
    """
    page = ReportPage(request.user, _visible_report(request, pk))
    if page.is_writable or not page.offers_answer(kept.target):
        return None
    return render(request, "ratings/report_locked.html", page.context() | {"kept": kept}, status=status)


@require_POST
def autosave(request: SignedInRequest, pk: int) -> JsonResponse:
    """Save the draft from the open form. JSON: the time and the new version, or what kept it from being saved."""
    found = _visible_report(request, pk)
    try:
        _, draft = save_draft(found.pk, read_values(request.POST), version=_version(request.POST), user=request.user)
    except Conflict as conflict:
        message = "Dieser Bericht wurde inzwischen an anderer Stelle gespeichert. Ihr Text ist noch hier."
        return JsonResponse({"error": "conflict", "message": message, "version": conflict.current.version}, status=409)
    except (Impossible, PermissionDenied) as refusal:
        return JsonResponse({"error": "refused", "message": str(refusal)}, status=409)
    return JsonResponse({"saved_at": f"{timezone.localtime(draft.saved_at):%H:%M}", "version": draft.version})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unchanged(request: SignedInRequest, pk: int) -> HttpResponse:
    """„Keine Änderung seit dem letzten Bericht“: show what would be submitted, with a POST submit it."""
    found = _visible_report(request, pk)
    if request.method != "POST":
        return _preview_unchanged(request, found)
    try:
        done = submitting.submit_unchanged(found.pk, user=request.user)
    except Incomplete:
        messages.warning(
            request, "Der letzte Bericht ist als Entwurf übernommen. Für diese Runde fehlt noch etwas; „Einreichen“ zeigt, was."
        )
        return redirect("ratings:report", pk=pk)
    except (Impossible, Conflict) as refusal:
        messages.error(request, str(refusal))
        return redirect("ratings:report", pk=pk)
    return _handed_in(request, done)


def _preview_unchanged(request: SignedInRequest, found: StatusReport) -> HttpResponse:
    page = ReportPage(request.user, found)
    if not page.is_writable:
        return redirect(page.address)
    try:
        draft, gaps = submitting.preview_unchanged(found, user=request.user)
    except Impossible as refusal:
        messages.error(request, str(refusal))
        return redirect(page.address)
    return render(request, "ratings/report/unchanged.html", page.context() | {"content": draft, "gaps": gaps})


# What is said after a step, and whether its page is the unit's list or the report itself.
_STEPS: dict[Action, str] = {
    Action.APPROVE: "Freigegeben. Der Bericht liegt jetzt dem Jour fixe vor.",
    Action.RETURN: "Zurückgegeben. Wer berichtet, sieht Ihre Begründung oben in der Liste.",
    Action.WITHDRAW: "Zurückgezogen. Sie können den Bericht jetzt ändern und neu einreichen.",
    Action.DROP: "Der Bericht ist auf „entfallen“ gesetzt.",
    Action.LIFT: "„entfallen“ ist aufgehoben.",
}


@require_POST
def step(request: SignedInRequest, pk: int) -> HttpResponse:
    """Approve, return, withdraw, drop or lift (`action`, `reason`)."""
    found = _visible_report(request, pk)
    action = request.POST.get("action", "")
    back = _after_step(request, found, action)
    if action not in _STEPS:
        messages.error(request, "Diesen Schritt gibt es nicht.")
        return back
    try:
        _take(request, found, Action(action))
    except ReasonMissing:
        return _reason_page(request, found, Action(action))
    except Impossible as refusal:
        if request.POST.get("reason", "").strip():
            return _refused_page(request, found, str(refusal), status=409)
        messages.error(request, f"{found.measure.number}: {refusal}")
        return _to_list(found) if _is_overtaken(request, found, action) else back
    if action in (Action.APPROVE, Action.RETURN) and permissions.is_in_unit(request.user, found):
        return _decided(request, found, Action(action))
    messages.success(request, f"{found.measure.number}: {_STEPS[Action(action)]}")
    return back


def _is_overtaken(request: SignedInRequest, found: StatusReport, action: str) -> bool:
    """True where a colleague was asked to approve what waits for it no more: their list says what does."""
    found.refresh_from_db(fields=["state"])
    asked = action in (Action.APPROVE, Action.RETURN) and permissions.is_in_unit(request.user, found)
    return asked and not workflow.decide(request.user, found, Action(action))


def _decided(request: SignedInRequest, found: StatusReport, action: Action) -> HttpResponse:
    """Say what was done and lead on to the next report that waits for approval."""
    following = next_waiting(report_lines(request.user, found.round), after=found.pk)
    context = {"report": found, "words": _STEPS[action], "next": following}
    messages.success(request, render_to_string("ratings/report/done.html", context))
    return _to_list(found)


# The steps that need a reason: what its page is called, what it asks, the words of the button.
_ASKS_WHY: dict[str, tuple[str, str, str]] = {
    Action.DROP: ("Auf „entfallen“ setzen", "Warum ist dieser Bericht nicht mehr nötig?", "Auf „entfallen“ setzen"),
    Action.RETURN: ("Bericht zurückgeben", "Was soll geändert werden?", "Zurückgeben"),
    Action.APPROVE: ("Für eine andere Einheit freigeben", "Warum geben Sie für diese Einheit frei?", "Freigeben und einreichen"),
}


def _reason_page(request: SignedInRequest, found: StatusReport, action: Action) -> HttpResponse:
    """Ask for the reason that was left out: the error on top and beside the field, where the step led to kept."""
    heading, question, button = _ASKS_WHY[action]
    page = ReportPage(request.user, found)
    form = ReasonForm(request.POST)
    form.fields["reason"].label = question
    context = {
        "report": found,
        "is_example": found.round.concept.is_example,
        "form": form,
        "heading": heading,
        "button": button,
        "kept_fields": [("action", action.value)]
        + [(name, request.POST[name]) for name in ("zurueck", "next", "version") if name in request.POST],
        "back": next_page(request) or (page.plain_measure_url if action == Action.DROP else page.address),
        "back_words": f"Maßnahme {found.measure.number}" if action == Action.DROP else f"Bericht zu {found.measure.number}",
    }
    return render(request, "ratings/report/reason.html", context, status=422)


def _take(request: SignedInRequest, found: StatusReport, action: Action) -> None:
    reason: str = request.POST.get("reason", "")
    if action == Action.APPROVE:
        submitting.approve(found.pk, user=request.user, version=_version(request.POST), reason=reason)
    else:
        workflow.apply(found.pk, action, user=request.user, reason=reason)


def _after_step(request: SignedInRequest, found: StatusReport, action: str) -> HttpResponse:
    if action in (Action.DROP, Action.LIFT):
        if target := next_page(request):
            return redirect(target)
        query: dict[str, Any] = {"runde": found.round.slug}
        if request.POST.get("zurueck"):
            query["zurueck"] = request.POST["zurueck"]
        return redirect(f"{ReportPage(request.user, found).plain_measure_url}?{urlencode(query)}")
    return redirect("ratings:report", pk=found.pk)


__all__ = ["autosave", "report", "show_answer", "step", "unchanged"]
