"""Addresses of the back office: our own pages for work first, then the records of Django's admin."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from parason.backoffice import catalogue, contracts, effects, home, proposing, rates, records, tariffs
from parason.backoffice.site import office

__all__ = ["records", "urlpatterns"]  # importing `records` registers them

VERSION = "tariffs/<slug:code>/<int:pk>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="office"),
    path("tariffs/", tariffs.products, name="office_tariffs"),
    path("tariffs/<slug:code>/", tariffs.timeline, name="office_timeline"),
    path("tariffs/<slug:code>/new/", proposing.propose, name="office_propose"),
    path(VERSION, tariffs.version, name="office_tariff"),
    path(f"{VERSION}<slug:table>.csv", tariffs.table_csv, name="office_table"),
    path(f"{VERSION}approve", proposing.approve, name="office_approve"),
    path(f"{VERSION}withdraw", proposing.withdraw, name="office_withdraw"),
    path(f"{VERSION}difference/", effects.difference, name="office_difference"),
    path(f"{VERSION}price/", effects.what_if, name="office_what_if"),
    path(f"{VERSION}impact/", effects.impact, name="office_impact"),
    path("catalogue/", catalogue.catalogue, name="office_catalogue"),
    path("catalogue/<slug:code>/", catalogue.product, name="office_product"),
    path("catalogue/<slug:code>/stops/<int:pk>/lift", catalogue.lift, name="office_lift"),
    path("rates/", rates.rates, name="office_rates"),
    path("rates/enter", rates.enter, name="office_rate_enter"),
    path("rates/<int:pk>/confirm", rates.confirm, name="office_rate_confirm"),
    path("rates/<int:pk>/refuse", rates.refuse, name="office_rate_refuse"),
    path("rates/base-unit", rates.base_unit, name="office_base_unit"),
    path("contracts/", contracts.search, name="office_contracts"),
    path("contracts/<uuid:pk>/", contracts.contract, name="office_contract"),
    path("", office.urls),
]
