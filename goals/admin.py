"""Technical administration of Konzepte and units. What running rounds depend on is changed in the portal, so that they follow."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from simple_history.admin import SimpleHistoryAdmin

from goals.models import (
    ActionField,
    Challenge,
    Concept,
    Goal,
    Indicator,
    IndicatorValue,
    Measure,
    Membership,
    OrgUnit,
    Responsibility,
)


class HistoryAdmin(SimpleHistoryAdmin):
    """Shows the history. Going back to an old entry would write past every rule, fields that are read-only included."""

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def history_form_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied("Alte Stände lassen sich hier nur ansehen.")
        response: HttpResponse = super().history_form_view(request, *args, **kwargs)
        return response


class KeptAdmin(HistoryAdmin):
    """Master data with their history. What is evidence elsewhere is not deleted here."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Concept)
class ConceptAdmin(KeptAdmin):
    list_display = ["title", "slug", "period_start", "period_end", "is_example"]
    search_fields = ["title", "slug"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Whether data is fictional is decided when the Konzept is made: nobody takes „Beispieldaten“ off later."""
        return ("is_example",) if obj else ()


@admin.register(ActionField)
class ActionFieldAdmin(KeptAdmin):
    list_display = ["title", "concept", "position"]
    list_filter = ["concept"]
    list_select_related = ["concept"]
    search_fields = ["title"]


@admin.register(Challenge)
class ChallengeAdmin(KeptAdmin):
    list_display = ["title", "action_field", "position"]
    list_filter = ["action_field__concept"]
    list_select_related = ["action_field"]
    search_fields = ["title"]


@admin.register(Goal)
class GoalAdmin(KeptAdmin):
    list_display = ["number", "text", "concept", "kind"]
    list_filter = ["concept", "kind"]
    list_select_related = ["concept"]
    ordering = ["concept", "sort_key", "pk"]
    search_fields = ["number", "text"]


@admin.register(Measure)
class MeasureAdmin(KeptAdmin):
    """Who is responsible is changed in the portal, at the Maßnahme. The key never changes."""

    list_display = ["number", "title", "key", "concept", "is_mandatory"]
    list_filter = ["concept", "is_mandatory"]
    list_select_related = ["concept", "goal"]
    search_fields = ["title", "key"]
    autocomplete_fields = ["goal", "predecessors"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["key", "concept"] if obj else []


@admin.register(OrgUnit)
class OrgUnitAdmin(KeptAdmin):
    """Merging and deactivating happen in the portal, because reports of running rounds follow from them."""

    list_display = ["name", "short_name", "parent", "is_active", "is_external", "requires_approval"]
    list_filter = ["is_active", "is_external", "requires_approval"]
    list_select_related = ["parent"]
    search_fields = ["name", "short_name", "slug"]
    prepopulated_fields = {"slug": ["short_name"]}
    readonly_fields = ["is_active", "successor"]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else super().get_prepopulated_fields(request, obj)


class ReadOnlyAdmin(HistoryAdmin):
    """To look at, with its history: changed in the portal alone."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Responsibility)
class ResponsibilityAdmin(ReadOnlyAdmin):
    list_display = ["measure", "unit", "role", "source"]
    list_filter = ["measure__concept", "role"]
    list_select_related = ["measure__goal", "unit"]
    search_fields = ["measure__title", "unit__name"]


class IndicatorValueInline(admin.TabularInline):
    model = IndicatorValue
    extra = 0


@admin.register(Indicator)
class IndicatorAdmin(KeptAdmin):
    list_display = ["title", "concept", "unit"]
    list_filter = ["concept"]
    list_select_related = ["concept"]
    search_fields = ["title"]
    inlines = [IndicatorValueInline]


@admin.register(Membership)
class MembershipAdmin(HistoryAdmin):
    """Roles of all people at a glance; a role that was given by mistake may be taken away."""

    list_display = ["user", "role", "unit", "with_subunits", "concept"]
    list_filter = ["role", "concept"]
    list_select_related = ["user", "unit", "concept"]
    search_fields = ["user__username", "user__last_name", "unit__name"]
