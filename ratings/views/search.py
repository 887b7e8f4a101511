"""The search page: hits of every kind, the first few of each, or all of one kind in pages."""

from dataclasses import dataclass
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from goals.example_marks import example_marks
from goals.models import Concept
from goals.requests import SignedInRequest
from ratings.search import Found, Kind, Question, kinds_for
from ratings.search import search as find
from ratings.search_form import SearchForm
from ratings.search_page import Line, lines_of

FIRST: Final = 5
PER_PAGE: Final = 20

# What the empty page promises, by whether reports can be read.
_SEARCHED: Final = {
    True: "Maßnahmen, Ziele, eingereichte Berichte und Organisationseinheiten",
    False: "Maßnahmen und Ziele",
}


@dataclass(frozen=True)
class Group:
    """The hits of one kind on this page; `rest` is the query string that shows all of them, empty where all are shown."""

    kind: Kind
    total: int
    lines: list[Line]
    rest: str = ""
    page: Page[Any] | None = None


@never_cache
@require_safe
def search(request: SignedInRequest) -> HttpResponse:
    """Search for `q`, in one kind (`art`, in pages: `seite`) and one Konzept (`konzept`) or in all that the person reads."""
    concepts = list(Concept.objects.visible_to(request.user))
    kinds = kinds_for(request.user)
    form = SearchForm(request.GET, kinds=kinds, concepts=concepts)
    question = Question.of(form.text)
    found = find(request.user, question, [form.kind] if form.kind else kinds, form.concept)
    groups = [_group(request, hits, form, question) for hits in found if len(hits)]
    context = {
        "form": form,
        "question": question,
        "choices": [form["art"], *([form["konzept"]] if len(concepts) > 1 else [])],
        "complaints": [error for errors in form.errors.values() for error in errors],
        "searched": _SEARCHED[Kind.REPORTS in kinds],
        "groups": groups,
        "total": sum(group.total for group in groups),
        "everywhere": _query(form, art="", konzept="") if form.kind or form.concept else "",
        **example_marks(concept.is_example for concept in concepts),
    }
    return render(request, "ratings/search/search.html", context)


def _group(request: SignedInRequest, hits: Found, form: SearchForm, question: Question) -> Group:
    rows: Any = hits  # a Paginator slices and counts them, nothing else
    pages: Paginator[Any] = Paginator(rows, PER_PAGE if form.kind else FIRST)
    page = pages.get_page(request.GET.get("seite") if form.kind else 1)
    lines = lines_of(hits.kind, list(page), question.stems, request.user)
    has_rest = not form.kind and pages.num_pages > 1
    rest = _query(form, art=hits.kind.value) if has_rest else ""
    return Group(hits.kind, len(hits), lines, rest, page if form.kind else None)


def _query(form: SearchForm, **changes: str) -> str:
    """Return the query string of this search with other values where `changes` name them."""
    values = {"q": form.text, "art": form.kind or "", "konzept": form.concept.slug if form.concept else ""} | changes
    return urlencode([(name, value) for name, value in values.items() if value])
