"""The simulation has the payments' bank and portal."""

from tests.payments.conftest import _no_jobs_of_other_tests, bank, bank_process, portal

__all__ = ["_no_jobs_of_other_tests", "bank", "bank_process", "portal"]
