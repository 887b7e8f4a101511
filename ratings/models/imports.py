from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from ratings.models.round import ReportingRound
from ratings.querysets import ImportDraftQuerySet

# How long somebody may look at the preview before the file has to be uploaded again.
KEPT_FOR = timedelta(days=1)


class ImportKind(models.TextChoices):
    """Which sheet was read."""

    DATA = "data", "Daten"
    REPORTS = "reports", "Berichte"


class ImportDraft(models.Model):
    """A list that was uploaded and checked and is not applied yet: exactly the changes that its preview shows.

    It belongs to the person who uploaded it and expires (`KEPT_FOR`). Applied, it keeps who and when and no contents: what was
    changed stands in the history of what was changed, and drafts leave none (DESIGN.md, section 4, rules 6 and 8).
    """

    round = models.ForeignKey(ReportingRound, models.PROTECT, related_name="imports", verbose_name="Berichtsrunde")
    kind = models.CharField("Blatt", max_length=10, choices=ImportKind)
    file_name = models.CharField("Datei", max_length=200)
    payload = models.JSONField("geprüfte Änderungen", default=dict)
    uploaded_at = models.DateTimeField("hochgeladen")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="hochgeladen von")
    applied_at = models.DateTimeField("übernommen", null=True, blank=True)

    objects = ImportDraftQuerySet.as_manager()

    class Meta:
        verbose_name = "eingelesene Liste"
        verbose_name_plural = "eingelesene Listen"
        ordering = ["-uploaded_at", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=ImportKind.values), name="import_draft_kind_valid")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_expired(self) -> bool:
        return self.applied_at is None and self.uploaded_at < timezone.now() - KEPT_FOR
