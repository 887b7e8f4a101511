"""Ansichten of the overview: the list, one to rename, share or delete, a new one, and the short link that opens one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from goals.example_marks import example_marks
from goals.requests import SignedInRequest
from ratings import permissions
from ratings import saved_views as acts
from ratings.models import ReportingRound, SavedView
from ratings.saved_view_forms import NameForm, SavedViewForm
from ratings.view_words import portable_query, words_of, words_of_views
from ratings.views.overview_saved import url_for, url_in
from ratings.views.overview_selection import Selection, select
from ratings.workflow import Impossible


@dataclass(frozen=True, slots=True)
class ViewRow:
    """An Ansicht in the list. `is_reachable`: there is a round that it can show this person."""

    view: SavedView
    words: list[str]
    link: str
    is_reachable: bool
    may_withdraw: bool


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def saved_views(request: SignedInRequest) -> HttpResponse:
    """List the Ansichten; with `runde` ask how the selection `auswahl` of its overview is to be named. POST saves it."""
    if request.method == "POST":
        return _restore(request) if "restore" in request.POST else _create(request)
    if "runde" in request.GET:
        selection = _asked(request, request.GET)
        asked = {"runde": selection.round.slug, "auswahl": portable_query(selection.chosen)}
        return _new_page(request, selection, SavedViewForm(initial=asked, may_share=_may_share(request, selection)))
    rows = _rows(request)
    own = [row for row in rows if row.view.owner_id == request.user.pk]
    shared = [row for row in rows if row.view.owner_id != request.user.pk]
    context = {
        "own": own,
        "shared": shared,
        "most": acts.MOST,
        "deleted": _deleted(request, request.GET.get("geloescht", "")),
        **example_marks(row.view.concept.is_example for row in rows),
    }
    return render(request, "ratings/saved_views/list.html", context)


def _asked(request: SignedInRequest, data: QueryDict) -> Selection:
    query = QueryDict(data.get("auswahl", ""))
    return select(request.user, data.get("runde", ""), query)


def _may_share(request: SignedInRequest, selection: Selection) -> bool:
    return bool(permissions.may_share_views(request.user, selection.round.concept_id))


def _create(request: SignedInRequest) -> HttpResponse:
    selection = _asked(request, request.POST)
    form = SavedViewForm(request.POST, may_share=_may_share(request, selection))
    if form.is_valid():
        chosen = form.cleaned_data
        try:
            view = acts.create(
                selection.round,
                name=chosen["name"],
                query=portable_query(selection.chosen, is_pinned=chosen["is_pinned"]),
                is_shared=chosen.get("is_shared", False),
                is_pinned=chosen["is_pinned"],
                user=request.user,
            )
        except Impossible as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, f"Die Ansicht „{view}“ ist gespeichert.")
            return redirect(url_in(selection.round, view))
    return _new_page(request, selection, form)


def _new_page(request: SignedInRequest, selection: Selection, form: SavedViewForm) -> HttpResponse:
    back = selection.chosen.query()
    context = {
        "form": form,
        "round": selection.round,
        "words": words_of(selection.chosen),
        "back": back,
        "is_example": selection.whole.is_example,
    }
    return render(request, "ratings/saved_views/new.html", context, status=422 if form.errors else 200)


def _rows(request: SignedInRequest) -> list[ViewRow]:
    """Return every Ansicht that the person sees; the queries do not grow with their number."""
    views = list(SavedView.objects.visible_to(request.user).select_related("concept", "round"))
    words = words_of_views(request.user, views)
    rounds = ReportingRound.objects.visible_to(request.user).values_list("pk", "concept_id")
    round_ids, concept_ids = {pk for pk, _ in rounds}, {concept_id for _, concept_id in rounds}
    return [
        ViewRow(
            view=view,
            words=words[view.pk],
            link=request.build_absolute_uri(view.short_path),
            is_reachable=view.round_id in round_ids if view.round_id else view.concept_id in concept_ids,
            may_withdraw=bool(permissions.may_withdraw_view(request.user, view)),
        )
        for view in views
    ]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def saved_view(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one Ansicht to whoever may change or withdraw it. POST does the `action`."""
    rows = SavedView.objects.visible_to(request.user).select_related("concept", "round")
    view = get_object_or_404(rows, pk=pk)
    permissions.may_withdraw_view(request.user, view).require()
    if request.method == "POST":
        return _act(request, view)
    return _view_page(request, view, NameForm(initial={"name": view.name}))


