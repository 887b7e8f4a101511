"""Pages that everyone may read, signed in or not: Barrierefreiheit, Impressum, Datenschutz, and the form to report a barrier."""

from typing import Final
from urllib.parse import urlsplit, urlunsplit

from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from evalportal.legal.barriers import take_report
from evalportal.legal.forms import BarrierForm
from evalportal.models import BarrierReport

_LONGEST_ADDRESS: Final = 500
_TOO_MANY: Final = (
    "Gerade kamen zu viele Meldungen von Ihrem Anschluss oder insgesamt. Ihr Text ist noch da: Bitte versuchen Sie es in einer Stunde "
    "noch einmal oder nehmen Sie den Kontakt auf der Seite „Barrierefreiheit“."
)


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Show the Erklärung zur Barrierefreiheit (§ 9b NBGG, model of Durchführungsbeschluss (EU) 2018/1523)."""
    return render(request, "legal/accessibility.html", {"owner": settings.OWNER})


@login_not_required
@require_safe
def imprint(request: HttpRequest) -> HttpResponse:
    """Show the Impressum (§ 5 DDG)."""
    return render(request, "legal/imprint.html", {"owner": settings.OWNER})


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Show what the portal does with data of people (Art. 13 DSGVO)."""
    return render(request, "legal/privacy.html", {"owner": settings.OWNER, "keep_months": settings.BARRIER_KEEP_MONTHS})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def barrier_report(request: HttpRequest) -> HttpResponse:
    """Take the report of a barrier. What is refused keeps its text; what is taken is stored before it is mailed."""
    status = 200
    if request.method == "POST":
        form, status = BarrierForm(request.POST), 422
        if form.is_valid():
            if ratelimit.consume(request, action="report_barrier", key="all"):
                return redirect("barrier_report_sent", take_report(form.cleaned_data).reference)
            form.add_error(None, _TOO_MANY)
            status = 429
    else:
        form = BarrierForm(initial={"page": _page_before(request)})
    return render(request, "legal/barrier_report.html", {"form": form, "owner": settings.OWNER}, status=status)


@login_not_required
@require_safe
def barrier_report_sent(request: HttpRequest, reference: str) -> HttpResponse:
    """Say that a report arrived and what happens next. It shows nothing of what was written: the address may be passed on."""
    report = get_object_or_404(BarrierReport, reference=reference)
    return render(request, "legal/barrier_report_sent.html", {"report": report, "owner": settings.OWNER})


def _page_before(request: HttpRequest) -> str:
    """Return the address of the page that the person came from, as `?seite=` or the referrer says it; only pages of the portal."""
    address = request.GET.get("seite") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}) or len(address) > _LONGEST_ADDRESS:
        return ""
    parts = urlsplit(address)
    return urlunsplit(("", "", parts.path, parts.query, ""))
