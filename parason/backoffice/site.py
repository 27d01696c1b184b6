"""The records of the rooms, for reading: Django's admin in unfold's look, with only what is registered here.

Django's default site would show whatever any app registers, the secrets of second factors among it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib.admin import display
from django.contrib.admin.models import LogEntry
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.sites import UnfoldAdminSite

from parason.backoffice.access import note, rooms_of
from parason.kernel.clock import now

Say = Callable[[Any], object]  # the words for a code that a room keeps
Column = str | Callable[[Model], object]


class StaffSite(UnfoldAdminSite):
    """Log-in and log-out are the portal's own."""

    site_header = _("Back office")
    site_title = _("Back office")
    index_title = _("Records")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), "rooms": rooms_of(request), "site_title": self.site_title}

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> Any:
        return redirect("office")

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        query = urlencode({"next": request.GET.get("next") or reverse("admin:index")})
        return redirect(f"{reverse('account_login')}?{query}")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_change_password")


office = StaffSite(name="admin")


class Records(ModelAdmin):
    """Records of one kind, under their own words; codes in words too."""

    words: ClassVar[Mapping[str, Say]] = {}  # by field
    change_list_template = "backoffice/records.html"
    list_per_page = 50
    show_full_result_count = False
    actions = None
    compressed_fields = True

    def __init__(self, model: type[Model], site: UnfoldAdminSite) -> None:
        super().__init__(model, site)
        self.columns: dict[str, Column] = {name: self._column(name, say) for name, say in self.words.items()}

    def _column(self, name: str, say: Say) -> Column:
        @display(description=self.model._meta.get_field(name).verbose_name, ordering=name)
        def column(thing: Model) -> object:
            value = getattr(thing, name)
            return value if value in (None, "") else say(value)

        column.__name__ = f"{name}_in_words"
        return column

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [self.columns.get(str(name), name) for name in self.list_display]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        title = {"title": self.model._meta.verbose_name_plural}
        response = super().changelist_view(request, {**title, **(extra_context or {})})
        context = getattr(response, "context_data", None) or {}
        if changes := context.get("cl"):
            context["filters"] = [(one, self._choices(one, changes)) for one in changes.filter_specs]
        return response

    def _choices(self, spec: Any, changes: Any) -> list[dict[str, Any]]:
        """What a filter offers, codes in words; the first choice is “all”."""
        first, *others = spec.choices(changes)
        say = self.words.get(spec.field_path)
        return [first, *({**one, "display": say(one["display"])} if say else one for one in others)]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        title = {"title": self.model._meta.verbose_name}
        return super().changeform_view(request, object_id, form_url, {**title, **(extra_context or {})})

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnly(Records):
    """Records to be looked at by whoever has the right to view them; the acts are on pages of their own."""

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        names = [one.name for one in self.model._meta.fields if one.name not in (self.exclude or ())]
        return [self.columns.get(name, name) for name in names]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        return self.get_fields(request, obj)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class Noted(Records):
    """Records that may be corrected here: each correction leaves a line in the audit trail."""

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
