from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from goals.permissions import access_for
from goals.roles import Role


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Lead people to their own work: those who report to their reports, everybody else to the overview."""
    reports = any(grant.role in Role.in_units() for grant in access_for(request.user).grants)
    return redirect("ratings:my_reports" if reports else "ratings:overview_current")
