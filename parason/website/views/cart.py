"""The cart (G26, G27)."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from parason.checkout import operations as checkout
from parason.checkout import queries as carts
from parason.kernel.money import total
from parason.website import cards
from parason.website.methods import methods
from parason.website.views.buying import Customer
from parason.website.views.contracts import contract_or_404


@login_required
def cart(request: Customer) -> HttpResponse:
    """What is to be paid; “Pay by card” goes on, after saying what comes next."""
    waiting = carts.cart(request.user)
    sums = [contract.payable for contract in waiting]
    one_currency = len({money.currency for money in sums}) == 1
    context = {
        "cards": [cards.contract_card(contract, request.LANGUAGE_CODE, in_cart=True) for contract in waiting],
        "total": total(sums, sums[0].currency) if one_currency else None,
        "cart_count": len(waiting),
        "methods": methods(sums[0].currency) if one_currency else [],
    }
    return render(request, "cart/cart.html", context)


@login_required
@require_POST
def remove(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """Take a contract out of the cart; it stays among the drafts."""
    checkout.remove(owner=request.user, contract=contract_or_404(request, pk))
    return redirect("cart")
