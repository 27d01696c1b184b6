"""Addresses of the back office: our own pages for work first, then the records of Django's admin."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from parason.backoffice import (
    accounts,
    catalogue,
    contracts,
    effects,
    home,
    letters,
    payments,
    payouts,
    proposing,
    rates,
    records,
    tariffs,
    transfers,
)
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
    path(f"{VERSION}impact/count", effects.count_impact, name="office_impact_count"),
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
    path("letters/", letters.search, name="office_letters"),
    path("letters/<int:pk>/", letters.letter, name="office_letter"),
    path("letters/<int:pk>/again", letters.again, name="office_letter_again"),
    path("letters/<int:pk>/bounced", letters.bounced, name="office_letter_bounced"),
    path("people/", accounts.search, name="office_accounts"),
    path("people/<int:pk>/", accounts.account, name="office_account"),
    path("people/<int:pk>/log-out", accounts.log_out, name="office_log_out"),
    path("people/<int:pk>/second-step", accounts.second_step, name="office_second_step"),
    path("payments/", payments.search, name="office_payments"),
    path("payments/<uuid:pk>/", payments.payment, name="office_payment"),
    path("payments/<uuid:pk>/refund", payments.refund, name="office_refund"),
    path("desk/", payments.desk, name="office_desk"),
    re_path(
        r"^desk/refunds/(?P<pk>\d+)/(?P<what>approve|refuse|again)$",
        payments.decide_refund,
        name="office_refund_decide",
    ),
    re_path(
        r"^desk/reviews/(?P<pk>\d+)/(?P<what>return|propose|close)$",
        payments.decide_review,
        name="office_review",
    ),
    re_path(
        r"^desk/proposals/(?P<pk>\d+)/(?P<what>confirm|refuse)$",
        payments.decide_proposal,
        name="office_proposal",
    ),
    path("desk/statements", payments.import_statement, name="office_statement"),
    path("desk/lines/<int:pk>", payments.decide_line, name="office_line"),
    path("transfers/", transfers.transfers, name="office_transfers"),
    path("transfers.csv", transfers.transfers_csv, name="office_transfers_csv"),
    path("transfers/<int:pk>/sent", transfers.sent, name="office_refund_sent"),
    path("transfers/<int:pk>/not-sent", transfers.not_sent, name="office_refund_not_sent"),
    re_path(r"^transfers/(?P<pk>\d+)/(?P<what>confirm|refuse)$", transfers.decide, name="office_sending"),
    path("payouts/", payouts.payouts, name="office_payouts"),
    path("payouts/ask", payouts.ask, name="office_payouts_ask"),
    path("payouts/<int:pk>/", payouts.payout, name="office_payout"),
    path("payouts/<int:pk>/explain", payouts.explain, name="office_payout_explain"),
    path("payouts/lines/<int:pk>", payouts.assign, name="office_payout_assign"),
    path("reconciliation/", payments.reconciliations, name="office_reconciliations"),
    path("takings/", payments.takings, name="office_takings"),
    path("takings.csv", payments.takings_csv, name="office_takings_csv"),
    path("", office.urls),
]
