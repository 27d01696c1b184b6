"""The cart (G26, G27)."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from parason.checkout import operations as checkout
from parason.checkout import queries as carts
from parason.checkout.queries import Owed
from parason.journeys import instalments
from parason.kernel import clock
from parason.kernel.errors import DomainError
from parason.kernel.money import Money, total
from parason.website import cards
from parason.website.methods import methods
from parason.website.views.buying import Customer, revision_in
from parason.website.views.contracts import contract_or_404


@login_required
def cart(request: Customer) -> HttpResponse:
    """What is to be paid; “Pay by card” goes on, after saying what comes next."""
    waiting = carts.cart(request.user)
    price = instalments.price_on(clock.now())
    try:
        sums = [price(one.part) if one.part else one.contract.payable for one in waiting]
    except DomainError as error:  # no official rate of today
        messages.error(request, str(error.message))
        return redirect("drafts")
    one_currency = len({money.currency for money in sums}) == 1
    context = {
        "cards": [_card(one, money, request.LANGUAGE_CODE) for one, money in zip(waiting, sums, strict=True)],
        "total": total(sums, sums[0].currency) if one_currency else None,
        "cart_count": len(waiting),
        "methods": methods(sums[0].currency) if one_currency else [],
    }
    return render(request, "cart/cart.html", context)


def _card(owed: Owed, money: Money, language: str) -> cards.Card:
    return cards.contract_card(owed.contract, language, in_cart=True, part=owed.part, owed=money)


@login_required
@require_POST
def remove(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """Take a contract out of the cart, or a part with those after it; it stays to be paid."""
    part = revision_in(request, "part")
    checkout.remove(owner=request.user, contract=contract_or_404(request, pk), part=max(part, 1))
    return redirect("cart")
