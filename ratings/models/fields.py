"""The two abstract sets of fields that proposal, submission and agreed rating share (DESIGN.md, section 2)."""

from django.db import models
from django.db.models import Q

from ratings.scheme import Grade, Marker

# Kurzfassung: at most this many characters (issue „From the Konzept to the Anhang“, point 7).
SUMMARY_LIMIT = 400


class ObstacleCategory(models.TextChoices):
    """Why a Maßnahme got stuck, by the reasons that section 4 of the report names."""

    STAFF = "staff", "fehlendes Personal"
    MONEY = "money", "fehlende Mittel"
    COMPETENCE = "competence", "fehlende Zuständigkeit"
    LAW = "law", "Recht oder Datenschutz"
    PARTNERS = "partners", "Beteiligte außerhalb der Kreisverwaltung"
    DEMAND = "demand", "zu geringe oder zu hohe Nachfrage"
    EVENTS = "events", "äußere Ereignisse"
    OTHER = "other", "anderes"


class RatingFields(models.Model):
    """Grade and voted markers. A null marker is „nicht überliefert“ and never counts as „no“."""

    grade = models.CharField("Zielerreichungsgrad", max_length=10, choices=Grade, null=True, blank=True)  # noqa: DJ001  null is „nicht bewertet“
    routine = models.BooleanField(Marker.ROUTINE.label, null=True, blank=True, default=False)
    continuation = models.BooleanField(Marker.CONTINUE.label, null=True, blank=True, default=False)
    influence = models.BooleanField(Marker.INFLUENCE.label, null=True, blank=True, default=False)
    conditions = models.BooleanField(Marker.CONDITIONS.label, null=True, blank=True, default=False)

    class Meta:
        abstract = True

    @property
    def grade_value(self) -> Grade | None:
        return Grade.parse(self.grade)

    @property
    def marker_values(self) -> dict[Marker, bool | None]:
        return {marker: getattr(self, marker.value) for marker in Marker.voted()}

    @property
    def set_markers(self) -> list[Marker]:
        return [marker for marker in Marker.voted() if getattr(self, marker.value)]


def grade_valid(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(grade__isnull=True) | Q(grade__in=Grade.values), name=name)


def markers_given(name: str) -> models.CheckConstraint:
    """A unit always says yes or no; only imported results know „nicht überliefert“."""
    return models.CheckConstraint(condition=Q(**{f"{marker.value}__isnull": False for marker in Marker.voted()}), name=name)


def obstacle_category_valid(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(obstacle_category__in=["", *ObstacleCategory.values]), name=name)


class ContentFields(models.Model):
    """What a unit writes about a Maßnahme. A draft accepts anything; `ratings.completeness` says what a submission needs."""

    situation = models.TextField("Sachstand", blank=True)
    summary = models.TextField("Kurzfassung", blank=True)
    as_of = models.DateField("Stand", null=True, blank=True)
    rationale = models.TextField("Begründung", blank=True)
    obstacle_category = models.CharField("Art der Hemmnisse", max_length=20, choices=ObstacleCategory, blank=True)
    obstacles = models.TextField("Hemmnisse", blank=True)
    solution = models.TextField("Lösungsansatz", blank=True)
    unclear_note = models.TextField("Warum ist der Stand unklar?", blank=True)
    influence_note = models.TextField("Was ist an der Zuständigkeit oder dem Einfluss fraglich?", blank=True)
    conditions_note = models.TextField("Welche Rahmenbedingungen haben sich verändert?", blank=True)
    next_step = models.TextField("Nächster Schritt", blank=True)
    next_step_on = models.DateField("Nächster Schritt bis", null=True, blank=True)
    successes = models.TextField("Erfolge", blank=True)
    target_group = models.TextField("Zielgruppe", blank=True)
    partners = models.TextField("Kooperationspartner", blank=True)
    resources = models.TextField("Ressourcen", blank=True)
    evidence = models.TextField("Belege", blank=True)
    internal_note = models.TextField("Interne Notiz", blank=True)

    class Meta:
        abstract = True

    @classmethod
    def content_names(cls) -> tuple[str, ...]:
        """Names of the content and rating fields, in the order of the form."""
        return tuple(field.name for field in (*ContentFields._meta.fields, *RatingFields._meta.fields))

    @classmethod
    def asked_names(cls, *, has_ratings: bool) -> tuple[str, ...]:
        """Names of the fields that a round asks for: an interim Sachstand leaves out the proposal and what explains it."""
        return tuple(name for name in cls.content_names() if has_ratings or name not in _OF_PROPOSAL)


# What the search finds in a report, the Kurzfassung first; never the „Interne Notiz“, which is for the unit alone.
SEARCHED_TEXTS = (
    "summary",
    "situation",
    "rationale",
    "obstacles",
    "solution",
    "unclear_note",
    "influence_note",
    "conditions_note",
    "next_step",
    "successes",
    "target_group",
    "partners",
    "resources",
    "evidence",
)

# Grade and Kennzeichen, and the fields that only they ask for.
_OF_PROPOSAL = frozenset(
    {
        *(field.name for field in RatingFields._meta.fields),
        "rationale",
        "obstacle_category",
        "obstacles",
        "solution",
        "unclear_note",
        "influence_note",
        "conditions_note",
        "next_step",
        "next_step_on",
    }
)
