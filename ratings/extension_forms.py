"""The form of a Fristverlängerung. It checks input; `ratings.deadlines` acts on it."""

from typing import Any

from django import forms

from goals.models import Measure, OrgUnit
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
        owed = StatusReport.objects.filter(round=round_).exclude(state=ReportState.DROPPED)
        units = OrgUnit.objects.filter(pk__in=owed.values("unit"))
        unit = self.fields["unit"]
        unit.queryset = units  # type: ignore[attr-defined]
        named = in_german_order(units.select_related("successor"))
        unit.choices = [("", unit.empty_label), *named]  # type: ignore[attr-defined]
        measures = Measure.objects.filter(pk__in=owed.values("measure")).with_place().in_order()
        self.fields["measure"].queryset = measures  # type: ignore[attr-defined]
        until = f" und spätestens am {round_.closes_on:%d.%m.%Y}, dem geplanten Abschluss" if round_.closes_on else ""
        self.fields["due_on"].help_text = f"Nach dem {round_.due_on:%d.%m.%Y}, der Frist der Runde{until}."
        self.fields["reason"].help_text = "Steht hier in der Liste und im Verlauf."
