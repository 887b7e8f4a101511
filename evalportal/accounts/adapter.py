from typing import Any

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Local accounts made by the administration: nobody signs up."""

    def is_open_for_signup(self, request: Any) -> bool:
        return False
