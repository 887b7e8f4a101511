from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from goals.models.concept import Challenge, Concept
from goals.models.search import SearchField
from goals.querysets import GoalQuerySet, MeasureQuerySet
from goals.text import sort_key


class GoalKind(models.TextChoices):
    """Zielart, from section 4 of the report: why one yardstick does not fit all Ziele."""

    PROCESS = "process", "Prozessziel"
    PROJECT = "project", "Projektziel"
    QUANTITATIVE = "quantitative", "quantitatives Ziel"
    UNCLASSIFIED = "unclassified", "nicht zugeordnet"


class Goal(models.Model):
    """Ziel: orientation for its Maßnahmen. It never gets a grade (DESIGN.md, section 4, rule 1)."""

    concept = models.ForeignKey(Concept, models.CASCADE, related_name="goals", verbose_name="Konzept")
    challenge = models.ForeignKey(Challenge, models.CASCADE, related_name="goals", verbose_name="Herausforderung")
    number = models.CharField("Nummer", max_length=20)
    sort_key = models.CharField(max_length=120, editable=False)
    text = models.TextField("Zielbeschreibung")
    kind = models.CharField("Zielart", max_length=20, choices=GoalKind, default=GoalKind.UNCLASSIFIED)
    search = SearchField(of=("text",))

    history = HistoricalRecords(excluded_fields=["search"])
    objects = GoalQuerySet.as_manager()

    class Meta:
        verbose_name = "Ziel"
        verbose_name_plural = "Ziele"
        ordering = ["concept", "sort_key", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["concept", "number"], name="goal_number_unique"),
            models.CheckConstraint(condition=Q(kind__in=GoalKind.values), name="goal_kind_valid"),
        ]

    def __str__(self) -> str:
        return f"Ziel {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sort_key = sort_key(self.number)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        if self.challenge_id and self.challenge.action_field.concept_id != self.concept_id:
            raise ValidationError({"challenge": "Die Herausforderung gehört zu einem anderen Konzept."})


class Measure(models.Model):
    """Maßnahme: the only thing that is rated.

    People read it as „20.1“ (Ziel.Position; titles repeat), machines know it by `key`, which never changes.
    `goal_number` stands here too, so that „20.1“ can be shown without a join.
    """

    concept = models.ForeignKey(Concept, models.CASCADE, related_name="measures", verbose_name="Konzept")
    goal = models.ForeignKey(Goal, models.CASCADE, related_name="measures", verbose_name="Ziel")
    position = models.PositiveSmallIntegerField("Position")
    key = models.CharField("Schlüssel", max_length=40, help_text="Unveränderlich; steht in jeder ausgegebenen Datei.")
    title = models.CharField("Titel", max_length=300)
    is_mandatory = models.BooleanField("Pflichtaufgabe (P)", default=False)
    predecessors = models.ManyToManyField(
        "self", symmetrical=False, related_name="followers", blank=True, verbose_name="Vorgänger in einem früheren Konzept"
    )
    search = SearchField(of=("title",))

    history = HistoricalRecords(excluded_fields=["search"])
    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = "Maßnahme"
        verbose_name_plural = "Maßnahmen"
        ordering = ["concept", "goal__sort_key", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["concept", "key"], name="measure_key_unique"),
            models.UniqueConstraint(fields=["goal", "position"], name="measure_position_unique"),
            models.CheckConstraint(condition=~Q(key=""), name="measure_key_given"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def number(self) -> str:
        """„20.1“: number of the Ziel and position in it. Needs `goal`; select it in lists."""
        return f"{self.goal.number}.{self.position}"

    def clean(self) -> None:
        if self.goal_id and self.goal.concept_id != self.concept_id:
            raise ValidationError({"goal": "Das Ziel gehört zu einem anderen Konzept."})
        if self.pk and type(self).objects.filter(pk=self.pk).exclude(key=self.key).exists():
            raise ValidationError({"key": "Der Schlüssel einer Maßnahme ändert sich nicht."})
