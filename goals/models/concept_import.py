from django.conf import settings
from django.db import models

from goals.models.concept import Concept
from goals.querysets import ConceptImportQuerySet


class ConceptImport(models.Model):
    """A table of a Konzept that was read and found free of errors, until it is taken over: `plan` is what `goals.imports` made of it.

    It belongs to the person who uploaded it. `concept` is the one that it changes; without it a new one comes of it.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="hochgeladen von")
    concept = models.ForeignKey(Concept, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="Konzept")
    file_name = models.CharField("Datei", max_length=200)
    plan = models.JSONField("Inhalt")
    created_at = models.DateTimeField("hochgeladen")

    objects = ConceptImportQuerySet.as_manager()

    class Meta:
        verbose_name = "hochgeladene Tabelle"
        verbose_name_plural = "hochgeladene Tabellen"
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name
