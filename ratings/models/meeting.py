from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from goals.models import Measure
from ratings.models.round import ReportingRound
from ratings.querysets import AgendaItemQuerySet, MeetingQuerySet
from ratings.states import MeetingState


class AgendaOrigin(models.TextChoices):
    """By which choice a Maßnahme came onto the agenda."""

    FIELD = "field", "Handlungsfeld"
    RECHECK = "recheck", "erneut prüfen"
    DISPUTED = "disputed", "uneinig"
    UNCLEAR = "unclear", "unklar"
    ANSWERED = "answered", "Rückfrage beantwortet"
    CHANGED = "changed", "verändert"
    CONTINUE = "continue", "➔"
    HAND = "hand", "von Hand"
    PUT_OFF = "put_off", "vertagt"


class AgendaOutcome(models.TextChoices):
    """What became of an item: agreed in rounds with ratings, noted in those without."""

    OPEN = "open", "offen"
    AGREED = "agreed", "abgestimmt"
    NOTED = "noted", "besprochen"
    PUT_OFF = "put_off", "vertagt"


class Meeting(models.Model):
    """Jour-fixe-Sitzung. Agenda and decisions change in `ratings.meetings` alone."""

    round = models.ForeignKey(ReportingRound, models.PROTECT, related_name="meetings", verbose_name="Berichtsrunde")
    title = models.CharField("Titel", max_length=160, blank=True)
    on = models.DateField("Tag")
    starts_at = models.TimeField("Beginn", null=True, blank=True)
    ends_at = models.TimeField("Ende", null=True, blank=True)
    place = models.CharField("Ort", max_length=160, blank=True)
    participants = models.TextField("Weitere Teilnehmende", blank=True, help_text="Eine Person je Zeile.")
    attendees = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="meetings", verbose_name="Teilnehmende aus dem Jour fixe"
    )
    state = models.CharField("Stand", max_length=10, choices=MeetingState, default=MeetingState.PLANNED)

    history = HistoricalRecords()
    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = "Jour-fixe-Sitzung"
        verbose_name_plural = "Jour-fixe-Sitzungen"
        ordering = ["on", "starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MeetingState.values), name="meeting_state_valid"),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True) | Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="meeting_ends_after_start",
                violation_error_message="Das Ende liegt vor dem Beginn.",
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"Jour fixe am {self.on:%d.%m.%Y}"

    @property
    def is_held(self) -> bool:
        return self.state == MeetingState.HELD


class AgendaItem(models.Model):
    """One Maßnahme on the agenda of one meeting; the order is that of the Konzept.

    `decided_at` is when the Jour fixe agreed on it, noted it or put it off; what the end of the meeting put off has none.
    """

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="items", verbose_name="Sitzung")
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="agenda_items", verbose_name="Maßnahme")
    origin = models.CharField("Auswahl", max_length=10, choices=AgendaOrigin)
    added_at = models.DateTimeField("auf der Tagesordnung seit", default=timezone.now)
    outcome = models.CharField("Ergebnis", max_length=10, choices=AgendaOutcome, default=AgendaOutcome.OPEN)
    decided_at = models.DateTimeField("entschieden", null=True, blank=True)
    note = models.TextField("Notiz für das Protokoll", blank=True)

    history = HistoricalRecords()
    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        verbose_name = "Punkt der Tagesordnung"
        verbose_name_plural = "Punkte der Tagesordnung"
        ordering = ["meeting", "measure__goal__sort_key", "measure__position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "measure"], name="agenda_item_once"),
            models.CheckConstraint(condition=Q(origin__in=AgendaOrigin.values), name="agenda_item_origin_valid"),
            models.CheckConstraint(condition=Q(outcome__in=AgendaOutcome.values), name="agenda_item_outcome_valid"),
            models.CheckConstraint(
                condition=~Q(outcome__in=[AgendaOutcome.AGREED, AgendaOutcome.NOTED]) | Q(decided_at__isnull=False),
                name="agenda_item_agreed_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Punkt {self.meeting_id}/{self.measure_id}"

    def clean(self) -> None:
        """The Maßnahme belongs to the Konzept of the round."""
        if self.measure.concept_id != self.meeting.round.concept_id:
            raise ValidationError("Diese Maßnahme gehört zu einem anderen Konzept.")

    @property
    def is_open(self) -> bool:
        return self.outcome == AgendaOutcome.OPEN

    @property
    def is_done(self) -> bool:
        """Agreed or noted in this meeting."""
        return self.outcome in (AgendaOutcome.AGREED, AgendaOutcome.NOTED)


__all__ = ["AgendaItem", "AgendaOrigin", "AgendaOutcome", "Meeting", "MeetingState"]
