"""The catalogue: what is sold, what is broken and why, and stops of sale."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from parason.backoffice.access import ADD_STOP, LIFT_STOP, VIEW_TARIFFS, note, page, staff_of, staff_page
from parason.backoffice.forms import StopForm
from parason.kernel.clock import day_of, now
from parason.products import operations, queries
from parason.products.errors import BadProposal
from parason.products.models import SalesStop, TariffVersion
from parason.products.queries import Definition
from parason.products.states import TariffStatus

ROOM = "office_catalogue"


@require_safe
@staff_page(VIEW_TARIFFS)
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every product with its health: broken ones first, with what to do about them."""
    today = day_of(now())
    stopped: dict[str, list[SalesStop]] = {}
    for halt in SalesStop.objects.filter(lifted_at=None).exclude(last_day__lt=today):
        stopped.setdefault(halt.product_code, []).append(halt)
    held = _in_force()
    rows = [
        (one, held.get(one.code), [_placed(halt, one) for halt in stopped.get(one.code, [])])
        for one in queries.products()
    ]
    return page(
        request,
        "catalogue.html",
        {"rows": rows, "broken": sorted(queries.broken().items()), "today": today},
        room=ROOM,
    )


def _in_force() -> dict[str, TariffVersion]:
    today = day_of(now())
    approved = TariffVersion.objects.filter(status=TariffStatus.APPROVED, valid_from__lte=today)
    held = approved.exclude(valid_to__lt=today).defer("tables", "specs", "steps").order_by("valid_from", "pk")
    return {one.product_code: one for one in held}


def _placed(halt: SalesStop, one: Definition) -> tuple[SalesStop, str]:
    """A stop with the words for its territory."""
    if not halt.territory or not one.territory_question:
        return halt, halt.territory
    places = dict(one.question(one.territory_question).options(get_language() or "en"))
    return halt, places.get(halt.territory, halt.territory)


def _product_or_404(code: str) -> Definition:
    for one in queries.products():
        if one.code == code:
            return one
    raise Http404


@staff_page(VIEW_TARIFFS)
def product(request: HttpRequest, code: str) -> HttpResponse:
    """One product: what it is, its stops of sale, and the form for a new one."""
    one, today = _product_or_404(code), day_of(now())
    if request.method != "POST":
        return _page(request, one, StopForm(product=one, initial={"first_day": today}))
    return stop(request, code)


@staff_page(ADD_STOP)
def stop(request: HttpRequest, code: str) -> HttpResponse:
    """Stop selling it: where, from when, until when, why."""
    one = _product_or_404(code)
    form = StopForm(request.POST, product=one)
    if form.is_valid():
        try:
            _stop(request, one, form)
        except BadProposal as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
        else:
            return redirect("office_product", code)
    return _page(request, one, form, status=422)


def _page(request: HttpRequest, one: Definition, form: StopForm, status: int = 200) -> HttpResponse:
    user = staff_of(request)
    stops = SalesStop.objects.filter(product_code=one.code).select_related("stopped_by", "lifted_by")
    shown = {
        "product": one,
        "tariff": queries.tariff_on(one.code, day_of(now())),
        "stops": [_placed(halt, one) for halt in stops],
        "today": day_of(now()),
        "form": form,
        "may_stop": user.has_perm(ADD_STOP),
        "may_lift": user.has_perm(LIFT_STOP),
    }
    return page(request, "product.html", shown, room=ROOM, status=status)


@transaction.atomic
def _stop(request: HttpRequest, one: Definition, form: StopForm) -> None:
    at, given = now(), form.cleaned_data
    made = operations.stop_sales(
        product_code=one.code,
        first_day=given["first_day"],
        last_day=given["last_day"],
        territory=given.get("territory", ""),
        reason=given["reason"],
        by=staff_of(request),
        at=at,
    )
    written = {"product": one.code, "territory": made.territory, "reason": made.reason}
    note(request, "sales.stop", f"stop {made.pk}", written, at=at)


@require_POST
@staff_page(LIFT_STOP)
def lift(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Sell again."""
    halt, at = get_object_or_404(SalesStop, pk=pk, product_code=code), now()
    with transaction.atomic():
        operations.lift_stop(stop=halt, by=staff_of(request), at=at)
        note(request, "sales.lift", f"stop {pk}", {"product": code}, at=at)
    return redirect("office_product", code)
