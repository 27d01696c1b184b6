"""The official rates of the National Bank of the Republic of Belarus, over its public interface.

Source: https://www.nbrb.by/apihelp/exrates. A rate is `Cur_OfficialRate` BYN for `Cur_Scale` units. Numbers
of currencies change when a name or scale changes, so that rows are known by code and date.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import httpx

from parason.payments.rules import RateSnapshot

BASE_URL = "https://api.nbrb.by/exrates"
SOURCE = "NBRB"
# The answer has 30 currencies in 5 kB; a hundred times as much is not it.
SIZE_LIMIT = 500_000
TIMEOUT = httpx.Timeout(20.0, connect=10.0)


class BadAnswer(Exception):
    """The bank's answer is not a set of rates."""


def fetch(day: date, *, base_url: str = BASE_URL) -> list[RateSnapshot]:
    """The rates of a day; an empty list when they are not set yet.

    Raises BadAnswer for anything that is not a faultless set, httpx.HTTPError when there is no answer.
    """
    with (
        httpx.Client(timeout=TIMEOUT) as client,
        client.stream(
            "GET", f"{base_url}/rates", params={"periodicity": "0", "ondate": day.isoformat()}
        ) as answer,
    ):
        if answer.status_code == httpx.codes.NOT_FOUND:
            return []
        answer.raise_for_status()
        body = bytearray()
        for chunk in answer.iter_bytes():
            body += chunk
            if len(body) > SIZE_LIMIT:
                raise BadAnswer("too large")
    return parse(bytes(body), day)


def parse(body: bytes, day: date) -> list[RateSnapshot]:
    """Read an answer; every row must be right, or none is taken."""
    try:
        rows = json.loads(body, parse_float=Decimal)
    except ValueError as error:
        raise BadAnswer("not JSON") from error
    if not isinstance(rows, list):
        raise BadAnswer("not a list")
    rates = [_row(row, day) for row in rows]
    if len({rate.currency for rate in rates}) != len(rates):
        raise BadAnswer("a currency twice")
    return rates


def _row(row: Any, day: date) -> RateSnapshot:
    try:
        code, scale, shown = row["Cur_Abbreviation"], row["Cur_Scale"], row["Date"]
        rate = Decimal(row["Cur_OfficialRate"])
    except (KeyError, TypeError, ArithmeticError) as error:
        raise BadAnswer(f"a row without its fields: {error}") from error
    if not (isinstance(code, str) and len(code) == 3 and code.isalpha() and code.isupper()):
        raise BadAnswer(f"not a currency: {code!r}")
    # A calendar date in Minsk without a zone: its first ten characters are all of it.
    if not isinstance(shown, str) or shown[:10] != day.isoformat():
        raise BadAnswer(f"{code} of {shown!r}, asked for {day}")
    if type(scale) is not int or scale <= 0 or not rate.is_finite() or rate <= 0:
        raise BadAnswer(f"{code}: {rate} for {scale}")
    return RateSnapshot(code, rate, scale, day, SOURCE)
