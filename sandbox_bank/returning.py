"""Where the payer's browser goes when the bank is done with it."""

import json
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from sandbox_bank.bank import Bank
from sandbox_bank.storage import Row
from sandbox_bank.transactions import find


def with_query(url: str, **added: str | None) -> str:
    """The address with parameters appended; what it carried already stays as it was."""
    parts = urlsplit(url)
    names = {name for name, value in added.items() if value is not None}
    kept = (
        parts.query
        if not names & {name for name, _ in parse_qsl(parts.query)}
        else _without(parts.query, names)
    )
    more = urlencode({name: value for name, value in added.items() if value is not None})
    whole = urlunsplit(parts._replace(query="&".join(part for part in (kept, more) if part)))
    # Headers carry only ASCII: an address with other letters is escaped, what is escaped already stays.
    return quote(whole, safe="%/:=&?~#+!$,;'@()*[]")


def _without(query: str, names: set[str]) -> str:
    return urlencode(
        [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name not in names]
    )


def settings_of(checkout: Row) -> dict[str, Any]:
    settings: dict[str, Any] = json.loads(checkout["doc"]).get("settings", {})
    return settings


def return_url(bank: Bank, checkout: Row) -> str | None:
    """The shop's page for the state the checkout is in; return_url, where given, stands for all."""
    settings = settings_of(checkout)
    payment = find(bank, checkout["uid"]) if checkout["uid"] else None
    status = payment["status"] if payment else "error"
    by_status = {"successful": "success_url", "failed": "decline_url"}.get(status, "fail_url")
    url = settings.get("return_url") or settings.get(by_status) or settings.get("fail_url")
    if not url:
        return None
    return with_query(url, token=checkout["token"], status=status, uid=checkout["uid"])


def cancel_url(checkout: Row) -> str | None:
    """The shop's page for a payer who gave up. The token stays payable: the real bank knows no cancelling."""
    settings = settings_of(checkout)
    url = settings.get("cancel_url") or settings.get("return_url") or settings.get("fail_url")
    return with_query(url, token=checkout["token"], status="canceled") if url else None
