"""What becomes of a form that was refused before its view saw it: its text is shown and can be sent again (DESIGN.md, rule 7)."""

from dataclasses import dataclass
from functools import cache
from typing import Final

from django.apps import apps
from django.db import models
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables

from goals.models import Concept
from goals.text import clean_text


@dataclass(frozen=True)
class Refusal:
    """Why a form was refused, in the words of the page and of the JSON answer."""

    code: str
    status: int
    title: str
    explanation: str
    can_resend: bool = True


SIGNED_OUT: Final = Refusal(
    code="signed_out",
    status=401,
    title="Ihre Anmeldung ist abgelaufen",
    explanation="Ihr Text ist noch da. Melden Sie sich in einem neuen Tab an, kommen Sie hierher zurück und senden Sie ihn erneut.",
)
STALE_TOKEN: Final = Refusal(
    code="token",
    status=403,
    title="Bitte noch einmal senden",
    explanation="Die Seite war zu lange offen oder wurde in einem anderen Tab neu angemeldet. Ihr Text ist noch da.",
)
FOREIGN_ORIGIN: Final = Refusal(
    code="token",
    status=403,
    title="Diese Eingabe wurde nicht angenommen",
    explanation="Sie kam nicht von einer Seite dieses Portals. Öffnen Sie die Seite im Portal und geben Sie Ihren Text dort ein.",
    can_resend=False,
)

_MODELS_WITH_TEXT: Final = ("ratings.Draft", "ratings.AgreedRating", "ratings.Inquiry", "ratings.ReportingRound")


# What a form is about, where its address does not name it: the form itself says so in this field.
SUBJECT: Final = "betrifft"
# The pages on which most is written, in words.
KINDS: Final = {
    "ratings:report": "Sachstandsbericht",
    "ratings:report_step": "Sachstandsbericht",
    "ratings:inquiry": "Rückfrage",
    "ratings:measure": "Rückfrage",
    "ratings:agree": "Abgestimmte Bewertung",
    "ratings:meeting": "Sitzung des Jour fixe",
    "ratings:meeting_item": "Sitzung des Jour fixe",
    "ratings:chapter": "Kapitel des Evaluationsberichts",
    "ratings:round_create": "Neue Berichtsrunde",
    "ratings:round_edit": "Berichtsrunde",
    "barrier_report": "Barriere melden",
}
# How a Konzept is found from the primary key in the address of a page.
WAYS_TO_CONCEPT: Final = {
    "ratings:report": "rounds__reports",
    "ratings:report_step": "rounds__reports",
    "ratings:report_unchanged": "rounds__reports",
    "ratings:inquiry": "rounds__reports__inquiries",
    "ratings:meeting": "rounds__meetings",
    "ratings:meeting_item": "rounds__meetings",
    "ratings:supplement": "rounds__supplements",
    "ratings:saved_view": "saved_views",
    "ratings:import_preview": "rounds__imports",
}


def _subject(request: HttpRequest) -> str:
    """What was written about, as far as address and form tell: nothing is looked up for somebody who is not signed in."""
    match = request.resolver_match
    number = match.kwargs.get("number", "") if match else ""
    sent = clean_text(request.POST.get(SUBJECT, "")).strip()[:200] or (f"Maßnahme {number}" if number else "")
    kind = KINDS.get(match.view_name, "") if match else ""
    return ": ".join(filter(None, [kind, sent]))


def _is_example(request: HttpRequest) -> bool:
    """True if the form belongs to a Konzept of fictional data (DESIGN.md, rule 11)."""
    match = request.resolver_match
    if match is None:
        return False
    examples = Concept.objects.filter(is_example=True)
    if "concept" in match.kwargs:
        return examples.filter(slug=match.kwargs["concept"]).exists()
    if round_slug := match.kwargs.get("round") or clean_text(request.POST.get("runde", "")):
        return examples.filter(rounds__slug=round_slug).exists()
    way = WAYS_TO_CONCEPT.get(match.view_name)
    return way is not None and examples.filter(**{way: match.kwargs["pk"]}).exists()


@dataclass(frozen=True)
class Posted:
    """One value of the refused form. Short technical values have no label: they are sent again but not shown."""

    name: str
    value: str
    label: str

    @property
    def rows(self) -> int:
        return min(14, 1 + sum(1 + len(line) // 80 for line in self.value.splitlines()))


@cache
def _labels() -> dict[str, str]:
    """Names of form fields in words, from the models that hold the texts; choices, numbers and dates are not among them."""
    return {
        field.name: str(field.verbose_name)
        for model in _MODELS_WITH_TEXT
        for field in apps.get_model(model)._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField) and not field.choices
    }


def _label(name: str, value: str) -> str:
    if not value.strip() or name == SUBJECT:
        return ""
    return _labels().get(name) or ("Ihr Text" if " " in value or "\n" in value or len(value) > 40 else "")


def wants_json(request: HttpRequest) -> bool:
    """True for a request of one of our scripts."""
    return "application/json" in request.headers.get("Accept", "") or request.headers.get("X-Requested-With") == "fetch"


@sensitive_variables("posted")
def refused_post(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return the page (403) or the JSON answer for a refused form. A form with a password is never shown again."""
    if wants_json(request):
        answer = {"error": refusal.code, "message": f"{refusal.title}. {refusal.explanation}"}
        if refusal is SIGNED_OUT:
            answer["login_url"] = f"{reverse('account_login')}?next={reverse('signed_in')}"
        return JsonResponse(answer, status=refusal.status)
    page = request.resolver_match.view_name if request.resolver_match else ""
    names = [name for name in request.POST if name != "csrfmiddlewaretoken"]
    if page.startswith("account_") or page.startswith("admin:") or any("password" in name.lower() for name in names):
        return render(request, "account/again.html", {"refusal": refusal}, status=403)
    posted = [Posted(name, value, _label(name, value)) for name in names for value in request.POST.getlist(name)]
    context = {
        "refusal": refusal,
        "subject": _subject(request),
        "is_example": _is_example(request),
        "shown": [item for item in posted if item.label],
        "hidden": [item for item in posted if not item.label],
        "target": request.get_full_path(),
    }
    return render(request, "lost_post.html", context, status=403)
