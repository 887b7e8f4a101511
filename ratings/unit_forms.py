"""Forms of the Evaluationsleitung for units and responsibilities. They check input; `ratings.organising` acts on it."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q

from goals.models import Measure, OrgUnit, ResponsibilityRole
from goals.text import fold
from goals.worded import Worded


class UnitChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return unit_label(obj)


class LeadChoice(UnitChoice):
    """Nobody is an answer here and not an omission, so the field is not called „freiwillig“."""

    def validate(self, value: Any) -> None:
        """Accept an empty choice."""


class ContributingChoice(forms.ModelMultipleChoiceField):
    """As `LeadChoice`, for several units."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return unit_label(obj)

    def clean(self, value: Any) -> Any:
        return super().clean(value) if value else OrgUnit.objects.none()


def unit_label(unit: OrgUnit) -> str:
    """„Fachdienst Jugend“, with „extern“ or what became of it where that matters. Needs `successor`; select it in lists."""
    notes = ["extern"] if unit.is_external else []
    if not unit.is_active:
        notes.append(f"aufgegangen in {unit.successor.short_name}" if unit.successor else "nicht mehr aktiv")
    return f"{unit.name} ({', '.join(notes)})" if notes else unit.name


def in_german_order(units: Iterable[OrgUnit]) -> list[tuple[int, str]]:
    """Return the choices for `units` as people sort them: „Übergang“ stands under U."""
    return [(unit.pk, unit_label(unit)) for unit in sorted(units, key=lambda unit: (fold(unit.name), unit.pk))]


class UnitForm(Worded, forms.ModelForm):
    """What a unit is called and how it works. Merging and deactivating are steps of their own."""

    class Meta:
        model = OrgUnit
        fields = ["name", "short_name", "parent", "is_external", "requires_approval", "note"]
        field_classes = {"parent": UnitChoice}
        widgets = {"note": forms.Textarea({"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parents = OrgUnit.objects.filter(Q(is_active=True) | Q(pk=self.instance.parent_id)).exclude(pk=self.instance.pk)
        self.fields["parent"].queryset = parents  # type: ignore[attr-defined]
        choices = in_german_order(parents.select_related("successor"))
        self.fields["parent"].choices = [("", "keine übergeordnete Einheit"), *choices]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """Return the checked input as `organising.describe_unit` takes it."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class UnitStepForm(forms.Form):
    """Deactivate or take up again, with the reason."""

    reason = forms.CharField(
        label="Begründung",
        max_length=1000,
        help_text="Steht im Verlauf der Einheit. Ein Hinweis auf den Beschluss oder die Verfügung genügt.",
        error_messages={"required": "Schreiben Sie, warum."},
    )


class MergeForm(UnitStepForm):
    """Merge into another unit."""

    into = UnitChoice(
        OrgUnit.objects.none(),
        label="Geht auf in",
        error_messages={"required": "Wählen Sie die Einheit, die an ihre Stelle tritt."},
    )
    field_order = ["into", "reason"]

    def __init__(self, *args: Any, unit: OrgUnit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # All units are accepted and only those that fit are offered; `organising.merge_unit` says why another does not.
        self.fields["into"].queryset = OrgUnit.objects.all()  # type: ignore[attr-defined]
        choices = in_german_order(OrgUnit.objects.active().exclude(pk=unit.pk))
        self.fields["into"].choices = [("", "Bitte wählen"), *choices]  # type: ignore[attr-defined]


class ResponsibilityForm(forms.Form):
    """Who is responsible for a Maßnahme."""

    use_required_attribute = False

    lead = LeadChoice(
        OrgUnit.objects.none(),
        label="Federführend",
        help_text="Höchstens eine Einheit. Sie schlägt die Bewertung vor.",
    )
    contributing = ContributingChoice(
        OrgUnit.objects.none(),
        label="Zuarbeit",
        widget=forms.CheckboxSelectMultiple({"class": "choice-columns"}),
        help_text="Diese Einheiten berichten ebenfalls; eine Bewertung können sie offen lassen.",
    )
    source = forms.CharField(
        label="Fundstelle",
        max_length=300,
        required=False,
        help_text="Wo das festgelegt ist, zum Beispiel „Konzept, Seite 41“. Gilt für das, was neu ist oder sich ändert.",
    )
    reason = forms.CharField(label="Grund der Änderung", max_length=1000, required=False, help_text="Steht im Verlauf.")

    def __init__(self, data: Any = None, *, measure: Measure) -> None:
        rows = list(measure.responsibilities.select_related("unit"))
        lead = next((row.unit_id for row in rows if row.role == ResponsibilityRole.LEAD), None)
        contributing = [row.unit_id for row in rows if row.role == ResponsibilityRole.CONTRIBUTING]
        super().__init__(data, initial={"lead": lead, "contributing": contributing})
        units = OrgUnit.objects.filter(Q(is_active=True) | Q(pk__in=[row.unit_id for row in rows]))
        choices = in_german_order(units.select_related("successor"))
        for name, empty in (("lead", [("", "niemand")]), ("contributing", [])):
            self.fields[name].queryset = units  # type: ignore[attr-defined]
            self.fields[name].choices = empty + choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("lead") and data["lead"] in data.get("contributing", ()):
            self.add_error("contributing", f"„{data['lead']}“ ist schon federführend und kann nicht zugleich zuarbeiten.")
        return data
