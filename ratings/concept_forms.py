"""Forms for editing a Konzept. They check input; `ratings.concept_editing` and `ratings.concept_bulk` act on it."""

from typing import Any

from django import forms
from django.db.models import Q

from goals.forms import DayInput
from goals.models import ActionField, Challenge, Concept, Goal, GoalKind, Measure, OrgUnit
from goals.text import clean_text
from goals.worded import Worded
from ratings.concept_bulk import Contributing, Wish
from ratings.concept_editing import MOST_POSITION, next_position
from ratings.concept_locks import Hold, Locks, Part
from ratings.unit_forms import ContributingChoice, in_german_order

# A text of a Ziel or a resolution is a few sentences; the longest in the published Konzept has 470 characters.
MOST_TEXT = 4000


class _Cleaned:
    """Text as the database keeps it: control characters dropped, white space at the ends too."""

    def to_python(self, value: Any) -> str:
        return clean_text(super().to_python(value) or "").strip()  # type: ignore[misc]


class Line(_Cleaned, forms.CharField):
    def to_python(self, value: Any) -> str:
        return " ".join(super().to_python(value).split())


class Lines(_Cleaned, forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea({"rows": 4}), max_length=MOST_TEXT, **kwargs)


class WhenNeeded(Line):
    """Needed in some cases, which its help names; so it is not called „freiwillig“, and it may be left empty."""

    def validate(self, value: Any) -> None:
        """Accept an empty text; `concept_editing.save` asks for it where it is needed."""


class PlaceChoice(forms.ModelChoiceField):
    """Where something stands: a choice of what is above it in the same Konzept, grouped by what is above that."""

    def label_from_instance(self, obj: Any) -> str:
        text = obj.text if isinstance(obj, Goal) else obj.title
        number = f"{obj.number} " if isinstance(obj, Goal) else f"{obj.position} " if isinstance(obj, ActionField) else ""
        return f"{number}{text}" if len(text) <= 90 else f"{number}{text[:88].rstrip()} …"


