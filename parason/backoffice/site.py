"""The records of the rooms, for reading: Django's admin in unfold's look, with only what is registered here.

Django's default site would show whatever any app registers, the secrets of second factors among it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.admin.models import LogEntry
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.sites import UnfoldAdminSite

from parason.backoffice.access import note
from parason.kernel.clock import now


class StaffSite(UnfoldAdminSite):
    """Log-in and log-out are the portal's own."""

    site_header = _("Back office")
    site_title = _("Back office")
    index_title = _("Records")

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        query = urlencode({"next": request.GET.get("next") or reverse("admin:index")})
        return redirect(f"{reverse('account_login')}?{query}")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_change_password")


office = StaffSite(name="admin")


class ReadOnly(ModelAdmin):
    """Records to be looked at by whoever has the right to view them; the acts are on pages of their own."""

    list_per_page = 50
    show_full_result_count = False
    actions = None
    compressed_fields = True

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return [one.name for one in self.model._meta.fields if one.name not in (self.exclude or ())]

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class Noted(ModelAdmin):
    """Records that may be corrected here: each correction leaves a line in the audit trail."""

    actions = None
    compressed_fields = True

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:
        self._note(request, "add", obj, message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:
        self._note(request, "change", obj, message)
        return super().log_change(request, obj, message)

    @staticmethod
    def _note(request: HttpRequest, act: str, obj: Model, message: Any) -> None:
        kind = obj._meta.model_name
        note(request, f"{kind}.{act}", f"{kind} {obj.pk}", {"changes": message}, at=now())
