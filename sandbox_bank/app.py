"""The ASGI application: who answers what."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from sandbox_bank import acs, checkouts, control, control_page, delivery, erip, kiosk, pages, queries, refunds
from sandbox_bank.bank import Bank
from sandbox_bank.wire import Handler, endpoint

log = logging.getLogger("sandbox_bank")


def _api(method: str, path: str, operation: str, handler: Handler, shape: str = "response") -> Route:
    return Route(path, endpoint(operation, handler, shape), methods=[method])


API = [
    _api("POST", "/ctp/api/checkouts", "create", checkouts.create, "setting"),
    _api("GET", "/ctp/api/checkouts/{token}", "query", checkouts.show, "message"),
    _api("POST", "/transactions/refunds", "refund", refunds.card_refund),
    _api("GET", "/v2/transactions/tracking_id/{tracking_id}", "query", queries.list_by_tracking_id),
    _api("GET", "/transactions/tracking_id/{tracking_id}", "query", queries.first_by_tracking_id),
    _api("GET", "/transactions/{uid}", "query", queries.by_uid),
    _api("POST", "/beyag/payments", "erip_create", erip.create),
    _api("GET", "/beyag/payments/", "query", erip.show_by_order_id),
    _api("GET", "/beyag/payments", "query", erip.show_by_order_id),
    _api("GET", "/beyag/payments/{uid}", "query", erip.show),
    _api("DELETE", "/beyag/payments/{uid}", "erip_delete", erip.delete),
    _api("GET", "/beyag/transactions/tracking_id/{tracking_id}", "query", queries.bills_by_tracking_id),
    _api("GET", "/beyag/transactions/{uid}", "query", erip.show),
    _api("POST", "/beyag/refunds", "refund", refunds.erip_refund),
    _api("POST", "/api/reports", "report", queries.report),
]


async def home(request: Request) -> Response:
    return RedirectResponse("/control")


async def health(request: Request) -> Response:
    return PlainTextResponse("ok")


async def crashed(request: Request, problem: Exception) -> Response:
    """A mistake of the sandbox itself: told in its log, with 500 to the caller."""
    log.error("%s %s", request.method, request.url.path, exc_info=problem)
    return PlainTextResponse("The sandbox bank made a mistake; see its log.", 500)


PAGES = [
    Route("/", home),
    Route("/health", health),
    Route("/v2/checkout", pages.show, methods=["GET"]),
    Route("/v2/checkout", pages.submit, methods=["POST"]),
    Route("/acs/{uid}", acs.show, methods=["GET"]),
    Route("/acs/{uid}", acs.submit, methods=["POST"]),
    Route("/erip", kiosk.show, methods=["GET"]),
    Route("/erip", kiosk.submit, methods=["POST"]),
    Route("/control", control_page.show, methods=["GET"]),
    Route("/control/form/{act}", control_page.act, methods=["POST"]),
    Route("/control/statement.xml", control_page.statement, methods=["GET"]),
    Mount("/static", StaticFiles(directory=pages.HERE / "static")),
]

CONTROL = [
    Route(f"/control/{name}", control.serve(act), methods=[method])
    for (method, name), act in control.ACTS.items()
]


def make_app(bank: Bank) -> Starlette:
    """The bank as an ASGI application, with its delivery task running as long as it does."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        bank.connect()
        worker = asyncio.create_task(delivery.work(bank))
        yield
        worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await worker
        await bank.client.aclose()
        bank.storage.close()

    app = Starlette(
        routes=[*API, *PAGES, *CONTROL], lifespan=lifespan, exception_handlers={Exception: crashed}
    )
    app.state.bank = bank
    return app
