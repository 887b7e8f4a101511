"""The states of a round and of a report. How one leads to another stands in `ratings.workflow`."""

from django.db import models


class RoundState(models.TextChoices):
    PREPARING = "preparing", "in Vorbereitung"
    OPEN = "open", "offen"
    COORDINATING = "coordinating", "in Abstimmung"
    CLOSED = "closed", "abgeschlossen"

    def word(self, *, has_ratings: bool) -> str:
        """The state in words: a round without ratings has nothing to agree on, its reports are looked through."""
        return "in Durchsicht" if self is RoundState.COORDINATING and not has_ratings else str(self.label)


class ReportState(models.TextChoices):
    OPEN = "open", "offen"
    DRAFT = "draft", "Entwurf"
    AWAITING_APPROVAL = "awaiting_approval", "zur Freigabe"
    SUBMITTED = "submitted", "eingereicht"
    RETURNED = "returned", "zurückgegeben"
    DROPPED = "entfallen", "entfallen"


class InquiryState(models.TextChoices):
    OPEN = "open", "offen"
    ANSWERED = "answered", "beantwortet"
    DONE = "done", "erledigt"


class MeetingState(models.TextChoices):
    PLANNED = "planned", "geplant"
    HELD = "held", "abgehalten"
