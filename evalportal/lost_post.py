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
    explanation="Ihr Text ist noch da. Melden Sie sich in einem neuen Tab an und senden Sie ihn danach von hier aus erneut.",
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
    if not value.strip():
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
        "shown": [item for item in posted if item.label],
        "hidden": [item for item in posted if not item.label],
        "target": request.get_full_path(),
    }
    return render(request, "lost_post.html", context, status=403)
