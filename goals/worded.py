"""What a form says where something required was left empty: what to enter, not that something is required."""

from typing import Final

from django import forms

# Django's own sentence, „Dieses Feld ist zwingend erforderlich.“
_UNWORDED: Final = forms.Field.default_error_messages["required"]


def required_words(field: forms.Field, label: object) -> str:
    """Return what to do with a field that was left empty. `label` is its name on the page."""
    if isinstance(field, forms.FileField):
        return f"Wählen Sie unter „{label}“ eine Datei."
    if isinstance(field, forms.BooleanField):
        return f"Setzen Sie den Haken bei „{label}“."
    if isinstance(field, (forms.ChoiceField, forms.ModelChoiceField)):
        return f"Wählen Sie unter „{label}“ etwas aus."
    if isinstance(field, forms.DateField):
        return f"Geben Sie unter „{label}“ einen Tag an."
    return f"Tragen Sie „{label}“ ein."


class Worded(forms.BaseForm):
    """A form whose required fields say what to enter. One with a sentence of its own keeps it."""

    def full_clean(self) -> None:
        for name, field in self.fields.items():
            if field.error_messages.get("required") == _UNWORDED:
                field.error_messages["required"] = required_words(field, self[name].label)
        super().full_clean()
