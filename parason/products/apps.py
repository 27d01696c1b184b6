"""The room as Django knows it; its checks are registered here."""

from __future__ import annotations

from django.apps import AppConfig


class ProductsConfig(AppConfig):
    """Products."""

    name = "parason.products"
    label = "products"

    def ready(self) -> None:
        """Register the system checks; let faults speak the reader's language."""
        from django.utils.translation import gettext

        from parason.products import checks  # noqa: F401
        from parason.products.rating.faults import translator

        translator.gettext = gettext
