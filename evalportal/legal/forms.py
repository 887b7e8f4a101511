from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from goals.text import clean_text

_LONGEST_TEXT = 5000


def _one_line(value: str) -> str:
    return " ".join(clean_text(value).split())


class BarrierForm(forms.Form):
    """What somebody tells of a barrier: only the barrier itself is asked for, name and address if they want an answer.

    `also` is a trap for programs that fill every field. People never see it; if something fills it nevertheless, they are told.
    """

    text = forms.CharField(
        label="Was ist die Barriere?",
        help_text="Was wollten Sie tun, und was ging dabei nicht? Womit arbeiten Sie, zum Beispiel mit welchem Screenreader?",
        max_length=_LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={
            "required": "Bitte beschreiben Sie die Barriere, ein Satz genügt.",
            "max_length": "Bitte kürzen Sie den Text auf %(limit_value)d Zeichen; es sind %(show_value)d.",
        },
    )
    page = forms.CharField(
        label="Adresse der Seite",
        help_text="Auf welcher Seite oder in welcher Datei sind Sie auf die Barriere gestoßen?",
        required=False,
        max_length=500,
        error_messages={"max_length": "Bitte kürzen Sie die Adresse auf 500 Zeichen; es sind %(show_value)d."},
    )
    name = forms.CharField(
        label="Ihr Name",
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"max_length": "Bitte kürzen Sie den Namen auf 150 Zeichen; es sind %(show_value)d."},
    )
    email = forms.EmailField(
        label="Ihre E-Mail-Adresse",
        help_text="Nur wenn Sie eine Antwort möchten.",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": "Das ist keine E-Mail-Adresse. Sie sieht zum Beispiel so aus: name@beispiel.de"},
    )
    also = forms.CharField(required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""

    def clean_text(self) -> str:
        text = clean_text(self.cleaned_data["text"]).strip()
        if not text:
            raise ValidationError(self.fields["text"].error_messages["required"], code="required")
        return text

    def clean_page(self) -> str:
        return _one_line(self.cleaned_data["page"])

    def clean_name(self) -> str:
        return _one_line(self.cleaned_data["name"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.data.get("also"):
            self.data = {name: value for name, value in self.data.items() if name != "also"}
            raise ValidationError(
                "Ein Feld, das leer bleiben muss, war ausgefüllt, vielleicht von Ihrem Browser. Es ist jetzt leer: "
                "Bitte senden Sie noch einmal."
            )
        return cleaned
