"""RequestID: for 24 hours a repeated host-to-host request gets the first transaction again."""

from sandbox_bank.storage import Row
from sandbox_bank.transactions import find
from sandbox_bank.wire import Call

KEPT_SECONDS = 24 * 3600


def repeated(call: Call) -> Row | None:
    """The transaction that the same RequestID made before, in its state of now."""
    if not call.request_id:
        return None
    found = call.bank.storage.one(
        "SELECT uid FROM answered WHERE shop_id = ? AND request_id = ? AND path = ? AND at > ?",
        call.shop.shop_id,
        call.request_id,
        call.request.url.path,
        call.bank.clock.now() - KEPT_SECONDS,
    )
    return find(call.bank, found["uid"]) if found else None


def remember(call: Call, uid: str) -> None:
    if call.request_id:
        call.bank.storage.run(
            "INSERT OR REPLACE INTO answered (shop_id, request_id, path, uid, at) VALUES (?, ?, ?, ?, ?)",
            call.shop.shop_id,
            call.request_id,
            call.request.url.path,
            uid,
            call.bank.clock.now(),
        )
