"""The staff: a member for each role, logged in with a second step; and what they work on."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from parason.accounts.models import User
from parason.accounts.operations import sync_roles
from parason.accounts.roles import ROLES
from parason.kernel.clock import day_of, now
from parason.products import operations, queries
from parason.products.models import TariffVersion
from parason.products.rating import TableData
from tests.factories import browser_of, make_user

AT = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
ALL_ROLES = sorted(ROLES)


def member(role: str, email: str = "") -> User:
    """Somebody with one role."""
    if not Group.objects.filter(name=role).exists():
        sync_roles(at=AT)
    user = make_user(email or f"{role.replace(' ', '.')}@example.com", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


def at_work(role: str, email: str = "") -> Client:
    """Their browser."""
    return browser_of(member(role, email))


def raised(percent: int = 10, above: int = 50) -> TableData:
    """The medical insurance's table B with premiums above a sum raised."""
    data = queries.product("oms").table_data["B"]["premium"]
    dearer = [
        (first, last, str(int(sum_) * (100 + percent) // 100 if int(sum_) > above else sum_))
        for first, last, sum_ in data.rows
    ]
    return TableData(data.columns, tuple(dearer))


def csv_file(data: TableData, name: str = "premium.csv") -> SimpleUploadedFile:
    """A table as a person sends it."""
    lines = [data.columns, *data.rows]
    return SimpleUploadedFile(name, "\n".join(",".join(line) for line in lines).encode(), "text/csv")


def xlsx_file(rows: list[list[Any]], name: str = "premium.xlsx") -> SimpleUploadedFile:
    """A table from a spreadsheet program."""
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    raw = io.BytesIO()
    book.save(raw)
    return SimpleUploadedFile(name, raw.getvalue())


def soon(days: int = 20) -> date:
    """A day to come."""
    return day_of(now()) + timedelta(days=days)


def proposal(by: User, **changes: Any) -> TariffVersion:
    """A version of the medical insurance that waits for approval."""
    given: dict[str, Any] = {
        "version": "2027-01", "valid_from": soon(), "act": "Decree 1 of 2027",
        "tables": {"premium": raised()},
        "unit": "EUR", "verified": True,
    }  # fmt: skip
    return operations.propose_tariff(product=queries.product("oms"), by=by, at=now(), **{**given, **changes})
