"""One bank process and one listening shop for the whole folder; each test begins with an empty bank."""

from collections.abc import Iterator

import pytest

from tests.sandbox_bank.bank import SandboxBank
from tests.sandbox_bank.listener import Listener
from tests.sandbox_bank.merchant import Merchant


@pytest.fixture(scope="session")
def bank_process() -> Iterator[SandboxBank]:
    with SandboxBank() as bank:
        yield bank


@pytest.fixture(scope="session")
def listening() -> Iterator[Listener]:
    with Listener() as listener:
        yield listener


@pytest.fixture
def bank(bank_process: SandboxBank) -> SandboxBank:
    bank_process.reset()
    bank_process.refresh_shops()
    return bank_process


@pytest.fixture
def shop(bank: SandboxBank, listening: Listener) -> Merchant:
    """A shop of the bank with an empty letter-box."""
    listening.clear()
    return Merchant(bank, listening)
