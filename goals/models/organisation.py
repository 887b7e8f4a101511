from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from goals.models.concept import Concept
from goals.models.goal import Measure
from goals.models.search import SearchField
from goals.querysets import OrgUnitQuerySet
from goals.roles import Role

__all__ = ["Deputy", "Membership", "OrgUnit", "Responsibility", "ResponsibilityRole", "Role"]


class OrgUnit(models.Model):
    """Organisationseinheit: a node of the tree of units, inside the county or outside it (`is_external`: nobody signs in).

    A unit that was merged into another or replaced by it keeps its rows and names the `successor`; it is deactivated, never deleted.
    """

    slug = models.SlugField("Kürzel", max_length=60, unique=True)
    name = models.CharField("Name", max_length=160)
    short_name = models.CharField("Kurzname", max_length=60)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="gehört zu")
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="former_units", verbose_name="Nachfolgerin"
    )
    is_external = models.BooleanField("extern", default=False, help_text="Außerhalb der Kreisverwaltung, ohne Anmeldung.")
    is_active = models.BooleanField("aktiv", default=True)
    requires_approval = models.BooleanField(
        "mit Freigabe", default=False, help_text="Berichte gehen erst nach Freigabe in der Einheit an den Jour fixe."
    )
    note = models.TextField("Anmerkung", blank=True, help_text="Zum Beispiel die Fundstelle im Bericht.")
    search = SearchField(of=("name", "short_name"))

    history = HistoricalRecords(excluded_fields=["search"])
    objects = OrgUnitQuerySet.as_manager()

    class Meta:
        verbose_name = "Organisationseinheit"
        verbose_name_plural = "Organisationseinheiten"
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(parent__isnull=True) | ~Q(parent=F("pk")), name="unit_not_its_own_parent"),
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | ~Q(successor=F("pk")), name="unit_not_its_own_successor"
            ),
            models.CheckConstraint(condition=Q(successor__isnull=True) | Q(is_active=False), name="unit_with_successor_inactive"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        for field, verb in (("parent", "gehört schon zu"), ("successor", "wird schon abgelöst von")):
            seen, other = {self.pk}, getattr(self, field)
            while other is not None:
                if other.pk in seen:
                    raise ValidationError({field: f"Das ergäbe einen Kreis: „{other}“ {verb} dieser Einheit."})
                seen.add(other.pk)
                other = getattr(other, field)


class ResponsibilityRole(models.TextChoices):
    LEAD = "lead", "federführend"
    CONTRIBUTING = "contributing", "Zuarbeit"


class Responsibility(models.Model):
    """Zuständigkeit of a unit for a Maßnahme. After a change call `ratings.rounds.sync_owed()` for the open round."""

    measure = models.ForeignKey(Measure, models.CASCADE, related_name="responsibilities", verbose_name="Maßnahme")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="responsibilities", verbose_name="Organisationseinheit")
    role = models.CharField("Art", max_length=20, choices=ResponsibilityRole, default=ResponsibilityRole.LEAD)
    source = models.CharField("Fundstelle", max_length=300, blank=True, help_text="Wo die Zuständigkeit festgelegt ist.")

    history = HistoricalRecords()

    class Meta:
        verbose_name = "Zuständigkeit"
        verbose_name_plural = "Zuständigkeiten"
        ordering = ["measure", "-role", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["measure", "unit"], name="responsibility_once_per_unit"),
            models.UniqueConstraint(
                fields=["measure"],
                condition=Q(role=ResponsibilityRole.LEAD),
                name="responsibility_one_lead",
                violation_error_message="Für diese Maßnahme ist schon eine Einheit federführend.",
            ),
            models.CheckConstraint(condition=Q(role__in=ResponsibilityRole.values), name="responsibility_role_valid"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} ({self.get_role_display()})"


class Membership(models.Model):
    """A role of a person: in one unit (with its sub-units or not) or without a unit; in one Konzept or in all."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name="Person")
    role = models.CharField("Rolle", max_length=20, choices=Role)
    unit = models.ForeignKey(
        OrgUnit, models.PROTECT, null=True, blank=True, related_name="memberships", verbose_name="Organisationseinheit"
    )
    with_subunits = models.BooleanField("mit Untereinheiten", default=False)
    concept = models.ForeignKey(
        Concept,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name="Konzept",
        help_text="Leer: alle.",
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = "Rolle einer Person"
        verbose_name_plural = "Rollen von Personen"
        ordering = ["user", "role", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_valid"),
            models.CheckConstraint(
                condition=Q(role__in=Role.in_units(), unit__isnull=False) | (~Q(role__in=Role.in_units()) & Q(unit__isnull=True)),
                name="membership_unit_fits_role",
                violation_error_message="Diese Rolle verlangt eine Organisationseinheit oder schließt sie aus.",
            ),
            models.UniqueConstraint(
                fields=["user", "role"], condition=Q(unit__isnull=True, concept__isnull=True), name="membership_once"
            ),
            models.UniqueConstraint(
                fields=["user", "role", "concept"], condition=Q(unit__isnull=True), name="membership_once_per_concept"
            ),
            models.UniqueConstraint(
                fields=["user", "role", "unit"], condition=Q(concept__isnull=True), name="membership_once_per_unit"
            ),
            models.UniqueConstraint(fields=["user", "role", "unit", "concept"], name="membership_once_per_unit_and_concept"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}{f', {self.unit}' if self.unit_id else ''}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.unit_id is None:
            self.with_subunits = False
        super().save(*args, **kwargs)


class Deputy(models.Model):
    """Vertretung: `deputy` reports for `absent` in `unit`, first and last day included, until `ended_at` if it was ended early.

    It counts only as long as `absent` has a role in the unit themselves; see `goals.permissions.load_access`.
    """

    absent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="deputies_given", verbose_name="vertretene Person"
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="deputies_received", verbose_name="Vertretung"
    )
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="deputies", verbose_name="Organisationseinheit")
    concept = models.ForeignKey(
        Concept,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="deputies",
        verbose_name="Konzept",
        help_text="Leer: alle.",
    )
    from_on = models.DateField("von")
    until_on = models.DateField("bis", help_text="Der letzte Tag der Vertretung.")
    note = models.CharField("Anmerkung", max_length=300, blank=True)
    ended_at = models.DateTimeField("vorzeitig beendet", null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "Vertretung"
        verbose_name_plural = "Vertretungen"
        ordering = ["-from_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_on__lte=F("until_on")),
                name="deputy_dates_in_order",
                violation_error_message="Das Ende der Vertretung liegt vor ihrem Beginn.",
            ),
            models.CheckConstraint(
                condition=~Q(absent=F("deputy")),
                name="deputy_not_oneself",
                violation_error_message="Niemand vertritt sich selbst.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deputy} für {self.absent}, {self.unit}"
