"""The forms of a Nachtrag. They check input; `ratings.supplements` acts on it."""

from collections.abc import Iterable
from typing import Any

from django import forms

from ratings.models import StatusReport
from ratings.round_forms import ReasonForm


class OpenForm(ReasonForm):
    """Why a Maßnahme is opened again, and which of its submitted reports go back to their units at once."""

    give_back = forms.TypedMultipleChoiceField(
        label="Gleich an die Einheit zurückgeben",
        help_text="Ihre Begründung steht dann als Rückfrage beim Bericht. Zurückgeben lässt er sich auch später.",
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Einer der Berichte liegt nicht mehr eingereicht vor. Wählen Sie noch einmal aus."},
    )
    field_order = ("reason", "give_back")

    def __init__(self, data: Any = None, *, reports: Iterable[StatusReport]) -> None:
        super().__init__(data)
        self.fields["reason"].label = "Begründung des Nachtrags"
        self.fields["reason"].help_text = "Sie steht bei der neuen Fassung und bei allen, die an der Maßnahme arbeiten."
        choices = [(report.pk, f"{report.unit} ({report.get_role_display()})") for report in reports]
        if choices:
            self.fields["give_back"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["give_back"]


class FinishForm(forms.Form):
    """Confirm what the next version will hold: its seal goes with the form, so that anything else is noticed."""

    seal = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    confirmed = forms.BooleanField(
        label="Ich habe die offenen Punkte durchgesehen und schließe den Nachtrag trotzdem ab.",
        error_messages={"required": "Bestätigen Sie, dass Sie die offenen Punkte durchgesehen haben."},
    )

    def __init__(self, data: Any = None, *, seal: str, has_gaps: bool) -> None:
        super().__init__(data, initial={"seal": seal})
        if not has_gaps:
            del self.fields["confirmed"]
