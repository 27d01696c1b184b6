"""Start the sandbox bank as a process of its own and steer it from a test.

    with SandboxBank(state=tmp_path / "bank.db") as bank:
        bank.fault("drop", tracking_id="att_1", times="always")
        bank.pay(token, "challenge")
        bank.advance(3600)
        assert bank.money("att_1")["charges"] == 1

Any test may import this; it knows nothing of the portal.
"""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0


@dataclass(frozen=True)
class BankShop:
    shop_id: int
    secret_key: str
    public_key: str

    @property
    def auth(self) -> tuple[str, str]:
        return str(self.shop_id), self.secret_key

    @property
    def basic(self) -> str:
        return "Basic " + base64.b64encode(":".join(self.auth).encode()).decode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class SandboxBank:
    """One bank process. `kill()` and a new `start()` go on with the same state file and port."""

    def __init__(
        self,
        *,
        state: Path | None = None,
        port: int | None = None,
        shops: tuple[str, ...] = ("90001:sandbox-secret",),
    ) -> None:
        self._own = tempfile.TemporaryDirectory(prefix="sandbox-bank-") if state is None else None
        self.state_file = state or Path(self._own.name if self._own else ".") / "bank.db"
        self.port = port or free_port()
        self._presets = [part for shop in shops for part in ("--shop", shop)]
        self._process: subprocess.Popen[bytes] | None = None
        self.client = httpx.Client(base_url=self.url, timeout=60, trust_env=False)
        self.shops: list[BankShop] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def shop(self) -> BankShop:
        """The first shop: 90001 unless told otherwise."""
        return self.shops[0]

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> Self:
        command = [
            sys.executable,
            "-m",
            "sandbox_bank",
            "--port",
            str(self.port),
            "--state",
            str(self.state_file),
        ]
        self._process = subprocess.Popen([*command, *self._presets], cwd=ROOT, stdout=subprocess.DEVNULL)
        until = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the sandbox bank did not start (exit code {self._process.poll()})")
            time.sleep(0.02)
        self.refresh_shops()
        return self

    def refresh_shops(self) -> None:
        """Read the shops again, for instance after a key rotation."""
        names = ("shop_id", "secret_key", "public_key")
        self.shops = [
            BankShop(**{name: shop[name] for name in names}) for shop in self._get("shops")["shops"]
        ]

    def _answers(self) -> bool:
        try:
            return self.client.get("/health").status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def stop(self) -> None:
        self._end(signal.SIGTERM)
        self.client.close()
        if self._own:
            self._own.cleanup()

    def kill(self) -> None:
        """End the process at once, as a power cut would; the state file stays."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process and self._process.poll() is None:
            os.kill(self._process.pid, how)
            self._process.wait(timeout=15)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.stop()

    # The control desk.

    def _get(self, path: str, **query: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.client.get(f"/control/{path}", params=query).raise_for_status().json()
        return answer

    def control(self, path: str, method: str = "POST", **data: Any) -> dict[str, Any]:
        """Any act of the desk; an unknown or refused one fails the test with the bank's own words."""
        response = self.client.request(method, f"/control/{path}", content=json.dumps(data))
        if response.is_error:
            raise AssertionError(f"the bank refused {path}: {response.text}")
        answer: dict[str, Any] = response.json()
        return answer

    def fault(self, name: str, **params: Any) -> dict[str, Any]:
        """Arm one fault: times=N or "always" (1), tracking_id=, shop_id=, and the fault's own parameters."""
        return self.control("faults", name=name, **params)

    def faults(self) -> list[dict[str, Any]]:
        """All faults armed since the last reset, with `used` telling how often each struck."""
        found: list[dict[str, Any]] = self._get("faults")["faults"]
        return found

    def clear_faults(self) -> None:
        self.control("faults", "DELETE")

    def pay(self, token: str, card: str = "ok", **how: Any) -> dict[str, Any]:
        """Pay a checkout without its page; card is a number or a name such as ok, declined, challenge."""
        return self.control("pay", token=token, card=card, **how)

    def pay_bill(self, account_number: str, outcome: str = "successful") -> dict[str, Any]:
        return self.control("erip/pay", account_number=account_number, outcome=outcome)

    def pay_out(self, **how: Any) -> list[dict[str, Any]]:
        """Pay out all that is owed to the shops; `short=N` minor units too little."""
        made: list[dict[str, Any]] = self.control("payout", **how)["payouts"]
        return made

    def statement(self, number: int | None = None) -> bytes:
        """The shop's statement (camt.053) with one payout, or with all."""
        query = {} if number is None else {"n": str(number)}
        return self.client.get("/control/statement.xml", params=query).raise_for_status().content

    def advance(self, seconds: float) -> dict[str, Any]:
        """Wind the bank's clock and wait until all that became due is done."""
        return self.control("clock", advance_seconds=seconds)

    def settle(self) -> None:
        """Wait until every notification that is due has been tried."""
        assert self.control("settle")["settled"], "the bank is still sending"

    def switch(self, **switches: Any) -> dict[str, Any]:
        return self.control("settings", **switches)

    def state(self, tracking_id: str | None = None) -> dict[str, Any]:
        return self._get("state", **({"tracking_id": tracking_id} if tracking_id else {}))

    def money(self, tracking_id: str) -> dict[str, Any]:
        """What truly moved: charges, charged, refunds, refunded, chargebacks, charged_back, kept."""
        nothing = dict.fromkeys(
            ("charges", "charged", "refunds", "refunded", "chargebacks", "charged_back", "kept"), 0
        )
        found: dict[str, Any] = self.state(tracking_id)["money"].get(tracking_id, nothing)
        return found

    def refund(self, uid: str, amount: int | None = None) -> dict[str, Any]:
        """A refund made at the bank's own desk."""
        return self.control("refund", uid=uid, amount=amount)

    def chargeback(self, uid: str) -> dict[str, Any]:
        return self.control("chargeback", uid=uid)

    def replay(self, **which: Any) -> int:
        """delivery_id=, or tracking_id= with about= and status=: the same bytes once more."""
        number: int = self.control("replay", **which)["delivery_id"]
        return number

    def expire(self, token: str) -> None:
        """Send the expired-token notification now, even for a paid token."""
        self.control("expire", token=token)

    def straighten(self, uid: str) -> None:
        """Take the data faults off a transaction and notify of it again, now as it is."""
        self.control("straighten", uid=uid)

    def rotate_key(self, shop_id: int | None = None) -> str:
        """A new key pair for a shop; returns the new public key."""
        key: str = self.control("rotate", shop_id=shop_id or self.shop.shop_id)["public_key"]
        self.refresh_shops()
        return key

    def reset(self) -> None:
        """Forget all but the shops."""
        self.control("reset")
