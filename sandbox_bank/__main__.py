"""Command line: `python -m sandbox_bank --port N --state FILE`, `… shops --state FILE` prints the shops."""

import argparse
import json
import sqlite3
import sys
from pathlib import Path

from sandbox_bank import shops
from sandbox_bank.bank import Bank
from sandbox_bank.server import PortInUse, serve
from sandbox_bank.storage import Storage


def _preset(text: str) -> tuple[int, str]:
    shop_id, _, secret = text.partition(":")
    if not (shop_id.isdecimal() and 0 < int(shop_id) < 2**31 and secret):
        raise argparse.ArgumentTypeError("write a shop as id:secret, the id being a number")
    return int(shop_id), secret


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sandbox_bank", description="A bank to test against; no real money moves."
    )
    parser.add_argument(
        "command", nargs="?", choices=("serve", "shops"), default="serve", help="default: serve"
    )
    parser.add_argument("--state", type=Path, required=True, help="the SQLite file in which the bank lives")
    parser.add_argument(
        "--shop", type=_preset, action="append", default=[], help="id:secret, may be repeated"
    )
    parser.add_argument("--port", type=int, default=8100)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--public-url", help="where payers reach the bank, when not by the address of the request"
    )
    return parser


def print_shops(state: Path, presets: list[tuple[int, str]]) -> None:
    """Print id, secret and public key of every shop as JSON; brings the state file into being."""
    storage = Storage(state)
    shops.ensure_shops(storage, presets)
    print(
        json.dumps([shops.as_json(shop) for shop in shops.all_shops(storage)], indent=2, ensure_ascii=False)
    )
    storage.close()


def main() -> int:
    options = _arguments().parse_args()
    try:
        if options.command == "shops":
            print_shops(options.state, options.shop)
        else:
            bank = Bank.open(options.state, presets=options.shop, public_url=options.public_url)
            serve(bank, options.host, options.port)
    except (PortInUse, OSError, sqlite3.Error) as problem:
        print(f"sandbox bank: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
