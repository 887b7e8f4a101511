"""The pages of the help. Who is not signed in reads those on signing in and on using the pages."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from evalportal.help import glossary as words
from evalportal.help import pages
from goals.permissions import access_for
from goals.roles import Role


def _roles(request: HttpRequest) -> frozenset[Role]:
    return frozenset(grant.role for grant in access_for(request.user).grants)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the pages of the help, those for the own tasks first."""
    return render(request, "help/index.html", {"sections": pages.sections(_roles(request))})


@login_not_required
@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Show how one task is done; the way to its page for those who may go it. 404 for a slug that is not there."""
    found = pages.find(slug)
    if not request.user.is_authenticated and not (found and found.is_public):
        return redirect_to_login(request.get_full_path(), reverse("account_login"))
    if found is None:
        raise Http404(f"no help page {slug}")
    context = {"page": found, "may_go": bool(found.target and found.roles & _roles(request))}
    return render(request, found.template, context)


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """Show the words of the portal in the order of the alphabet."""
    return render(request, "help/glossary.html", {"letters": words.by_letter()})
