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
from parason.website.views.buying import Customer
from parason.website.views.contracts import contract_or_404


@login_required
def cart(request: Customer) -> HttpResponse:
    """What is to be paid; “Pay by card” goes on, after saying what comes next."""
    items = list(carts.cart(request.user))
    sums = [item.contract.payable for item in items]
    context = {
        "cards": [cards.contract_card(item.contract, request.LANGUAGE_CODE) for item in items],
        "total": total(sums, sums[0].currency)
        if sums and len({money.currency for money in sums}) == 1
        else None,
        "cart_count": len(items),
        "step": 4,
    }
    return render(request, "cart/cart.html", context)


@login_required
@require_POST
def remove(request: Customer, pk: uuid.UUID) -> HttpResponse:
    """Take a contract out of the cart; it stays among the drafts."""
    checkout.remove(owner=request.user, contract=contract_or_404(request, pk))
    return redirect("cart")
