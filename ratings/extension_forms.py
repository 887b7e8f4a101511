"""The form of a Fristverlängerung. It checks input; `ratings.deadlines` acts on it."""

from typing import Any

from django import forms
from django.utils import timezone

from goals.models import Measure, OrgUnit
from ratings.deadlines import objections
from ratings.models import ReportingRound, StatusReport
from ratings.round_forms import DayInput, ReasonForm
from ratings.states import ReportState
from ratings.unit_forms import UnitChoice, in_german_order


class MeasureChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.number} {obj.title}"


class ExtensionForm(ReasonForm):
    """For whom, until when and why. Offers the units and Maßnahmen of which a report is owed in the round."""

    unit = UnitChoice(
        OrgUnit.objects.none(),
        label="Einheit",
        required=False,
        empty_label="alle Einheiten der Maßnahme",
        error_messages={"invalid_choice": "Diese Einheit schuldet in dieser Runde keinen Bericht."},
    )
    measure = MeasureChoice(
        Measure.objects.none(),
        label="Maßnahme",
        required=False,
        empty_label="alle Maßnahmen der Einheit",
        error_messages={"invalid_choice": "Zu dieser Maßnahme wird in dieser Runde nicht berichtet."},
    )
    due_on = forms.DateField(
        label="Abgabe bis",
        widget=DayInput,
        error_messages={"required": "Geben Sie den neuen letzten Tag an."},
    )
    field_order = ["unit", "measure", "due_on", "reason"]

    def __init__(self, data: Any = None, *, round_: ReportingRound, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.round_ = round_
        owed = StatusReport.objects.filter(round=round_).exclude(state=ReportState.DROPPED)
        units = OrgUnit.objects.filter(pk__in=owed.values("unit"))
        for name in ("unit", "measure"):  # one of them is needed, so neither is marked „freiwillig“
            self.fields[name].is_alternative = True  # type: ignore[attr-defined]
        unit = self.fields["unit"]
        unit.help_text = "Wählen Sie eine Einheit, eine Maßnahme oder beides."
        unit.queryset = units  # type: ignore[attr-defined]
        named = in_german_order(units.select_related("successor"))
        unit.choices = [("", unit.empty_label), *named]  # type: ignore[attr-defined]
        measures = Measure.objects.filter(pk__in=owed.values("measure")).with_place().in_order()
        self.fields["measure"].queryset = measures  # type: ignore[attr-defined]
        until = f", und spätestens am {round_.closes_on:%d.%m.%Y}, dem geplanten Abschluss" if round_.closes_on else ""
        self.fields["due_on"].help_text = f"Nach dem {round_.due_on:%d.%m.%Y}, der Frist der Runde{until}."
        self.fields["reason"].help_text = "Steht hier in der Liste und im Verlauf."

    def clean(self) -> dict[str, Any]:
        """Say at each field what does not fit; `deadlines.grant` looks again when it acts."""
        data: dict[str, Any] = super().clean() or {}
        if not self.round_.is_live:
            return data
        refused = {"unit", "measure"} & self.errors.keys()
        unit, measure, due_on = (data.get(name) for name in ("unit", "measure", "due_on"))
        found = objections(self.round_, unit=unit, measure=measure, due_on=due_on, today=timezone.localdate())
        for name, why_not in found.items():
            if name == "due_on" or not refused:
                self.add_error(name, why_not)
        return data
