"""The states of a round and of a report. How one leads to another stands in `ratings.workflow`."""

from typing import Any

from django.db import models


class RoundState(models.TextChoices):
    PREPARING = "preparing", "in Vorbereitung"
    OPEN = "open", "offen"
    COORDINATING = "coordinating", "in Abstimmung"
    CLOSED = "closed", "abgeschlossen"


class ReportState(models.TextChoices):
    OPEN = "open", "offen"
    DRAFT = "draft", "Entwurf"
    AWAITING_APPROVAL = "awaiting_approval", "zur Freigabe"
    SUBMITTED = "submitted", "eingereicht"
    RETURNED = "returned", "zurückgegeben"
    DROPPED = "entfallen", "entfallen"

    @classmethod
    def with_the_unit(cls) -> list[Any]:
        """The unit still has something to do."""
        return [cls.OPEN, cls.DRAFT, cls.RETURNED, cls.AWAITING_APPROVAL]


class InquiryState(models.TextChoices):
    OPEN = "open", "offen"
    ANSWERED = "answered", "beantwortet"
    DONE = "done", "erledigt"
