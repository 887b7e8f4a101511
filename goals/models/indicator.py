from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from goals.models.concept import Concept
from goals.models.goal import Goal


class Indicator(models.Model):
    """Kennzahl: a series of dated values with their source, or the reason why it cannot be evaluated."""

    concept = models.ForeignKey(Concept, models.CASCADE, related_name="indicators", verbose_name="Konzept")
    goal = models.ForeignKey(Goal, models.SET_NULL, null=True, blank=True, related_name="indicators", verbose_name="Ziel")
    title = models.CharField("Bezeichnung", max_length=200)
    unit = models.CharField("Einheit", max_length=40, help_text="Zum Beispiel „Prozent“ oder „Personen“.")
    source = models.TextField("Quelle")
    not_evaluable_reason = models.TextField("Nicht auswertbar, weil", blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "Kennzahl"
        verbose_name_plural = "Kennzahlen"
        ordering = ["concept", "title", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["concept", "title"], name="indicator_title_unique"),
            models.CheckConstraint(condition=~Q(source=""), name="indicator_source_given"),
        ]

    def __str__(self) -> str:
        return self.title


class IndicatorValue(models.Model):
    """One value of a Kennzahl. `period` says in words what it covers („2013“, „Ende 2022“), `on` sorts it.

    `qualifier` keeps „rund“, „knapp“, „fast“ and „mehr als“ of the source.
    """

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="values", verbose_name="Kennzahl")
    on = models.DateField("Stichtag")
    period = models.CharField("Zeitraum", max_length=60)
    value = models.DecimalField("Wert", max_digits=14, decimal_places=2)
    qualifier = models.CharField("Einschränkung", max_length=40, blank=True, help_text="„rund“, „knapp“, „mehr als“")

    class Meta:
        verbose_name = "Wert einer Kennzahl"
        verbose_name_plural = "Werte von Kennzahlen"
        ordering = ["indicator", "on", "pk"]
        constraints = [models.UniqueConstraint(fields=["indicator", "on"], name="indicator_value_date_unique")]

    def __str__(self) -> str:
        return f"{self.indicator_id}: {self.period}"