class PartForm(Worded, forms.Form):
    """What every part of a Konzept has in common: the version that was shown, a reason where something is held."""

    use_required_attribute = False

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    reason = WhenNeeded(label="Begründung der Berichtigung", max_length=300)

    def __init__(self, data: Any = None, *, part: Part, concept: Concept, held: Locks | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.part, self.concept, self.held = part, concept, held
        self.prepare()
        holds = {name: held.hold(part, name) for name in self.fields} if held else {}
        firm = [name for name, hold in holds.items() if hold is Hold.FIRM]
        self.locked = [str(self.fields[name].label) for name in firm]
        for name in firm:
            # What was locked after the page was shown is sent all the same; `concept_editing.save` answers why not.
            if not self.is_bound or name not in self.data:
                del self.fields[name]
        if Hold.CORRECTION in holds.values():
            worded = next(str(self.fields[name].label) for name, hold in holds.items() if hold is Hold.CORRECTION)
            self.fields["reason"].help_text = f"Nötig, wenn Sie „{worded}“ ändern. Steht im Verlauf."
            self.order_fields([name for name in self.fields if name != "reason"])
        else:
            del self.fields["reason"]

    def prepare(self) -> None:
        """Set what may be chosen in this Konzept."""

    def values(self) -> dict[str, Any]:
        """Return the checked input by field of the model."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("seen", "reason")}


class ConceptForm(PartForm):
    """The data of the Konzept itself. Its Kurzname stands in addresses and stays."""

    title = Line(label="Titel", max_length=200)
    short_title = Line(label="Kurztitel", max_length=80, help_text="Steht in Listen, Kopfzeilen und Dateien.")
    period_start = forms.DateField(label="Laufzeit von", widget=DayInput())
    period_end = forms.DateField(label="Laufzeit bis", widget=DayInput())
    resolution = Lines(label="Beschluss", required=False, help_text="Wer das Konzept wann beschlossen hat.")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        start, end = data.get("period_start"), data.get("period_end")
        if start and end and end < start:
            self.add_error("period_end", "Das Ende der Laufzeit liegt vor ihrem Anfang.")
        return data


class _Ordered(PartForm):
    """A heading among others of its kind."""

    position = forms.IntegerField(
        label="Platz", min_value=1, max_value=MOST_POSITION, widget=forms.NumberInput({"class": "short-input"})
    )


class ActionFieldForm(_Ordered):
    """Handlungsfeld."""

    title = Line(label="Titel", max_length=200)
    field_order = ["title", "position"]

    def prepare(self) -> None:
        self.fields["position"].help_text = "Die anderen Handlungsfelder rücken auf oder nach."


class ChallengeForm(_Ordered):
    """Herausforderung."""

    title = Line(label="Titel", max_length=300, widget=forms.Textarea({"rows": 2}))
    action_field = PlaceChoice(ActionField.objects.none(), label="Handlungsfeld", empty_label=None)
    field_order = ["title", "action_field", "position"]

    def prepare(self) -> None:
        self.fields["position"].help_text = "Die anderen Herausforderungen des Handlungsfelds rücken auf oder nach."
        self.fields["action_field"].queryset = ActionField.objects.filter(concept=self.concept)  # type: ignore[attr-defined]


class GoalForm(PartForm):
    """Ziel. Its number orders it."""

    number = Line(
        label="Nummer",
        max_length=20,
        widget=forms.TextInput({"class": "short-input"}),
        help_text="Zum Beispiel „12“ oder „M 3.2“. Ziele stehen in der Reihenfolge ihrer Nummern.",
    )
    text = Lines(label="Zielbeschreibung")
    kind = forms.ChoiceField(label="Zielart", choices=GoalKind)
    challenge = PlaceChoice(Challenge.objects.none(), label="Herausforderung", empty_label=None)
    field_order = ["number", "text", "kind", "challenge"]

    def prepare(self) -> None:
        rows = Challenge.objects.filter(action_field__concept=self.concept).order_by("action_field__position", "position", "pk")
        self.fields["challenge"].queryset = rows  # type: ignore[attr-defined]


class MeasureForm(PartForm):
    """Maßnahme. Its key never changes and is not asked for."""

    title = Line(label="Titel", max_length=300, widget=forms.Textarea({"rows": 2}))
    is_mandatory = forms.BooleanField(label="Pflichtaufgabe (P)", required=False)
    goal = PlaceChoice(Goal.objects.none(), label="Ziel", empty_label=None)
    position = forms.IntegerField(
        label="Platz im Ziel",
        min_value=1,
        max_value=MOST_POSITION,
        required=False,
        widget=forms.NumberInput({"class": "short-input"}),
        help_text="Die Zahl hinter der Nummer des Ziels. Leer: hinter der letzten Maßnahme.",
    )
    field_order = ["title", "is_mandatory", "goal", "position"]

    def prepare(self) -> None:
        rows = Goal.objects.filter(concept=self.concept).order_by("sort_key", "pk")
        self.fields["goal"].queryset = rows  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if "position" in self.fields and data.get("position") is None and data.get("goal") and "position" not in self.errors:
            data["position"] = next_position(data["goal"])
        return data


def initial_of(part: Part, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the values with which the form of `part` is filled in."""
    return {name: getattr(part, f"{name}_id", None) or getattr(part, name, None) for name in names}


KEEP = "keep"
NOBODY = "nobody"


class SelectionForm(forms.Form):
    """Which Maßnahmen are listed to choose from."""

    feld = forms.ModelChoiceField(ActionField.objects.none(), label="Handlungsfeld", required=False, empty_label="alle")
    einheit = forms.ModelChoiceField(OrgUnit.objects.none(), label="Einheit", required=False, empty_label="alle")
    stand = forms.ChoiceField(
        label="Zuständigkeit",
        required=False,
        choices=[("", "alle"), ("ohne", "ohne federführende Einheit"), ("niemand", "niemand zuständig")],
    )

    def __init__(self, data: Any, *, concept: Concept) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.fields["feld"].queryset = ActionField.objects.filter(concept=concept)  # type: ignore[attr-defined]
        units = OrgUnit.objects.filter(responsibilities__measure__concept=concept).distinct()
        self.fields["einheit"].queryset = units  # type: ignore[attr-defined]
        choices = in_german_order(units.select_related("successor"))
        self.fields["einheit"].choices = [("", "alle"), *choices]  # type: ignore[attr-defined]


class WishForm(forms.Form):
    """What is to hold for all chosen Maßnahmen."""

    use_required_attribute = False

    lead = forms.ChoiceField(label="Federführend", help_text="Sie schlägt die Bewertung vor.")
    contributing = forms.ChoiceField(
        label="Zuarbeit",
        choices=[
            (Contributing.KEEP.value, "bleibt, wie sie ist"),
            (Contributing.ADD.value, "diese Einheiten kommen hinzu"),
            (Contributing.REMOVE.value, "diese Einheiten fallen weg"),
            (Contributing.SET.value, "nur diese Einheiten (keine gewählt: niemand)"),
        ],
        initial=Contributing.KEEP.value,
    )
    units = ContributingChoice(
        OrgUnit.objects.none(), label="Einheiten der Zuarbeit", widget=forms.CheckboxSelectMultiple({"class": "choice-columns"})
    )
    mandatory = forms.ChoiceField(
        label="Pflichtaufgabe (P)", choices=[(KEEP, "bleibt, wie sie ist"), ("yes", "ja"), ("no", "nein")]
    )
    kind = forms.ChoiceField(
        label="Zielart der Ziele",
        choices=[(KEEP, "bleibt, wie sie ist"), *GoalKind.choices],
        help_text="Gilt für das ganze Ziel, auch für seine nicht gewählten Maßnahmen.",
    )
    source = Line(
        label="Fundstelle",
        max_length=300,
        required=False,
        help_text="Steht bei den Zuständigkeiten, die neu sind oder sich ändern.",
    )
    reason = Line(label="Grund der Änderung", max_length=300, required=False, help_text="Steht im Verlauf.")

    def __init__(self, data: Any = None, *, chosen: list[int]) -> None:
        super().__init__(data, auto_id="id_%s")
        active = Q(is_active=True)
        units = OrgUnit.objects.filter(active | Q(responsibilities__measure__in=chosen)).distinct().select_related("successor")
        listed = list(units)
        self._by_key = {str(unit.pk): unit for unit in listed if unit.is_active}
        active_choices = in_german_order(unit for unit in listed if unit.is_active)
        keep = [(KEEP, "bleibt, wie sie ist"), (NOBODY, "niemand")]
        self.fields["lead"].choices = [*keep, *((str(pk), label) for pk, label in active_choices)]  # type: ignore[attr-defined]
        self.fields["units"].queryset = units  # type: ignore[attr-defined]
        self.fields["units"].choices = in_german_order(listed)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        mode, units = data.get("contributing"), data.get("units")
        if mode in (Contributing.ADD.value, Contributing.REMOVE.value) and not units and "units" not in self.errors:
            self.add_error("units", "Wählen Sie mindestens eine Einheit.")
        if mode == Contributing.KEEP.value and units:
            self.add_error("contributing", "Sie haben Einheiten gewählt. Sagen Sie, was mit ihnen geschieht.")
        return data

    def wish(self) -> Wish:
        """Return what a valid form asks for."""
        data = self.cleaned_data
        return Wish(
            sets_lead=data["lead"] != KEEP,
            lead=self._by_key.get(data["lead"]),
            contributing=Contributing(data["contributing"]),
            units=tuple(data["units"]),
            mandatory=None if data["mandatory"] == KEEP else data["mandatory"] == "yes",
            kind=None if data["kind"] == KEEP else GoalKind(data["kind"]),
            source=data["source"],
            reason=data["reason"],
        )


FORMS: dict[type[Part], type[PartForm]] = {
    Concept: ConceptForm,
    ActionField: ActionFieldForm,
    Challenge: ChallengeForm,
    Goal: GoalForm,
    Measure: MeasureForm,
}
