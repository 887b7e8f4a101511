"""The states of a round and of a report. How one leads to another stands in `ratings.workflow`."""

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


class InquiryState(models.TextChoices):
    OPEN = "open", "offen"
    ANSWERED = "answered", "beantwortet"
    DONE = "done", "erledigt"
