"""The faults are caused at a real sandbox bank, over HTTP; the fixtures are those of the payments' tests."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from tests.payments.conftest import _no_jobs_of_other_tests, bank, bank_process, portal, shop

__all__ = ["_no_jobs_of_other_tests", "bank", "bank_process", "portal", "shop"]


@pytest.fixture
def alerted(caplog: pytest.LogCaptureFixture) -> Callable[[str], int]:
    """How often whoever watches the log was told of something."""
    caplog.set_level(logging.ERROR, "parason.alerts")

    def times(words: str) -> int:
        told = [one for one in caplog.get_records("call") if one.name == "parason.alerts"]
        return sum(words in one.getMessage() for one in told)

    return times
