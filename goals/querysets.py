"""What a person sees of the Konzept: one `visible_to` for each queryset. Out of sight is 404."""

from datetime import timedelta
from typing import TYPE_CHECKING, Final, Self

from django.db import models
from django.utils import timezone

from goals.permissions import access_for

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from evalportal.accounts.models import User

# A table that was checked and not taken over is forgotten after this time; the file is still on the person's own disk.
UPLOADS_KEPT_FOR: Final = timedelta(days=7)


class ConceptQuerySet(models.QuerySet):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Konzepte in which `user` has any role; the text of a Konzept is open to everyone who works with it."""
        access = access_for(user)
        return self if access.everywhere else self.filter(pk__in=access.concept_ids)


class _OfConcept(models.QuerySet):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        access = access_for(user)
        return self if access.everywhere else self.filter(concept_id__in=access.concept_ids)


class GoalQuerySet(_OfConcept):
    pass


class MeasureQuerySet(_OfConcept):
    def in_order(self) -> Self:
        """As in the Anhang: Handlungsfeld, Herausforderung, Ziel, Position; the primary key decides ties."""
        return self.order_by(
            "goal__challenge__action_field__position", "goal__challenge__position", "goal__sort_key", "position", "pk"
        )

    def with_place(self) -> Self:
        """With everything above the Maßnahme, so that `number` and headings cost no further query."""
        return self.select_related("goal__challenge__action_field")


class ConceptImportQuerySet(models.QuerySet):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """What `user` uploaded and did not leave lying too long."""
        return self.current().filter(user_id=user.pk)

    def current(self) -> Self:
        return self.filter(created_at__gt=timezone.now() - UPLOADS_KEPT_FOR)


class OrgUnitQuerySet(models.QuerySet):
    def active(self) -> Self:
        return self.filter(is_active=True)
