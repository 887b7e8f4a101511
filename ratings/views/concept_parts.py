"""One part of a Konzept on its own page: edit, add, remove. A page that became stale shows both versions (DESIGN.md, rule 7)."""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from goals.models import ActionField, Challenge, Concept, Goal, GoalKind, Measure
from goals.requests import SignedInRequest
from goals.text import clean_text
from ratings import concept_editing, permissions
from ratings.concept_editing import EDITABLE, PARENT, Stale
from ratings.concept_forms import FORMS, PartForm, initial_of
from ratings.concept_locks import Part, locks, removal
from ratings.workflow import Impossible


@dataclass(frozen=True)
class Kind:
    """What is said about one kind of part."""

    model: type[Part]
    one: str
    new: str
    path: str
    note: str = ""


KINDS = {
    "handlungsfelder": Kind(ActionField, "Handlungsfeld", "Neues Handlungsfeld", "handlungsfelder"),
    "herausforderungen": Kind(Challenge, "Herausforderung", "Neue Herausforderung", "herausforderungen"),
    "ziele": Kind(Goal, "Ziel", "Neues Ziel", "ziele"),
    "massnahmen": Kind(
        Measure,
        "Maßnahme",
        "Neue Maßnahme",
        "massnahmen",
        "Wer zuständig ist, tragen Sie danach ein. In einer laufenden Runde wird dann auch ihr Bericht angefordert.",
    ),
}
PATHS: dict[type[Part], str] = {kind.model: path for path, kind in KINDS.items()}
_OF_CONCEPT = {ActionField: "concept", Challenge: "action_field__concept", Goal: "concept", Measure: "concept"}
_ABOVE: dict[type[Part], type[Part]] = {Challenge: ActionField, Goal: Challenge, Measure: Goal}


def find_concept(request: SignedInRequest, slug: str) -> Concept:
    """Return the Konzept that the person may edit: 404 out of sight, 403 with the reason for others."""
    concept = get_object_or_404(Concept.objects.visible_to(request.user), slug=slug)
    permissions.may_coordinate(request.user, concept.pk).require()
    return concept


def rows(model: type[Part], concept: Concept) -> Any:
    """Return all parts of one kind in `concept`."""
    return model._default_manager.filter(**{_OF_CONCEPT[model]: concept})


def anchor(part: Part) -> str:
    """Return the address of `part` in the editing view of its Konzept."""
    if isinstance(part, Concept):
        return reverse("ratings:concept_edit", args=[part.slug])
    slug = Concept.objects.values_list("slug", flat=True).get(pk=concept_editing.concept_of(part))
    return f"{reverse('ratings:concept_edit', args=[slug])}#{PATHS[type(part)]}-{part.pk}"


def name_of(part: Part) -> str:
    """Return „Maßnahme 20.1“, „Ziel 20“ or the kind of heading."""
    if isinstance(part, Measure):
        return f"Maßnahme {part.number}"
    if isinstance(part, Concept):
        return part.short_title
    return str(part) if isinstance(part, Goal) else str(part._meta.verbose_name)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def concept_data(request: SignedInRequest, concept: str) -> HttpResponse:
    """Edit what the Konzept is called, its period and its resolution."""
    found = find_concept(request, concept)
    return _edit(request, found, found)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def part(request: SignedInRequest, concept: str, kind: str, pk: int) -> HttpResponse:
    """Edit or remove one Handlungsfeld, Herausforderung, Ziel or Maßnahme."""
    found = find_concept(request, concept)
    model = KINDS[kind].model
    above = {Challenge: "action_field", Measure: "goal"}.get(model)
    listed = rows(model, found)
    row = get_object_or_404(listed.select_related(above) if above else listed, pk=pk)
    if request.POST.get("step") == "remove":
        return _remove(request, row) if "confirmed" in request.POST else _before_removing(request, found, row)
    return _edit(request, found, row)


