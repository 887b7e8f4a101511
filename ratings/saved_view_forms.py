"""The forms of Ansichten. They check input; `ratings.saved_views` acts on it."""

from typing import Any

from django import forms

from ratings.models.saved_view import NAME_LENGTH
from ratings.saved_views import clean_name


class NameForm(forms.Form):
    """The name of an Ansicht."""

    name = forms.CharField(
        label="Name der Ansicht",
        max_length=NAME_LENGTH,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={
            "required": "Geben Sie der Ansicht einen Namen.",
            "max_length": f"Der Name ist zu lang: höchstens {NAME_LENGTH} Zeichen.",
            "null_characters_not_allowed": "Der Name enthält ein Zeichen, das nicht gespeichert werden kann.",
        },
    )

    def clean_name(self) -> str:
        """Clean the name; one of control characters alone is none."""
        name = clean_name(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(self.fields["name"].error_messages["required"])
        return name


class SavedViewForm(NameForm):
    """Save the selection `auswahl` (a query string) of the overview of the round `runde` under a name."""

    is_shared = forms.BooleanField(label="für alle sichtbar, die diese Übersicht lesen", required=False)
    is_pinned = forms.BooleanField(label="immer diese Runde zeigen statt der laufenden", required=False)
    runde = forms.CharField(widget=forms.HiddenInput)
    auswahl = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, may_share: bool, **options: Any) -> None:
        super().__init__(data, **options)
        if not may_share:
            del self.fields["is_shared"]
