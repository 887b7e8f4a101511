"""Technical administration of what belongs to the portal itself: reported barriers, to look at. `manage.py tidy_up` deletes old ones."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from evalportal.models import BarrierReport


@admin.register(BarrierReport)
class BarrierReportAdmin(admin.ModelAdmin):
    list_display = ["reference", "created_at", "page", "mailed_at"]
    list_filter = [("mailed_at", admin.EmptyFieldListFilter)]
    search_fields = ["reference", "text"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
