"""Brings the demo's database up to date and fills it: `python -m parason.demo.prepare`."""

from __future__ import annotations

import os

from parason.config.ready import django_ready


def main() -> None:
    """Tables, catalogue, rates, static files, sample people."""
    django_ready()
    # Models can be imported only now.
    from parason.config.data import prepare
    from parason.demo.seed import seed
    from parason.kernel import clock

    prepare()
    staff, customer = os.environ["PARASON_SEED_STAFF"], os.environ["PARASON_SEED_CUSTOMER"]
    seed(staff_password=staff, customer_password=customer, at=clock.now())


if __name__ == "__main__":
    main()
