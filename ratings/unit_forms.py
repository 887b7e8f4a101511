"""Forms of the Evaluationsleitung for units and responsibilities. They check input; what it does stands in `ratings.organising`."""

from typing import Any

from django import forms
from django.db.models import Q

from goals.models import Measure, OrgUnit, ResponsibilityRole


class UnitChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return unit_label(obj)


class UnitChoices(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return unit_label(obj)


def unit_label(unit: OrgUnit) -> str:
    """„Fachdienst Jugend“, with „extern“ or „nicht mehr aktiv“ where that matters."""
    notes = [word for word, holds in (("extern", unit.is_external), ("nicht mehr aktiv", not unit.is_active)) if holds]
    return f"{unit.name} ({', '.join(notes)})" if notes else unit.name


class UnitForm(forms.ModelForm):
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
        self.fields["parent"].empty_label = "keine übergeordnete Einheit"  # type: ignore[attr-defined]

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
        empty_label="Bitte wählen",
        error_messages={"required": "Wählen Sie die Einheit, die an ihre Stelle tritt."},
    )
    field_order = ["into", "reason"]

    def __init__(self, *args: Any, unit: OrgUnit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Units that do not fit can be sent all the same; `organising.merge_unit` says why they do not.
        self.fields["into"].queryset = (  # type: ignore[attr-defined]
            OrgUnit.objects.all() if self.is_bound else OrgUnit.objects.active().exclude(pk=unit.pk)
        )


class ResponsibilityForm(forms.Form):
    """Who is responsible for a Maßnahme."""

    lead = UnitChoice(
        OrgUnit.objects.none(),
        label="Federführend",
        required=False,
        empty_label="niemand",
        help_text="Höchstens eine Einheit. Sie schlägt die Bewertung vor.",
    )
    contributing = UnitChoices(
        OrgUnit.objects.none(),
        label="Zuarbeit",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Diese Einheiten berichten ebenfalls; eine Bewertung können sie offen lassen.",
    )
    source = forms.CharField(
        label="Fundstelle",
        max_length=300,
        required=False,
        help_text="Wo die Zuständigkeit festgelegt ist, zum Beispiel „Konzept, Seite 41“. Gilt für das, was neu ist oder sich ändert.",
    )
    reason = forms.CharField(label="Grund der Änderung", max_length=1000, required=False, help_text="Steht im Verlauf.")

    def __init__(self, *args: Any, measure: Measure, **kwargs: Any) -> None:
        rows = list(measure.responsibilities.select_related("unit"))
        lead = next((row.unit_id for row in rows if row.role == ResponsibilityRole.LEAD), None)
        contributing = [row.unit_id for row in rows if row.role == ResponsibilityRole.CONTRIBUTING]
        super().__init__(*args, initial={"lead": lead, "contributing": contributing}, **kwargs)
        units = OrgUnit.objects.filter(Q(is_active=True) | Q(pk__in=[row.unit_id for row in rows]))
        for name in ("lead", "contributing"):
            self.fields[name].queryset = units  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("lead") and data["lead"] in data.get("contributing", ()):
            self.add_error("contributing", f"„{data['lead']}“ ist schon federführend und kann nicht zugleich zuarbeiten.")
        return data
