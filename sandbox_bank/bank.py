"""What one running bank holds; every other module gets it as its first argument."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from sandbox_bank.clock import Clock
from sandbox_bank.settings import Settings
from sandbox_bank.shops import ensure_shops
from sandbox_bank.storage import EMPTIED_BY_RESET, Storage

# A shop that takes longer to acknowledge counts as unreachable.
SHOP_TIMEOUT = httpx.Timeout(10.0, connect=5.0)


@dataclass
class Bank:
    storage: Storage
    clock: Clock
    settings: Settings
    public_url: str | None = None
    client: httpx.AsyncClient = field(init=False)
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    def open(cls, state: Path, *, presets: list[tuple[int, str]], public_url: str | None = None) -> "Bank":
        storage = Storage(state)
        ensure_shops(storage, presets)
        return cls(storage, Clock(storage), Settings(storage), public_url)

    def connect(self) -> None:
        """Make the HTTP client by which the bank calls shops; needs a running event loop."""
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=16)
        # trust_env: a proxy of the environment has no business between two processes of one machine.
        self.client = httpx.AsyncClient(
            timeout=SHOP_TIMEOUT, limits=limits, follow_redirects=False, trust_env=False
        )

    def reset(self) -> None:
        """Forget everything but the shops, their keys and secrets."""
        with self.storage.transaction():
            for table in EMPTIED_BY_RESET:
                self.storage.run(f"DELETE FROM {table}")  # noqa: S608
            self.clock.reset()
            self.settings.reset()
        self.wake.set()
