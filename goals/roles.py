from typing import Any

from django.db import models


class Role(models.TextChoices):
    """The roles of DESIGN.md, section 4. What each may do stands in `ratings.permissions`."""

    REPORTER = "reporter", "Berichterstattung"
    APPROVER = "approver", "Freigabe"
    BOARD = "board", "Mitglied im Jour fixe"
    RECORDER = "recorder", "Protokoll"
    COORDINATOR = "coordinator", "Evaluationsleitung"
    READER = "reader", "Lesen"

    @classmethod
    def in_units(cls) -> list[Any]:
        """Roles that someone has in a unit; all others are without one."""
        return [cls.REPORTER, cls.APPROVER]
