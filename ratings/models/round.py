from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from goals.models import Concept
from ratings.querysets import RoundQuerySet
from ratings.states import RoundState


class ReportingRound(models.Model):
    """Berichtsrunde: one pass over one Konzept, with or without ratings. Its state changes in `ratings.rounds` alone."""

    concept = models.ForeignKey(Concept, models.PROTECT, related_name="rounds", verbose_name="Konzept")
    slug = models.SlugField("Kurzname", max_length=80, unique=True, help_text="Steht in Adressen und Dateinamen.")
    title = models.CharField("Titel", max_length=160)
    has_ratings = models.BooleanField("mit Bewertung", default=True, help_text="Ohne Haken wird nur der Sachstand berichtet.")
    state = models.CharField("Stand", max_length=20, choices=RoundState, default=RoundState.PREPARING)
    opens_on = models.DateField("Beginn")
    due_on = models.DateField("Abgabe bis", help_text="Der letzte Tag, an dem Berichte rechtzeitig eingehen.")
    closes_on = models.DateField("Abschluss geplant am", null=True, blank=True)
    note = models.TextField("Hinweis an die Einheiten", blank=True)

    history = HistoricalRecords()
    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = "Berichtsrunde"
        verbose_name_plural = "Berichtsrunden"
        ordering = ["-opens_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["concept"],
                condition=~Q(state=RoundState.CLOSED),
                name="round_one_not_closed",
                violation_error_message="Für dieses Konzept gibt es schon eine Berichtsrunde, die nicht abgeschlossen ist.",
            ),
            models.CheckConstraint(condition=Q(state__in=RoundState.values), name="round_state_valid"),
            models.CheckConstraint(
                condition=Q(opens_on__lte=F("due_on")),
                name="round_due_after_opening",
                violation_error_message="Die Abgabefrist liegt vor dem Beginn.",
            ),
            models.CheckConstraint(
                condition=Q(closes_on__isnull=True) | Q(closes_on__gte=F("due_on")),
                name="round_closes_after_due",
                violation_error_message="Der geplante Abschluss liegt vor der Abgabefrist.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_state_display(self) -> str:  # type: ignore[no-redef]
        """In Django's place: the word depends on whether the round has ratings."""
        return RoundState(self.state).word(has_ratings=self.has_ratings)

    @property
    def is_live(self) -> bool:
        """Reports can be written and ratings agreed; for a single Maßnahme ask `is_live_for`."""
        return self.state in (RoundState.OPEN, RoundState.COORDINATING)

    @property
    def is_closed(self) -> bool:
        return self.state == RoundState.CLOSED

    @cached_property
    def reopened(self) -> frozenset[int]:
        """The Maßnahmen with an unfinished Nachtrag: one query if the round is closed, else none are possible."""
        if not self.is_closed:
            return frozenset()
        return frozenset(self.supplements.unfinished().order_by().values_list("measure_id", flat=True))

    def state_for(self, measure_id: int) -> RoundState:
        """THE state in which a Maßnahme of this round is: in a closed round that with an unfinished Nachtrag is in Abstimmung.

        What is read here was read when it was first asked for: whoever writes asks after the round was locked and read anew.
        """
        return RoundState.COORDINATING if measure_id in self.reopened else RoundState(self.state)

    def is_live_for(self, measure_id: int) -> bool:
        """Reports on this Maßnahme can be written and its rating agreed."""
        return self.state_for(measure_id) in (RoundState.OPEN, RoundState.COORDINATING)

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        self.__dict__.pop("reopened", None)
        super().refresh_from_db(*args, **kwargs)
