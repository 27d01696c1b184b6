"""The room as Django knows it; its system checks are registered at start."""

from __future__ import annotations

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "parason.payments"

    def ready(self) -> None:
        from parason.payments import checks  # noqa: F401
