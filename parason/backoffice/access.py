"""Who may open which page of the staff, and the line that every act leaves in the audit trail.

Staff log in by the portal's own log-in; the second step is asked for before any page of this room is reached
(`website.staff.SecondFactorMiddleware`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from ipaddress import ip_address
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from parason.accounts import operations as accounts
from parason.accounts.models import User
from parason.kernel.clock import now

View = Callable[..., HttpResponse]
# Stricter than what unfold's pages need: ours run no script at all but the portal's own file.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

VIEW_TARIFFS = "products.view_tariffversion"
PROPOSE = "products.propose_tariffversion"
APPROVE = "products.approve_tariffversion"
ADD_STOP, LIFT_STOP = "products.add_salesstop", "products.change_salesstop"
VIEW_RATES, ADD_RATE = "payments.view_exchangerate", "payments.add_exchangerate"
VIEW_UNITS, ADD_UNIT = "products.view_baseunit", "products.add_baseunit"
VIEW_BOOKS = "payments.view_reconciliation"
VIEW_LETTERS = "documents.view_letter"
VIEW_CONTRACTS, VIEW_PERSONS = "contracts.view_contract", "accounts.view_person"

VIEW_ACCOUNTS = "accounts.view_user"
END_SESSIONS, RESET_SECOND_FACTOR = "usersessions.delete_usersession", "mfa.delete_authenticator"

# The rooms of the back office in the order of its bar: words, name of the page, the right to enter.
ROOMS: list[tuple[Promise, str, str]] = [
    (pgettext_lazy("back office", "Tariffs"), "office_tariffs", VIEW_TARIFFS),
    (pgettext_lazy("back office", "Catalogue"), "office_catalogue", VIEW_TARIFFS),
    (pgettext_lazy("back office", "Rates"), "office_rates", VIEW_RATES),
    (pgettext_lazy("back office", "Contracts"), "office_contracts", VIEW_CONTRACTS),
    (pgettext_lazy("back office", "Letters"), "office_letters", VIEW_LETTERS),
    (pgettext_lazy("back office", "Accounts"), "office_accounts", VIEW_ACCOUNTS),
    (pgettext_lazy("back office", "Payments"), "office_payments", "payments.view_payment"),
    (pgettext_lazy("back office", "Desk"), "office_desk", "payments.add_refund"),
    (pgettext_lazy("back office", "Takings"), "office_takings", VIEW_BOOKS),
    (pgettext_lazy("back office", "Payouts"), "office_payouts", VIEW_BOOKS),
    (pgettext_lazy("back office", "Reconciliation"), "office_reconciliations", VIEW_BOOKS),
]


def staff_page(right: str = "") -> Callable[[View], View]:
    """A page for staff with a right; everybody else is refused, and the refusal is written down."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            user = request.user
            if not isinstance(user, User) or not user.is_active or not user.is_staff:
                raise PermissionDenied
            if right and not user.has_perm(right):
                note(request, "access.refused", request.path[:120], {"right": right}, at=now())
                raise PermissionDenied
            response = view(request, *args, **kwargs)
            response.headers.setdefault("Content-Security-Policy", POLICY)
            return response

        guarded.right = right  # type: ignore[attr-defined]
        return guarded

    return decorate


def staff_of(request: HttpRequest) -> User:
    """The member of the staff who asks; pages are guarded, so there is one."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def note(
    request: HttpRequest, act: str, subject: str, data: Mapping[str, Any] | None = None, *, at: datetime
) -> None:
    """A line of the audit trail, in the transaction of the act itself."""
    accounts.audit(
        actor=staff_of(request), act=act, subject=subject, data=data, address=address_of(request), at=at
    )


def address_of(request: HttpRequest) -> str | None:
    try:
        return str(ip_address(get_adapter(request).get_client_ip(request)))
    except (PermissionDenied, ValueError):
        return None


def page(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, *, room: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    """A page in the back office's look; `room` is the name of the entry of the bar that it belongs to."""
    given = {"rooms": rooms_of(request, room), "room": room, **(context or {})}
    return render(request, f"backoffice/{template}", given, status=status)


def rooms_of(request: HttpRequest, here: str = "") -> list[tuple[Promise, str, bool]]:
    """The entries of the bar for whoever asks."""
    user = staff_of(request)
    return [(label, name, name == here) for label, name, right in ROOMS if user.has_perm(right)]
