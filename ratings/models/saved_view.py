from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils.crypto import get_random_string

from goals.models import Concept
from ratings.models.round import ReportingRound
from ratings.querysets import SavedViewQuerySet

NAME_LENGTH = 80
QUERY_LENGTH = 4000
CODE_LENGTH = 8
# Without letters and digits that are taken for each other when somebody reads a short link out.
_CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def new_code() -> str:
    """Return a code for a short link: 31^8, so that nobody finds one by trying."""
    return get_random_string(CODE_LENGTH, _CODE_LETTERS)


class SavedView(models.Model):
    """Ansicht: a selection of the overview (filters, order, columns, comparison) under a name, with a short link.

    It belongs to a person and a Konzept and shows its current round, or always the one it is pinned to. It holds no data:
    whoever opens it sees what their own rights show. It changes in `ratings.saved_views` alone.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views", verbose_name="Person")
    concept = models.ForeignKey(Concept, models.CASCADE, related_name="saved_views", verbose_name="Konzept")
    round = models.ForeignKey(
        ReportingRound, models.CASCADE, null=True, blank=True, related_name="saved_views", verbose_name="immer diese Runde"
    )
    name = models.CharField("Name", max_length=NAME_LENGTH)
    query = models.CharField("Auswahl", max_length=QUERY_LENGTH, blank=True, help_text="Geprüfte Angaben der Adresse.")
    is_shared = models.BooleanField("geteilt", default=False)
    is_start = models.BooleanField("Startansicht", default=False)
    code = models.CharField("Kurzlink", max_length=CODE_LENGTH, unique=True, default=new_code)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = "Ansicht"
        verbose_name_plural = "Ansichten"
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "concept", "name"], name="saved_view_name_once"),
            models.UniqueConstraint(fields=["owner", "concept"], condition=Q(is_start=True), name="saved_view_one_start"),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_name_given"),
            models.CheckConstraint(condition=Exact(Length("code"), CODE_LENGTH), name="saved_view_code_valid"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def short_path(self) -> str:
        """„/a/k7wq3mfp/“."""
        return reverse("ratings:short_link", args=[self.code])
