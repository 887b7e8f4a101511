"""Outbox and reminders for the Evaluationsleitung, and what each person wants to be told by mail."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from goals.example_marks import example_marks
from goals.permissions import access_for
from goals.requests import SignedInRequest
from goals.roles import Role
from ratings import permissions
from ratings.mail.outbox import drop, resend, subject
from ratings.mail.outbox import render as render_mail
from ratings.mail.people import kinds_for
from ratings.mail.reminders import Reminded, fingerprint, remind, reminder_preview, sample, withdraw
from ratings.models import MailItem, MailKind, MailPreference, MailState, OutgoingMail, ReportingRound
from ratings.workflow import Impossible

_PER_PAGE = 100


def _require_coordinator(request: SignedInRequest) -> None:
    if not any(grant.role == Role.COORDINATOR for grant in access_for(request.user).grants):
        raise PermissionDenied("Den Postausgang sieht nur die Evaluationsleitung.")


@require_http_methods(["GET", "HEAD"])
def mails(request: SignedInRequest) -> HttpResponse:
    """List the mails of one's Konzepte: failed and uncertain ones on top, the others by state (`stand`)."""
    _require_coordinator(request)
    now = timezone.now()
    visible = OutgoingMail.objects.visible_to(request.user).select_related("recipient", "resent_by").defer("text", "html")
    state = request.GET.get("stand", "")
    shown = list(visible.troubled(now))
    others = visible.filter(state=state) if state in MailState.values else visible
    page = Paginator(others, _PER_PAGE).get_page(request.GET.get("seite"))
    context = {
        "troubled": shown,
        "page": page,
        "states": MailState.choices,
        "state": state if state in MailState.values else "",
        **example_marks(mail.is_example for mail in [*shown, *page]),
    }
    return render(request, "ratings/mail/mails.html", context)


