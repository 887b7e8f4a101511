"""What a person sees of rounds and reports: one `visible_to` for each queryset. Out of sight is 404."""

from typing import TYPE_CHECKING, Any, Self, TypeAlias

from django.db import models
from django.db.models import Exists, OuterRef, Q

from goals.permissions import access_for
from goals.roles import Role
from ratings.states import InquiryState, ReportState, RoundState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from evalportal.accounts.models import User

    Person: TypeAlias = "User | AnonymousUser"

# Everyone but readers works inside the evaluation and reads submissions and the overview (DESIGN.md, section 4, roles).
INSIDE = frozenset(Role) - {Role.READER}
UNIT_ROLES = frozenset({Role.REPORTER, Role.APPROVER})
# Who belongs to the Jour fixe.
LEADING = frozenset({Role.BOARD, Role.RECORDER, Role.COORDINATOR})


def _in_concepts(path: str, roles: frozenset[Role], user: "Person") -> Q:
    """Rows whose Konzept (reached by `path`) is one in which `user` has one of `roles`."""
    everywhere, concept_ids = access_for(user).concepts_of(roles)
    # Not an empty Q: combined by „or“ it would vanish instead of meaning „all“.
    return Q(pk__isnull=False) if everywhere else Q(**{f"{path}concept__in": concept_ids})


class RoundQuerySet(models.QuerySet):
    def visible_to(self, user: "Person") -> Self:
        """All rounds of one's Konzepte, those in preparation for the Evaluationsleitung alone; for readers the released ones."""
        snapshots: Any = self.model._meta.get_field("snapshots").related_model
        released = Exists(snapshots._default_manager.filter(round=OuterRef("pk"), released_at__isnull=False))
        return self.filter(
            (_in_concepts("", INSIDE, user) & ~Q(state=RoundState.PREPARING))
            | _in_concepts("", frozenset({Role.COORDINATOR}), user)
            | (_in_concepts("", frozenset({Role.READER}), user) & Q(released))
        )

    def inside(self, user: "Person") -> Self:
        """Rounds whose submissions and live overview `user` reads."""
        return self.filter(_in_concepts("", INSIDE, user))


class ReportQuerySet(models.QuerySet):
    def visible_to(self, user: "Person") -> Self:
        """Every report is known inside the evaluation: its state, its submissions. Its draft is not (`DraftQuerySet`)."""
        return self.filter(_in_concepts("round__", INSIDE, user))

    def of_units(self, user: "Person", concept_id: int) -> Self:
        """Reports of the units in which `user` writes or approves."""
        return self.filter(unit__in=access_for(user).units(UNIT_ROLES, concept_id))

    def owed(self) -> Self:
        return self.exclude(state=ReportState.DROPPED)

    def with_place(self) -> Self:
        return self.select_related("unit", "measure__goal__challenge__action_field")

    def in_order(self) -> Self:
        """As in the Anhang, the lead first."""
        return self.order_by(
            "measure__goal__challenge__action_field__position",
            "measure__goal__challenge__position",
            "measure__goal__sort_key",
            "measure__position",
            "-role",
            "unit__name",
            "pk",
        )


class DraftQuerySet(models.QuerySet):
    def visible_to(self, user: "Person") -> Self:
        """Drafts of one's own units; the Evaluationsleitung sees those that it wrote itself „im Auftrag“."""
        access = access_for(user)
        own = Q()
        for grant in access.grants:
            if grant.role in UNIT_ROLES:
                mine = Q(report__unit__in=grant.unit_ids)
                if grant.concept_id is not None:
                    mine &= Q(report__round__concept=grant.concept_id)
                own |= mine
        behalf = Q(on_behalf=True) & _in_concepts("report__round__", frozenset({Role.COORDINATOR}), user)
        return self.filter(own | behalf) if own else self.filter(behalf)


class _Evidence(models.QuerySet):
    """Rows that are never changed or deleted, also not many at once."""

    def update(self, **kwargs: Any) -> int:
        raise TypeError(f"{self.model.__name__} does not change.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError(f"{self.model.__name__} is not deleted.")

    update.alters_data = delete.alters_data = True  # type: ignore[attr-defined]


class SubmissionQuerySet(_Evidence):
    def visible_to(self, user: "Person") -> Self:
        return self.filter(_in_concepts("report__round__", INSIDE, user))

    def newest(self) -> Self:
        """The newest submission of each report."""
        newer = self.model._default_manager.filter(report=OuterRef("report"), number__gt=OuterRef("number"))
        return self.filter(~Exists(newer))

    def counting(self) -> Self:
        """The newest submission of each report that stands: not withdrawn, not entfallen."""
        return self.newest().filter(report__retracted=False).exclude(report__state=ReportState.DROPPED)


class InquiryQuerySet(models.QuerySet):
    def visible_to(self, user: "Person") -> Self:
        return self.filter(_in_concepts("report__round__", INSIDE, user))

    def pending(self) -> Self:
        """Those the unit has not answered yet."""
        return self.filter(state=InquiryState.OPEN)


class AgreedRatingQuerySet(models.QuerySet):
    def visible_to(self, user: "Person") -> Self:
        return self.filter(_in_concepts("round__", INSIDE, user))


class SnapshotQuerySet(_Evidence):
    def visible_to(self, user: "Person") -> Self:
        """All snapshots inside the evaluation, released ones for readers."""
        return self.filter(
            _in_concepts("round__", INSIDE, user)
            | (_in_concepts("round__", frozenset({Role.READER}), user) & Q(released_at__isnull=False))
        )

    def newest_released(self) -> Self:
        """The newest version of each round, where that one is released: only there the live result is what readers may know."""
        newer = self.model._default_manager.filter(round=OuterRef("round"), version__gt=OuterRef("version"))
        return self.filter(~Exists(newer), released_at__isnull=False)


class SupplementQuerySet(models.QuerySet):
    def visible_to(self, user: "Person") -> Self:
        """Nachträge are known inside the evaluation; readers see the versions they lead to, once released."""
        return self.filter(_in_concepts("round__", INSIDE, user))

    def unfinished(self) -> Self:
        return self.filter(finished_at__isnull=True)


class MeetingQuerySet(models.QuerySet):
    def visible_to(self, user: "Person") -> Self:
        """Sittings of the Jour fixe, for its members."""
        return self.filter(_in_concepts("round__", LEADING, user))


class AgendaItemQuerySet(models.QuerySet):
    def in_order(self) -> Self:
        """As in the Anhang, with everything above the Maßnahme."""
        place = "measure__goal__challenge__action_field"
        return self.select_related(place).order_by(
            f"{place}__position", "measure__goal__challenge__position", "measure__goal__sort_key", "measure__position", "pk"
        )


class FieldSummaryQuerySet(models.QuerySet):
    def visible_to(self, user: "Person") -> Self:
        """Chapters being written are for the Jour fixe; readers get them with a released version."""
        return self.filter(_in_concepts("round__", LEADING, user))


class ChapterTextsQuerySet(_Evidence):
    pass


class ImportDraftQuerySet(models.QuerySet):
    def visible_to(self, user: "Person") -> Self:
        """What was uploaded belongs to the person who did."""
        return self.filter(uploaded_by=user.pk) if user.pk else self.none()


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, user: "Person") -> Self:
        """One's own Ansichten and the shared ones, in the Konzepte in which one has a role."""
        return self.filter(_in_concepts("", frozenset(Role), user) & (Q(owner=user.pk) | Q(is_shared=True)))
