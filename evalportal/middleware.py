from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect

from evalportal.lost_post import SIGNED_OUT, refused_post, wants_json

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Every page needs a sign-in unless its view is marked `login_not_required`. What was sent without one is shown again."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponse:  # type: ignore[override]
        """Lead to the sign-in; answer a POST with its text (DESIGN.md, rule 7) and a script with JSON."""
        if request.method not in SAFE_METHODS or wants_json(request):
            return refused_post(request, SIGNED_OUT)
        if request.headers.get("HX-Request") == "true":
            return HttpResponseClientRedirect(resolve_url(self.get_login_url(view_func)))
        return super().handle_no_permission(request, view_func)