@require_http_methods(["GET", "HEAD"])
def mail(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show what a mail says. Of one that is about other Konzepte as well: what it says about those one leads."""
    _require_coordinator(request)
    rows = OutgoingMail.objects.visible_to(request.user).select_related("recipient", "resent_by").defer("html")
    found = get_object_or_404(rows, pk=pk)
    items = list(found.items.select_related("round__concept").order_by("pk"))
    own = [item for item in items if permissions.may_coordinate(request.user, item.round.concept_id)]
    context = {
        "mail": found,
        "text": found.text if len(own) == len(items) else render_mail(own, "txt", is_example=found.is_example),
        "left_out": len(items) - len(own),
        "may_withdraw": _is_waiting_reminder(found, own),
        "is_example": found.is_example,
    }
    return render(request, "ratings/mail/mail.html", context)


def _is_waiting_reminder(found: OutgoingMail, own: list[MailItem]) -> bool:
    is_waiting = found.state == MailState.WAITING and not found.resent_at
    return is_waiting and any(item.kind == MailKind.REMINDER for item in own)


@require_POST
def mail_withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a reminder out of a mail that still waits."""
    _require_coordinator(request)
    found = get_object_or_404(OutgoingMail.objects.visible_to(request.user).select_related("recipient"), pk=pk)
    if withdraw(found.pk, user=request.user):
        messages.success(
            request,
            f"Die Erinnerung an {found.recipient} ist zurückgezogen. Unter „Einheiten erinnern“ können Sie sie neu schreiben.",
        )
    else:
        messages.error(request, "Zurückziehen lässt sich eine Erinnerung nur, solange sie wartet.")
    return redirect("ratings:mails")


@require_POST
def mail_resend(request: SignedInRequest, pk: int) -> HttpResponse:
    """Have a failed or uncertain mail sent again with the next run, or with `ablegen` put aside."""
    _require_coordinator(request)
    found = get_object_or_404(OutgoingMail.objects.visible_to(request.user), pk=pk)
    aside = "ablegen" in request.POST
    if drop(found.pk) if aside else resend(found.pk, user=request.user):
        said = (
            "Die Mail ist abgelegt und wird nicht mehr gesendet."
            if aside
            else "Die Mail wird mit dem nächsten Lauf noch einmal gesendet."
        )
        messages.success(request, said)
    else:
        found.refresh_from_db()
        messages.error(
            request,
            f"Diese Mail ist „{found.get_state_display()}“. Über sie entschieden wird nur, wenn sie gescheitert oder ungewiss ist.",
        )
    return redirect("ratings:mails")


@require_http_methods(["GET", "HEAD", "POST"])
def mail_preferences(request: SignedInRequest) -> HttpResponse:
    """Let a person choose what they are told by mail, of what they can be told; „returned“ cannot be switched off."""
    offered = kinds_for(request.user)
    if request.method == "POST":
        chosen = request.POST.getlist("kind")
        for kind in [kind for kind in MailKind.optional() if kind in offered]:
            MailPreference.objects.update_or_create(user=request.user, kind=kind, defaults={"wanted": kind in chosen})
        messages.success(request, "Ihre Auswahl ist gespeichert.")
        return redirect("ratings:mail_preferences")
    off = set(request.user.mail_preferences.filter(wanted=False).values_list("kind", flat=True))
    kinds = [(kind, kind not in off, kind == MailKind.RETURNED) for kind in offered]
    return render(request, "ratings/mail/preferences.html", {"kinds": kinds, "address": request.user.email})


@require_http_methods(["GET", "HEAD", "POST"])
def remind_units(request: SignedInRequest, round: str) -> HttpResponse:
    """Show who would be reminded and of what, then put the reminders of the chosen units into the outbox."""
    found = ReportingRound.objects.visible_to(request.user).select_related("concept")
    round_ = get_object_or_404(found, slug=round)
    permissions.may_coordinate(request.user, round_.concept_id).require()
    if not round_.is_live:
        messages.error(request, permissions.closed_reason(round_))
        return redirect("ratings:round", round=round_.slug)
    error = ""
    if request.method == "POST":
        try:
            done = remind(round_, _unit_ids(request), user=request.user, seen=request.POST.get("vorschau", ""))
        except Impossible as impossible:
            error = str(impossible)
        else:
            _say(request, done)
            return redirect("ratings:remind", round=round_.slug)
    return _remind_page(request, round_, error)


def _remind_page(request: SignedInRequest, round_: ReportingRound, error: str) -> HttpResponse:
    today = timezone.localdate()
    text = sample(round_, today)
    example = round_.concept.is_example
    units = reminder_preview(round_, today)
    context = {
        "round": round_,
        "units": units,
        "reaches": any(row.reaches for row in units),
        "reminded": sum(row.is_reminded for row in units),
        "fingerprint": fingerprint(units, text),
        "chosen": set(_unit_ids(request)) if error else None,
        "sample": text,
        "subject": subject([text.matter], is_example=example) if text else "",
        "text": render_mail([text.matter], "txt", is_example=example) if text else "",
        "error": error,
        "is_example": example,
    }
    return render(request, "ratings/mail/remind.html", context, status=422 if error else 200)


def _unit_ids(request: SignedInRequest) -> list[int]:
    values = request.POST.getlist("unit")
    if any(not value.isdecimal() or len(value) > 18 for value in values):
        raise Http404("Diese Einheit gibt es nicht.")
    return [int(value) for value in values]


def _say(request: SignedInRequest, done: Reminded) -> None:
    if done.queued:
        people = "eine Person" if done.queued == 1 else f"{done.queued} Personen"
        messages.success(request, f"Die Erinnerung an {people} liegt im Postausgang.")
    elif done.already:
        messages.info(request, "Diese Erinnerung ist heute schon in Auftrag gegeben.")
    else:
        messages.warning(request, "Es ging keine Erinnerung hinaus.")
    reasons = [
        (done.held, "hatten heute schon eine Mail"),
        (done.already if done.queued else 0, "haben diese Erinnerung heute schon"),
        (done.unwanted, "haben Erinnerungen abgeschaltet"),
        (done.no_address, "haben keine E-Mail-Adresse"),
    ]
    left_out = [f"{number} {why}" for number, why in reasons if number]
    if left_out:
        messages.info(request, f"Ausgelassen: {', '.join(left_out)}.")
