"""A sandbox bank of its own process, and a portal that it can reach over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox_bank.bank import SandboxBank

if TYPE_CHECKING:
    from tests.payments.purchases import Shop


@pytest.fixture(scope="session")
def bank_process() -> Iterator[SandboxBank]:
    with SandboxBank() as bank:
        yield bank


@pytest.fixture
def bank(bank_process: SandboxBank, settings: Any) -> SandboxBank:
    """An empty bank that the portal is configured for."""
    bank_process.reset()
    bank_process.refresh_shops()
    settings.PARASON_BEGATEWAY = configuration(bank_process)
    return bank_process


def configuration(bank: SandboxBank) -> dict[str, Any]:
    """The settings of a portal whose bank this is."""
    return {
        "checkout_url": bank.url, "gateway_url": bank.url, "api_url": bank.url,
        "shop_id": str(bank.shop.shop_id), "secret_key": bank.shop.secret_key,
        "public_keys": [bank.shop.public_key], "report_url": bank.url, "redirect_hosts": [], "test": True,
        "basic_required": True, "erip": True, "erip_service_no": "99999999",
    }  # fmt: skip


@pytest.fixture(autouse=True)
def _no_jobs_of_other_tests(request: pytest.FixtureRequest) -> None:
    """Jobs are in tables that Django does not own and so does not empty between tests."""
    marker = request.node.get_closest_marker("django_db")
    if marker is None or not marker.kwargs.get("transaction"):
        return
    request.getfixturevalue("transactional_db")
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


@pytest.fixture
def portal(bank: SandboxBank, live_server: Any, settings: Any) -> str:
    """The portal's address, where the bank sends its notifications."""
    settings.PARASON_BASE_URL = live_server.url
    return str(live_server.url)


@pytest.fixture
def shop(portal: str, bank: SandboxBank) -> Shop:
    """A customer with an empty cart, a portal and a bank."""
    from tests.payments.purchases import Shop

    return Shop.open(bank)
