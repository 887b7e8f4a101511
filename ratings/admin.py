"""Technical administration of rounds and reports: to look at. States, proposals and ratings change in the portal alone.

Drafts are not here: they stay inside their unit (DESIGN.md, section 4, rule 8).
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from goals.admin import HistoryAdmin
from ratings.models import AgreedRating, Inquiry, InquiryMessage, ReportingRound, Snapshot, StatusReport, Submission, Supplement


class _ReadOnly:
    """Nothing is added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ReportingRound)
class ReportingRoundAdmin(HistoryAdmin):
    """Titles and notes can be put right here; state and dates follow the rules of the portal."""

    list_display = ["title", "concept", "state", "opens_on", "due_on"]
    list_filter = ["concept", "state"]
    list_select_related = ["concept"]
    readonly_fields = ["concept", "slug", "state", "has_ratings", "opens_on", "due_on", "closes_on"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(StatusReport)
class StatusReportAdmin(_ReadOnly, admin.ModelAdmin):
    """Without its history: who wrote when is no business of the administration (rule 9)."""

    exclude = ["handed_in_by"]
    list_display = ["measure", "unit", "role", "state", "round"]
    list_filter = ["round", "state"]
    list_select_related = ["measure__goal", "unit", "round"]
    search_fields = ["measure__title", "unit__name"]


@admin.register(Submission)
class SubmissionAdmin(_ReadOnly, admin.ModelAdmin):
    """The interne Notiz and the names of authors stay with the unit, here as well."""

    exclude = ["internal_note", "submitted_by", "approved_by"]
    list_display = ["report", "number", "grade", "submitted_at"]
    list_filter = ["report__round"]
    list_select_related = ["report__measure__goal", "report__unit"]


@admin.register(AgreedRating)
class AgreedRatingAdmin(_ReadOnly, HistoryAdmin):
    list_display = ["measure", "grade", "round", "agreed_at"]
    list_filter = ["round", "grade"]
    list_select_related = ["measure__goal", "round"]
    search_fields = ["measure__title"]


class InquiryMessageInline(_ReadOnly, admin.TabularInline):
    model = InquiryMessage
    exclude = ["author"]
    extra = 0


@admin.register(Inquiry)
class InquiryAdmin(_ReadOnly, admin.ModelAdmin):
    list_display = ["report", "state", "opened_at"]
    list_filter = ["report__round", "state"]
    list_select_related = ["report__measure__goal", "report__unit"]
    inlines = [InquiryMessageInline]


@admin.register(Snapshot)
class SnapshotAdmin(_ReadOnly, admin.ModelAdmin):
    list_display = ["round", "version", "created_at", "released_at"]
    list_filter = ["round"]
    list_select_related = ["round"]


@admin.register(Supplement)
class SupplementAdmin(_ReadOnly, HistoryAdmin):
    list_display = ["measure", "round", "opened_at", "finished_at"]
    list_filter = ["round"]
    list_select_related = ["measure__goal", "round"]
