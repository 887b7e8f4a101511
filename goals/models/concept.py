from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from goals.querysets import ConceptQuerySet


class Concept(models.Model):
    """A municipal Konzept as it was resolved. `is_example` marks fictional data: every page and file of it says so."""

    slug = models.SlugField("Kurzname", max_length=80, unique=True, help_text="Steht in Adressen und Dateinamen.")
    title = models.CharField("Titel", max_length=200)
    short_title = models.CharField("Kurztitel", max_length=80)
    period_start = models.DateField("Laufzeit von")
    period_end = models.DateField("Laufzeit bis")
    resolution = models.TextField("Beschluss", blank=True, help_text="Wer das Konzept wann beschlossen hat.")
    is_example = models.BooleanField("Beispieldaten", default=False)

    history = HistoricalRecords()
    objects = ConceptQuerySet.as_manager()

    class Meta:
        verbose_name = "Konzept"
        verbose_name_plural = "Konzepte"
        ordering = ["-period_start", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(period_start__lte=F("period_end")),
                name="concept_period_in_order",
                violation_error_message="Das Ende der Laufzeit liegt vor ihrem Anfang.",
            )
        ]

    def __str__(self) -> str:
        return self.title


class ActionField(models.Model):
    """Handlungsfeld: the first level of a Konzept, in its order."""

    concept = models.ForeignKey(Concept, models.CASCADE, related_name="action_fields", verbose_name="Konzept")
    position = models.PositiveSmallIntegerField("Position")
    title = models.CharField("Titel", max_length=200)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "Handlungsfeld"
        verbose_name_plural = "Handlungsfelder"
        ordering = ["concept", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["concept", "position"], name="action_field_position_unique")]

    def __str__(self) -> str:
        return self.title


class Challenge(models.Model):
    """Herausforderung: the heading inside a Handlungsfeld under which Ziele stand."""

    action_field = models.ForeignKey(ActionField, models.CASCADE, related_name="challenges", verbose_name="Handlungsfeld")
    position = models.PositiveSmallIntegerField("Position")
    title = models.CharField("Titel", max_length=300)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "Herausforderung"
        verbose_name_plural = "Herausforderungen"
        ordering = ["action_field", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["action_field", "position"], name="challenge_position_unique")]

    def __str__(self) -> str:
        return self.title
