"""The room as Django knows it; its checks are registered here."""

from __future__ import annotations

from django.apps import AppConfig


class ProductsConfig(AppConfig):
    """Products."""

    name = "parason.products"
    label = "products"

    def ready(self) -> None:
        """Register the system checks."""
        from parason.products import checks  # noqa: F401
