from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse


class AccountAdapter(DefaultAccountAdapter):
    """Local accounts made by the administration: nobody signs up. Speaks formally, unlike allauth's German."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "Dieser Zugang ist gesperrt.",
        "email_password_mismatch": "Anmeldename oder Passwort stimmen nicht.",
        "username_password_mismatch": "Anmeldename oder Passwort stimmen nicht.",
        "enter_current_password": "Das jetzige Passwort stimmt nicht.",
        "incorrect_password": "Das Passwort stimmt nicht.",
        "same_as_current": "Das neue Passwort muss sich vom jetzigen unterscheiden.",
        "too_many_login_attempts": "Zu viele Fehlversuche. Bitte warten Sie fünf Minuten und versuchen Sie es dann erneut.",
        "rate_limited": "Zu viele Versuche. Bitte warten Sie einen Moment.",
    }

    def is_open_for_signup(self, request: Any) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("start")
