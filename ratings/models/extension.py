from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from goals.models import Measure, OrgUnit
from ratings.models.round import ReportingRound


class DueExtension(models.Model):
    """Fristverlängerung in one round: for a unit, for a Maßnahme, or for one unit's report on one Maßnahme.

    Grant and withdraw with `ratings.deadlines`, which keeps the date within the round.
    """

    round = models.ForeignKey(ReportingRound, models.CASCADE, related_name="extensions", verbose_name="Berichtsrunde")
    unit = models.ForeignKey(
        OrgUnit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="Organisationseinheit"
    )
    measure = models.ForeignKey(Measure, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="Maßnahme")
    due_on = models.DateField("Abgabe bis")
    reason = models.TextField("Begründung")
    granted_at = models.DateTimeField("verlängert")
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="verlängert von"
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = "Fristverlängerung"
        verbose_name_plural = "Fristverlängerungen"
        ordering = ["round", "due_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(unit__isnull=False) | Q(measure__isnull=False), name="extension_for_something"),
            models.CheckConstraint(condition=~Q(reason=""), name="extension_reason_given"),
            models.UniqueConstraint(fields=["round", "unit"], condition=Q(measure__isnull=True), name="extension_once_per_unit"),
            models.UniqueConstraint(
                fields=["round", "measure"], condition=Q(unit__isnull=True), name="extension_once_per_measure"
            ),
            models.UniqueConstraint(fields=["round", "unit", "measure"], name="extension_once_per_report"),
        ]

    def __str__(self) -> str:
        return f"{self.whom}: bis {self.due_on:%d.%m.%Y}"

    @property
    def whom(self) -> str:
        """What the longer deadline is for: „Fachdienst Jugend, 20.1“. Needs `unit` and `measure__goal`; select them in lists."""
        return ", ".join(str(part) for part in (self.unit, self.measure and self.measure.number) if part)
