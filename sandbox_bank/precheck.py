"""The question to the shop before its customer is charged (verification_url)."""

import json
from typing import Any

import httpx

from sandbox_bank.bank import Bank
from sandbox_bank.notifications import encode
from sandbox_bank.shops import get_shop
from sandbox_bank.storage import Row


async def refused_by_shop(bank: Bank, row: Row, doc: dict[str, Any]) -> str | None:
    """Ask the shop's verification_url whether to charge; a sentence when not, None when yes or not asked."""
    url = json.loads(row["doc"]).get("settings", {}).get("verification_url")
    if not url:
        return None
    shop = get_shop(bank.storage, row["shop_id"])
    raw = encode({"transaction": doc})
    headers = {
        "Authorization": shop.basic,
        "Content-Signature": shop.sign(raw),
        "Content-Type": "application/json",
    }
    try:
        response = await bank.client.post(url, content=raw, headers=headers)
        reply = response.json() if response.status_code == httpx.codes.OK else None
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
        reply = None
    if not isinstance(reply, dict):
        return None if bank.settings["precheck_fails_open"] else "The shop did not confirm the payment"
    if reply.get("code") != 0:
        return str(reply.get("friendly_message") or reply.get("message") or "The shop refused the payment")
    same = reply.get("uid") == doc["uid"] and reply.get("amount") == doc["amount"]
    return None if same else "The shop confirmed another payment"