def _before_removing(request: SignedInRequest, concept: Concept, row: Part) -> HttpResponse:
    """Name what would go. Nothing is removed yet."""
    decision = removal(row)
    if not decision:
        messages.error(request, f"Nicht entfernt. {decision.reason}")
        return redirect(request.path)
    context = {
        "concept": concept,
        "is_example": concept.is_example,
        "kind": KINDS[PATHS[type(row)]],
        "row": row,
        "name": name_of(row),
        "back": request.path,
        "sent": [("seen", concept_editing.version_of(row, type(row))), ("confirmed", "1")],
        "responsibilities": row.responsibilities.select_related("unit") if isinstance(row, Measure) else (),
        "predecessors": row.predecessors.select_related("goal", "concept") if isinstance(row, Measure) else (),
    }
    return render(request, "ratings/concept/remove.html", context)


def _remove(request: SignedInRequest, row: Part) -> HttpResponse:
    back, name = anchor(row), name_of(row)
    try:
        concept_editing.remove(row, seen=request.POST.get("seen", ""), user=request.user)
    except Impossible as impossible:
        messages.error(request, f"Nicht entfernt. {impossible}")
        return redirect(request.path)
    except Stale:
        messages.error(request, f"Nicht entfernt: {name} wurde inzwischen geändert. Sehen Sie nach, ob sie noch weg soll.")
        return redirect(request.path)
    messages.success(request, f"{name} ist entfernt.")
    above = getattr(row, PARENT[type(row)])
    return redirect(anchor(above) if not isinstance(above, Concept) else back.partition("#")[0])


def _form(row: Part, concept: Concept, data: Any = None, **kwargs: Any) -> PartForm:
    initial = initial_of(row, EDITABLE[type(row)])
    if row.pk:
        initial["seen"] = concept_editing.version_of(row, type(row))
    return FORMS[type(row)](data, part=row, concept=concept, initial=initial, **kwargs)


def _edit(request: SignedInRequest, concept: Concept, row: Part) -> HttpResponse:
    held = locks(concept)
    if request.method != "POST":
        return _page(request, concept, row, _form(row, concept, held=held))
    form = _form(row, concept, request.POST, held=held)
    if not form.is_valid():
        return _page(request, concept, row, form, status=422)
    values = form.values()
    renamed = concept_editing.renumbered(row, values["number"]) if isinstance(row, Goal) and "number" in values else []
    if renamed and request.POST.get("confirmed") != _digest(renamed):
        return _page(request, concept, row, form, renamed=renamed, digest=_digest(renamed))
    try:
        changed = concept_editing.save(
            row, values, seen=form.cleaned_data["seen"], reason=form.cleaned_data.get("reason", ""), user=request.user
        )
    except Stale as stale:
        return _conflict(request, concept, stale.current, form)
    except ValidationError as error:
        return _refused(request, concept, row, form, error)
    except Impossible as impossible:
        messages.error(request, str(impossible))
        return redirect(anchor(concept))
    fresh = type(row)._default_manager.get(pk=row.pk)
    messages.success(request, f"{name_of(fresh)}: gespeichert." if changed else "Es war nichts geändert.")
    return redirect(anchor(fresh))


def _digest(renamed: list[tuple[str, str, str]]) -> str:
    return hashlib.sha256(repr(renamed).encode()).hexdigest()


def _refused(request: SignedInRequest, concept: Concept, row: Part, form: PartForm, error: ValidationError) -> HttpResponse:
    by_field = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    for name, texts in by_field.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)
    return _page(request, concept, row, form, status=422)


@dataclass(frozen=True)
class Difference:
    """A field in which the input differs from what somebody else saved meanwhile."""

    label: str
    current: str
    entered: str


def _conflict(request: SignedInRequest, concept: Concept, current: Part, form: PartForm) -> HttpResponse:
    """Show what is saved now beside what was entered. What the person had not touched is taken from the newer version."""
    kind, seen = type(current), form.cleaned_data["seen"]
    base = concept_editing.base_of(current, seen)
    data: QueryDict = request.POST.copy()
    data["seen"] = concept_editing.version_of(current, kind)
    differences = []
    for name, entered in form.values().items():
        mine, theirs = _plain(entered), concept_editing.plain(current, name, kind)
        if base is not None and mine == concept_editing.plain(base, name, kind):
            _put(data, name, theirs)
        elif mine != theirs:
            differences.append(Difference(str(form.fields[name].label), _words(getattr(current, name)), _words(entered)))
    merged = _form(current, concept, data, held=locks(concept))
    last = current.history.select_related("history_user").order_by("-history_date", "-history_id").first()
    return _page(request, concept, current, merged, status=409, differences=differences, last=last, is_stale=True)


