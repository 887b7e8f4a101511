from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from ratings.models.round import ReportingRound
from ratings.querysets import SnapshotQuerySet


class Snapshot(models.Model):
    """Stand der Runde: numbered frozen copy of a round's result. `data` never changes; `released_at` shows it to readers.

    `data` is written and read by `ratings.appendix` alone.
    """

    round = models.ForeignKey(ReportingRound, models.PROTECT, related_name="snapshots", verbose_name="Berichtsrunde")
    version = models.PositiveSmallIntegerField("Fassung")
    data = models.JSONField("Inhalt")
    gaps = models.JSONField("bestätigte Lücken", default=list, blank=True)
    reason = models.TextField("Anlass", blank=True, help_text="Warum es eine neue Fassung gibt.")
    created_at = models.DateTimeField("angelegt")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="angelegt von"
    )
    released_at = models.DateTimeField("freigegeben", null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="freigegeben von"
    )

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = "Stand der Runde"
        verbose_name_plural = "Stände der Runden"
        ordering = ["round", "version"]
        constraints = [
            models.UniqueConstraint(fields=["round", "version"], name="snapshot_version_unique"),
            models.CheckConstraint(condition=Q(version__gte=1), name="snapshot_version_from_one"),
        ]

    def __str__(self) -> str:
        return f"Fassung {self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None and set(kwargs.get("update_fields") or ["data"]) - {"released_at", "released_by"}:
            raise ValidationError("Ein Stand der Runde ändert sich nicht mehr.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise ValidationError("Ein Stand der Runde wird nicht gelöscht.")
