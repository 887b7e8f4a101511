from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from evalportal.accounts.models import User


class SignedInRequest(HttpRequest):
    """A request behind the sign-in: `evalportal.middleware` lets nobody else through. For annotations only."""

    user: "User"