def _plain(value: Any) -> Any:
    return getattr(value, "pk", value)


def _put(data: QueryDict, name: str, value: Any) -> None:
    if value is False:
        data.pop(name, None)
    else:
        data[name] = "on" if value is True else str(value)


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if value in GoalKind.values:
        return str(GoalKind(value).label)
    if isinstance(value, Goal | ActionField | Challenge):
        return str(value)
    return f"{value:%d.%m.%Y}" if hasattr(value, "strftime") else str(value)


def _page(
    request: SignedInRequest, concept: Concept, row: Part, form: PartForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    is_new, held = row.pk is None, form.held
    path = PATHS.get(type(row), "")
    name = "" if is_new else "Angaben zum Konzept" if isinstance(row, Concept) else name_of(row)
    back = anchor(concept) if is_new or isinstance(row, Concept) else anchor(row)
    context = {
        "concept": concept,
        "is_example": concept.is_example,
        "row": row,
        "kind": KINDS.get(path),
        "name": name,
        "heading": name or KINDS[path].new,
        "form": form,
        "back": back,
        "lock": held.of(row) if held else None,
        "writing": held.writing.get(row.pk, 0) if held and isinstance(row, Measure) else 0,
        "seen": "" if is_new else concept_editing.version_of(row, type(row)),
        "removal": None if is_new or isinstance(row, Concept) else removal(row),
        "entries": [] if is_new else row.history.select_related("history_user").order_by("-history_date", "-history_id")[:10],
        **more,
    }
    return render(request, "ratings/concept/part.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def part_new(request: SignedInRequest, concept: str, kind: str) -> HttpResponse:
    """Add a part; `?in=` names what it is to stand in."""
    found = find_concept(request, concept)
    row = _blank(request, found, KINDS[kind].model)
    if row is None:
        messages.error(request, f"Dafür fehlt noch, worin das steht. Legen Sie zuerst {_first_needed(KINDS[kind].model)} an.")
        return redirect(anchor(found))
    if request.method != "POST":
        return _page(request, found, row, _form(row, found))
    form = _form(row, found, request.POST)
    if not form.is_valid():
        return _page(request, found, row, form, status=422)
    for name, value in form.values().items():
        setattr(row, name, value)
    try:
        concept_editing.add(row, user=request.user)
    except ValidationError as error:
        row.pk = None
        return _refused(request, found, row, form, error)
    messages.success(request, f"{name_of(row)} ist angelegt.")
    return redirect(anchor(row))


def _first_needed(model: type[Part]) -> str:
    return {Challenge: "ein Handlungsfeld", Goal: "eine Herausforderung", Measure: "ein Ziel"}[model]


def _blank(request: SignedInRequest, concept: Concept, model: type[Part]) -> Part | None:
    """Return an unsaved part in the place that `?in=` names, or in the last one; None if there is no place for it."""
    if model is ActionField:
        return ActionField(concept=concept, position=concept.action_fields.count() + 1)
    places = rows(_ABOVE[model], concept)
    asked = clean_text(request.GET.get("in", ""))
    if asked and not (asked.isdecimal() and len(asked) < 19):
        raise Http404("Das gibt es in diesem Konzept nicht.")
    above = get_object_or_404(places, pk=int(asked)) if asked else places.last()
    if above is None:
        return None
    if model is Challenge:
        return Challenge(action_field=above, position=above.challenges.count() + 1)
    if model is Goal:
        return Goal(concept=concept, challenge=above)
    return Measure(concept=concept, goal=above, position=concept_editing.next_position(above))