def _act(request: SignedInRequest, view: SavedView) -> HttpResponse:
    action = request.POST.get("action", "")
    try:
        if action == "rename":
            return _rename(request, view)
        if action == "replace":
            return _replace(request, view)
        if action == "delete":
            return _delete(request, view)
        act, words = _SIMPLE[action]
        act(view.pk, request.user)
    except KeyError:
        messages.error(request, "Das lässt sich mit einer Ansicht nicht tun.")
    except Impossible as refusal:
        messages.error(request, str(refusal))
    except SavedView.DoesNotExist:
        messages.error(request, f"Die Ansicht „{view}“ gibt es nicht mehr.")
        return redirect("ratings:saved_views")
    else:
        messages.success(request, words.format(name=view))
    return redirect(_page_after(request, view))


# What the session keeps of the Ansicht that was deleted last, for the person who did it.
_DELETED: Final = "deleted_view"
_KEPT: Final = ("owner_id", "concept_id", "round_id", "name", "query", "is_shared", "is_start", "code")


def _delete(request: SignedInRequest, view: SavedView) -> HttpResponse:
    deleted = acts.delete(view.pk, user=request.user)
    request.session[_DELETED] = {name: getattr(deleted, name) for name in _KEPT}
    return redirect(f"{reverse('ratings:saved_views')}?geloescht={deleted.code}")


def _deleted(request: SignedInRequest, code: str) -> SavedView | None:
    kept = request.session.get(_DELETED) if code else None
    return SavedView(**kept) if kept and kept["code"] == code else None


def _restore(request: SignedInRequest) -> HttpResponse:
    view = _deleted(request, request.POST["restore"])
    if view is None:
        messages.error(request, "Diese Ansicht lässt sich nicht mehr zurückholen.")
        return redirect("ratings:saved_views")
    try:
        acts.restore(view, user=request.user)
    except Impossible as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Die Ansicht „{view}“ ist wieder da.")
    return redirect("ratings:saved_views")


_SIMPLE: Final[dict[str, tuple[Callable[[int, Any], object], str]]] = {
    "share": (lambda pk, user: acts.share(pk, user=user), "Die Ansicht „{name}“ sehen jetzt alle, die die Übersicht lesen."),
    "unshare": (lambda pk, user: acts.unshare(pk, user=user), "Die Ansicht „{name}“ ist nicht mehr geteilt."),
    "start": (
        lambda pk, user: acts.set_start(pk, is_start=True, user=user),
        "Die Übersicht öffnet jetzt mit „{name}“.",
    ),
    "no_start": (
        lambda pk, user: acts.set_start(pk, is_start=False, user=user),
        "Die Übersicht öffnet wieder mit allen Maßnahmen.",
    ),
}


def _page_after(request: SignedInRequest, view: SavedView) -> str:
    """Back to the Ansicht, or to the list where it is out of sight by now."""
    is_there = SavedView.objects.visible_to(request.user).filter(pk=view.pk).exists()
    return reverse("ratings:saved_view", args=[view.pk]) if is_there else reverse("ratings:saved_views")


def _rename(request: SignedInRequest, view: SavedView) -> HttpResponse:
    form = NameForm(request.POST)
    if form.is_valid():
        try:
            view = acts.rename(view.pk, name=form.cleaned_data["name"], user=request.user)
        except Impossible as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, f"Die Ansicht heißt jetzt „{view}“.")
            return redirect("ratings:saved_view", pk=view.pk)
    return _view_page(request, view, form)


def _replace(request: SignedInRequest, view: SavedView) -> HttpResponse:
    selection = _asked(request, request.POST)
    query = portable_query(selection.chosen, is_pinned=view.round_id is not None)
    view = acts.replace(view.pk, selection.round, query=query, user=request.user)
    messages.success(request, f"Die Ansicht „{view}“ zeigt jetzt diese Auswahl.")
    return redirect(url_in(selection.round, view))


def _view_page(request: SignedInRequest, view: SavedView, form: NameForm) -> HttpResponse:
    is_own = bool(permissions.may_change_view(request.user, view))
    context = {
        "view": view,
        "form": form,
        "is_own": is_own,
        "sharing": permissions.may_share_views(request.user, view.concept_id),
        "words": words_of_views(request.user, [view])[view.pk],
        "link": request.build_absolute_uri(view.short_path),
        "url": url_for(request.user, view),
        "is_example": view.concept.is_example,
    }
    return render(request, "ratings/saved_views/view.html", context, status=422 if form.errors else 200)


@require_safe
def short_link(request: HttpRequest, code: str) -> HttpResponse:
    """Lead to the overview as the Ansicht shows it. Out of sight, or without a round to show, it is not there."""
    view = get_object_or_404(SavedView.objects.visible_to(request.user).select_related("round"), code=code)
    url = url_for(request.user, view)
    if url is None:
        raise Http404("Zu dieser Ansicht gibt es keine Runde, die Sie sehen.")
    return redirect(url)
