"""Pages that belong to no subject: health, the rating scheme, a refused token, the page after signing in beside a lost form."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from evalportal.lost_post import FOREIGN_ORIGIN, STALE_TOKEN, refused_post
from ratings.scheme import Grade, Marker


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer „ok“ if the database answers, 503 otherwise. Open to everyone: monitoring has no account, and it tells nothing."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("database unavailable", content_type="text/plain", status=503)
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def rating_scheme(request: HttpRequest) -> HttpResponse:
    """Show the Bewertungsschema: grades with their criteria, Kennzeichen with their hints."""
    return render(request, "bewertungsschema.html", {"grades": list(Grade), "markers_of_scheme": list(Marker)})


@require_safe
def signed_in(request: HttpRequest) -> HttpResponse:
    """Where a sign-in in a second tab ends: it sends people back to the tab with their text."""
    return render(request, "account/signed_in.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token was refused. What came from another site is shown, but cannot be sent on from here."""
    return refused_post(request, FOREIGN_ORIGIN if reason.startswith(("Origin", "Referer")) else STALE_TOKEN)
