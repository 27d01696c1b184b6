"""The sandbox bank of the demo: which shop is ours, and what the settings need to know of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from parason.kernel.stop import CannotStart

NAMES = ("CHECKOUT_URL", "GATEWAY_URL", "API_URL", "SHOP_ID", "SECRET_KEY", "PUBLIC_KEY")


def is_given() -> bool:
    """Whether the environment names another bank. Raises CannotStart when it does so by halves."""
    set_ones = [name for name in NAMES if os.environ.get(f"PARASON_BEGATEWAY_{name}")]
    if set_ones and len(set_ones) < len(NAMES):
        missing = ", ".join(f"PARASON_BEGATEWAY_{name}" for name in NAMES if name not in set_ones)
        raise CannotStart(f"the bank is set by halves, these are missing: {missing}")
    return bool(set_ones)


def credentials(state: str, url: str) -> dict[str, str]:
    """The sandbox's first shop as settings. Raises CannotStart."""
    done = subprocess.run(
        [sys.executable, "-m", "sandbox_bank", "shops", "--state", state],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode:
        raise CannotStart(f"the sandbox bank has no shops: {done.stderr.strip().splitlines()[-1:]}")
    shop = json.loads(done.stdout)[0]
    values = (url, url, url, str(shop["shop_id"]), shop["secret_key"], shop["public_key"])
    return {f"PARASON_BEGATEWAY_{name}": value for name, value in zip(NAMES, values, strict=True)}
