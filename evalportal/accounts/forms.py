"""The forms of allauth in the words of the portal. Labels stand above the fields, so nothing is repeated inside them."""

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms

from goals.worded import required_words


class _LabelsOnly(forms.Form):
    """Takes the placeholders away and gives fields the labels of `labels`."""

    labels: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.error_messages["required"] = required_words(field, field.label)


RULES_IN_WORDS = "Mindestens 12 Zeichen. Kein gängiges Passwort, nicht nur Ziffern und nicht Ihr Name."


class LoginForm(_LabelsOnly, allauth_forms.LoginForm):
    labels = {"login": "Anmeldename oder E-Mail-Adresse", "password": "Passwort"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        self.fields["password"].help_text = ""


class ChangePasswordForm(_LabelsOnly, allauth_forms.ChangePasswordForm):
    labels = {"oldpassword": "Jetziges Passwort", "password1": "Neues Passwort", "password2": "Neues Passwort wiederholen"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = ""
        self.fields["password1"].help_text = RULES_IN_WORDS


class ResetPasswordForm(_LabelsOnly, allauth_forms.ResetPasswordForm):
    labels = {"email": "E-Mail-Adresse"}


class _NewPassword(_LabelsOnly):
    labels = {"password1": "Neues Passwort", "password2": "Neues Passwort wiederholen"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = RULES_IN_WORDS


class ResetPasswordKeyForm(_NewPassword, allauth_forms.ResetPasswordKeyForm):
    pass


class SetPasswordForm(_NewPassword, allauth_forms.SetPasswordForm):
    """For somebody who has no local password yet."""


class ReauthenticateForm(_LabelsOnly, allauth_forms.ReauthenticateForm):
    labels = {"password": "Passwort"}
