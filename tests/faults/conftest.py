"""The faults are caused at a real sandbox bank, over HTTP; the fixtures are those of the payments' tests."""

from tests.payments.conftest import _no_jobs_of_other_tests, bank, bank_process, portal, shop

__all__ = ["_no_jobs_of_other_tests", "bank", "bank_process", "portal", "shop"]
