from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from evalportal.accounts.models import User


class SignedInRequest(HttpRequest):
    """A request behind the sign-in: `evalportal.middleware` lets nobody else through. For annotations only."""

    user: "User"


def number(value: str) -> int:
    """Return the primary key that a form or an address names; 0, which no row has, where it names none."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 18 else 0
