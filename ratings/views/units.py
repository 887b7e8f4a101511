from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from goals.example_marks import example_marks
from goals.models import Concept, Measure, OrgUnit, Responsibility
from goals.requests import SignedInRequest
from goals.text import fold
from ratings import organising, permissions
from ratings.deputies import to_hand_over
from ratings.organising import Effects, OtherEffects
from ratings.unit_forms import MergeForm, ResponsibilityForm, UnitForm, UnitStepForm
from ratings.views.changes import describe
from ratings.workflow import Impossible

Act = Callable[[], Effects]

# What the preview's own form adds; everything else is sent on as it came.
_OWN_FIELDS = frozenset({"csrfmiddlewaretoken", "expected"})


@require_safe
def units(request: SignedInRequest) -> HttpResponse:
    """List all units as a tree, with what each is responsible for."""
    organising.may_organise(request.user).require()
    concepts = Concept.objects.visible_to(request.user)
    known = Count("responsibilities", filter=Q(responsibilities__measure__concept__in=concepts))
    rows = OrgUnit.objects.select_related("successor").annotate(measures=known)
    ordered = sorted(rows, key=lambda row: (fold(row.name), row.pk))
    context = {"units": as_tree(ordered), **example_marks(concepts.order_by().values_list("is_example", flat=True))}
    return render(request, "ratings/units/list.html", context)


