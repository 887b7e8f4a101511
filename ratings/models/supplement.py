from django.conf import settings
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from goals.models import Measure
from ratings.models.round import ReportingRound
from ratings.models.snapshot import Snapshot
from ratings.querysets import SupplementQuerySet


class Supplement(models.Model):
    """Nachtrag: one Maßnahme of a closed round that was opened again, with the reason. The round itself stays closed.

    While it is unfinished, the reports of this Maßnahme are written and its rating is agreed as in the Abstimmung
    (`ReportingRound.state_for`). Finished, it names the version it led to; without one it was discarded. It changes in
    `ratings.supplements` alone.
    """

    round = models.ForeignKey(ReportingRound, models.PROTECT, related_name="supplements", verbose_name="Berichtsrunde")
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="supplements", verbose_name="Maßnahme")
    reason = models.TextField("Begründung")
    opened_at = models.DateTimeField("geöffnet")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="geöffnet von"
    )
    finished_at = models.DateTimeField("beendet", null=True, blank=True)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="beendet von"
    )
    snapshot = models.OneToOneField(
        Snapshot, models.PROTECT, null=True, blank=True, related_name="supplement", verbose_name="Fassung"
    )

    history = HistoricalRecords()
    objects = SupplementQuerySet.as_manager()

    class Meta:
        verbose_name = "Nachtrag"
        verbose_name_plural = "Nachträge"
        ordering = ["round", "opened_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "measure"], condition=Q(finished_at__isnull=True), name="supplement_one_unfinished"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="supplement_reason_given"),
            models.CheckConstraint(
                condition=Q(snapshot__isnull=True) | Q(finished_at__isnull=False), name="supplement_version_when_finished"
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("opened_at")),
                name="supplement_finished_after_opening",
            ),
        ]

    def __str__(self) -> str:
        return f"Nachtrag zu {self.measure.number}"

    @property
    def is_open(self) -> bool:
        return self.finished_at is None

    @property
    def is_discarded(self) -> bool:
        return self.finished_at is not None and self.snapshot_id is None
