"""The form of a Vertretung. It checks input; `ratings.deputies` acts on it."""

from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone

from ratings.deputies import Place, people, possible_deputies
from ratings.round_forms import DayInput

if TYPE_CHECKING:
    from evalportal.accounts.models import User


class DeputyForm(forms.Form):
    """Who stands in, where, from when until when. `places` are those that `user` may choose from."""

    place = forms.ChoiceField(
        label="Einheit",
        error_messages={
            "required": "Wählen Sie, wo vertreten wird.",
            "invalid_choice": "Dort ist keine Vertretung möglich. Wählen Sie aus der Liste.",
        },
    )
    deputy: forms.ModelChoiceField = forms.ModelChoiceField(
        None,
        label="Vertretung",
        help_text="Zur Auswahl stehen Personen, die selbst in einer Einheit berichten.",
        error_messages={
            "required": "Wählen Sie, wer vertritt.",
            "invalid_choice": "Diese Person gibt es nicht. Wählen Sie eine aus der Liste.",
        },
    )
    from_on = forms.DateField(label="Von", widget=DayInput, error_messages={"required": "Geben Sie den ersten Tag an."})
    until_on = forms.DateField(
        label="Bis",
        widget=DayInput,
        help_text="Der letzte Tag der Vertretung. Danach endet sie von selbst.",
        error_messages={"required": "Geben Sie den letzten Tag an."},
    )
    note = forms.CharField(
        label="Anmerkung", required=False, max_length=300, help_text="Keine Gründe der Abwesenheit: die Anmerkung lesen mehrere."
    )

    def __init__(self, data: Any = None, *, places: list[Place], user: "User") -> None:
        today = timezone.localdate()
        super().__init__(data, initial={"from_on": today, "until_on": today + timedelta(days=14)})
        self._places = {place.key: place for place in places}
        self.fields["place"].choices = _place_choices(places, user)  # type: ignore[attr-defined]
        if {place.absent for place in places} - {user}:
            self.fields["place"].label = "Wer wird vertreten, und wo?"
        # Everyone with a role is accepted and only those who fit are offered; `deputies.give` says what another lacks.
        self.fields["deputy"].queryset = people()  # type: ignore[attr-defined]
        offered = [(person.pk, _person_label(person, units)) for person, units in possible_deputies(places)]
        self.fields["deputy"].choices = [("", "Bitte wählen"), *offered]  # type: ignore[attr-defined]

    def clean_place(self) -> Place:
        return self._places[self.cleaned_data["place"]]


def _place_choices(places: list[Place], user: "User") -> list[Any]:
    if {place.absent for place in places} <= {user}:
        return [*([("", "Bitte wählen")] if len(places) != 1 else []), *((place.key, place.label) for place in places)]
    grouped = groupby(places, key=lambda place: place.absent)
    return [("", "Bitte wählen"), *((str(person), [(p.key, f"{person}: {p.label}") for p in some]) for person, some in grouped)]


def _person_label(person: "User", units: list[Any]) -> str:
    return f"{person} ({', '.join(unit.short_name for unit in units)})"