def as_tree(rows: Sequence[OrgUnit]) -> list[tuple[OrgUnit, int]]:
    """Return (unit, depth) with every unit below the one it belongs to."""
    children: dict[int | None, list[OrgUnit]] = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row)
    found: list[tuple[OrgUnit, int]] = []
    waiting = [(row, 0) for row in reversed(children.get(None, []))]
    while waiting:
        row, depth = waiting.pop()
        found.append((row, depth))
        waiting += [(child, depth + 1) for child in reversed(children.get(row.pk, []))]
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def unit_create(request: SignedInRequest) -> HttpResponse:
    """Make a new unit. It is responsible for nothing yet."""
    organising.may_organise(request.user).require()
    form = UnitForm(request.POST or None, instance=OrgUnit())
    if request.method == "POST" and form.is_valid():
        try:
            made = organising.create_unit(**form.values(), user=request.user)
        except ValidationError as error:
            form._update_errors(error)  # type: ignore[attr-defined]
        else:
            messages.success(request, f"„{made}“ ist angelegt.")
            return redirect("ratings:unit", unit=made.slug)
    return render(request, "ratings/units/new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def unit(request: SignedInRequest, unit: str) -> HttpResponse:
    """Show a unit; rename, merge, deactivate it or take it up again. What touches running rounds is previewed first."""
    organising.may_organise(request.user).require()
    found = get_object_or_404(OrgUnit.objects.select_related("parent", "successor"), slug=unit)
    step = request.POST.get("step", "")
    if request.method != "POST":
        return _unit_page(request, found)
    organising.may_change_unit(request.user, found).require()
    if step == "describe":
        return _describe(request, found)
    steps = {"merge": _merge, "deactivate": _deactivate, "reactivate": _reactivate}
    if step not in steps:
        messages.error(request, "Diesen Schritt gibt es nicht.")
        return redirect("ratings:unit", unit=found.slug)
    form, build, texts = steps[step](request, found)
    if not form.is_valid():
        return _unit_page(request, found, step, form)
    try:
        return _preview_or_do(request, build(form), texts)
    except Impossible as impossible:
        form.add_error(None, str(impossible))
        return _unit_page(request, found, step, form)


@dataclass(frozen=True)
class _Texts:
    """What the preview of an act says, and where it leads."""

    heading: str
    subject: str
    done: str
    back: str
    notes: tuple[str, ...] = ()
    into: str = ""


def _text_of(found: OrgUnit, heading: str, done: str, *, members: bool = True) -> _Texts:
    people = found.memberships.filter(user__is_active=True).values("user").distinct().count() if members else 0
    notes = []
    if people:
        notes.append(
            f"In „{found}“ {'hat eine Person' if people == 1 else f'haben {people} Personen'} eine Rolle. "
            "Rollen gehen nicht von selbst über; die technische Verwaltung vergibt sie neu."
        )
    children = found.children.filter(is_active=True).count() if members else 0
    if children:
        notes.append(f"Zu „{found}“ {'gehört eine aktive Einheit' if children == 1 else f'gehören {children} aktive Einheiten'}.")
    return _Texts(heading, str(found), done, reverse("ratings:unit", args=[found.slug]), tuple(notes))


def _merge(request: SignedInRequest, found: OrgUnit) -> tuple[forms.Form, Callable[[Any], Act], _Texts]:
    def build(form: Any) -> Act:
        data = form.cleaned_data
        return partial(organising.merge_unit, found.pk, into_id=data["into"].pk, reason=data["reason"], user=request.user)

    form = MergeForm(request.POST, unit=found, auto_id="id_merge_%s")
    into = form.cleaned_data["into"] if form.is_valid() else None
    texts = _text_of(found, "Einheit zusammenlegen", f"„{found}“ ist in „{into or ''}“ überführt.")
    if into is not None and (count := len(to_hand_over(found, into, timezone.localdate()))):
        note = (
            f"{'Eine Vertretung geht' if count == 1 else f'{count} Vertretungen gehen'} auf „{into}“ über. "
            "Sie gelten dort, sobald die vertretene Person in dieser Einheit eine Rolle hat."
        )
        texts = replace(texts, notes=(*texts.notes, note))
    return form, build, replace(texts, into=str(into or ""))


def _deactivate(request: SignedInRequest, found: OrgUnit) -> tuple[forms.Form, Callable[[Any], Act], _Texts]:
    def build(form: Any) -> Act:
        return partial(organising.deactivate_unit, found.pk, reason=form.cleaned_data["reason"], user=request.user)

    return (
        UnitStepForm(request.POST, auto_id="id_step_%s"),
        build,
        _text_of(found, "Einheit deaktivieren", f"„{found}“ ist deaktiviert."),
    )


def _reactivate(request: SignedInRequest, found: OrgUnit) -> tuple[forms.Form, Callable[[Any], Act], _Texts]:
    def build(form: Any) -> Act:
        return partial(organising.reactivate_unit, found.pk, reason=form.cleaned_data["reason"], user=request.user)

    texts = _text_of(found, "Einheit wieder aufnehmen", f"„{found}“ ist wieder aktiv.", members=False)
    return UnitStepForm(request.POST, auto_id="id_step_%s"), build, texts


def _describe(request: SignedInRequest, found: OrgUnit) -> HttpResponse:
    form = UnitForm(request.POST, instance=OrgUnit.objects.get(pk=found.pk))
    if form.is_valid():
        try:
            organising.describe_unit(found.pk, **form.values(), user=request.user)
        except ValidationError as error:
            form._update_errors(error)  # type: ignore[attr-defined]
        else:
            messages.success(request, "Die Änderungen sind gespeichert.")
            return redirect("ratings:unit", unit=found.slug)
    return _unit_page(request, found, "describe", form)


def _unit_page(request: SignedInRequest, found: OrgUnit, step: str = "", form: Any = None) -> HttpResponse:
    """Show the unit; `form` is the refused form of `step`."""
    may_change = organising.may_change_unit(request.user, found)
    rows = (
        Responsibility.objects.filter(unit=found, measure__in=Measure.objects.visible_to(request.user))
        .select_related("measure__goal", "measure__concept")
        .order_by("measure__concept", "measure__goal__sort_key", "measure__position", "pk")
    )
    context = {
        "unit": found,
        "former": found.former_units.all(),
        "responsibilities": rows,
        **example_marks(row.measure.concept.is_example for row in rows),
        "may_change": may_change,
        "describe_form": form if step == "describe" else UnitForm(instance=found),
        "merge_form": form if step == "merge" else MergeForm(unit=found, auto_id="id_merge_%s"),
        "deactivate_form": form if step == "deactivate" else UnitStepForm(auto_id="id_step_%s"),
        "reactivate_form": form if step == "reactivate" else UnitStepForm(auto_id="id_step_%s"),
        "refused": step,
        "refused_form": form,
        "entries": found.history.select_related("history_user").order_by("-history_date", "-history_id")[:20],
    }
    return render(request, "ratings/units/unit.html", context, status=422 if form is not None else 200)


def _preview_or_do(request: SignedInRequest, act: Act, texts: _Texts) -> HttpResponse:
    """Show what `act` means for the running rounds; do it once that was confirmed. Raises `Impossible` as the act does."""
    expected = request.POST.get("expected", "")
    changed = False
    if expected:
        try:
            organising.carry_out(act, expected=expected)
        except OtherEffects as other:
            effects, changed = other.effects, True
        else:
            messages.success(request, texts.done)
            return redirect(texts.back)
    else:
        effects = organising.rehearse(act)
    sent = [(name, value) for name, values in request.POST.lists() for value in values if name not in _OWN_FIELDS]
    context = {
        "texts": texts,
        "sent": sent,
        "expected": organising.digest(effects),
        "rounds": [(effect.round, describe(effect.sync), effect.extensions) for effect in effects],
        "changed": changed,
        **example_marks(effect.round.concept.is_example for effect in effects),
        "back": texts.back,
        "is_unit": texts.back.startswith(reverse("ratings:units")),
    }
    return render(request, "ratings/units/preview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def responsibilities(request: SignedInRequest, concept: str, number: str) -> HttpResponse:
    """Set who is responsible for one Maßnahme. A change that touches a running round is previewed first."""
    goal, _, position = number.rpartition(".")
    visible = Measure.objects.visible_to(request.user).select_related("goal", "concept")
    measure = get_object_or_404(visible, concept__slug=concept, goal__number=goal, position=int(position))
    permissions.may_coordinate(request.user, measure.concept_id).require()
    back = reverse("ratings:measure", args=[measure.concept.slug, measure.number])
    form = ResponsibilityForm(request.POST or None, measure=measure)
    refused = request.method == "POST"
    if refused and form.is_valid():
        act = partial(organising.assign, measure.pk, **form.cleaned_data, user=request.user)
        texts = _Texts(
            "Zuständigkeit ändern",
            str(measure),
            f"Die Zuständigkeit für {measure.number} ist geändert.",
            back,
        )
        try:
            if "expected" not in request.POST and not organising.size_of(organising.rehearse(act)):
                act()
                messages.success(request, texts.done)
                return redirect(texts.back)
            return _preview_or_do(request, act, texts)
        except Impossible as impossible:
            form.add_error(None, str(impossible))
    context = {"form": form, "measure": measure, "is_example": measure.concept.is_example, "back": back}
    return render(request, "ratings/units/responsibilities.html", context, status=422 if refused else 200)
