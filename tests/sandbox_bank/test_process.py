"""The process: command line, restart, ports, two shops."""

import json
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.sandbox_bank.bank import ROOT, SandboxBank
from tests.sandbox_bank.listener import Listener
from tests.sandbox_bank.merchant import Merchant, signature_fits


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sandbox_bank", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)


def test_shops_are_printed_and_stay_the_same(tmp_path: Path) -> None:
    state = str(tmp_path / "deep" / "bank.db")
    first = _run("shops", "--state", state)
    shops = json.loads(first.stdout)
    assert [shop["shop_id"] for shop in shops] == [90001, 90002]
    assert shops[0]["public_key"].startswith("MIIBIjANBg")
    assert shops[0]["secret_key"] != shops[1]["secret_key"]
    assert _run("shops", "--state", state).stdout == first.stdout


def test_preset_shops_are_taken_and_filled_up_to_two(tmp_path: Path) -> None:
    state = str(tmp_path / "bank.db")
    shops = json.loads(_run("shops", "--state", state, "--shop", "361:abc", "--shop", "7:a:b").stdout)
    assert {shop["shop_id"]: shop["secret_key"] for shop in shops} == {361: "abc", 7: "a:b"}
    again = json.loads(_run("shops", "--state", state, "--shop", "361:new").stdout)
    assert {shop["shop_id"]: shop["secret_key"] for shop in again} == {361: "new", 7: "a:b"}
    assert {shop["public_key"] for shop in shops} == {shop["public_key"] for shop in again}


def test_a_state_file_of_another_version_keeps_its_shops(tmp_path: Path) -> None:
    state = tmp_path / "bank.db"
    before = _run("shops", "--state", str(state)).stdout
    with closing(sqlite3.connect(state)) as db:
        db.execute("PRAGMA user_version = 1")
        db.execute("ALTER TABLE transactions DROP COLUMN test")
        db.commit()
    with Listener() as box, SandboxBank(state=state, shops=()) as bank:
        assert Merchant(bank, box).paid()
    assert _run("shops", "--state", str(state)).stdout == before


@pytest.mark.parametrize("preset", ["361", "x:y", ":y", "361:"])
def test_a_malformed_preset_is_refused(tmp_path: Path, preset: str) -> None:
    done = _run("shops", "--state", str(tmp_path / "bank.db"), "--shop", preset)
    assert done.returncode == 2
    assert "id:secret" in done.stderr


def test_a_taken_port_is_one_clear_line_and_a_failure(bank: SandboxBank, tmp_path: Path) -> None:
    done = _run("--port", str(bank.port), "--state", str(tmp_path / "bank.db"))
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert str(bank.port) in done.stderr


def test_a_state_file_that_cannot_be_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a database, but long enough to be looked at by sqlite")
    for state in (tmp_path / "file", tmp_path / "file" / "bank.db"):
        done = _run("--port", "0", "--state", str(state))
        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 1


def test_after_a_power_cut_the_bank_goes_on(tmp_path: Path) -> None:
    with Listener() as box, SandboxBank(state=tmp_path / "bank.db") as bank:
        shop = Merchant(bank, box)
        box.answers = [(500, b"")]
        bank.fault("drop", tracking_id="att_9", times="always")
        bank.advance(1000)
        token, other = shop.token(), shop.token(order={"tracking_id": "att_2"})
        bank.pay(token)
        bank.settle()
        bank.kill()
        bank.start()
        assert shop.checkout(token)["status"] == "successful"
        assert httpx.get(f"{bank.url}/control/clock").json()["offset_seconds"] == 1000
        assert len(bank.faults()) == 1
        bank.advance(60)
        first, second = box.wait_for(2)
        assert first.raw == second.raw
        assert signature_fits(second, bank.shop.public_key)
        assert bank.pay(other)["status"] == "successful"
        assert bank.money("att_1")["charges"] == 1


def test_the_bank_ends_at_once_although_an_answer_hangs(tmp_path: Path) -> None:
    with SandboxBank(state=tmp_path / "bank.db") as bank:
        shop = Merchant(bank, Listener())
        bank.fault("timeout", seconds=100, on="any")
        with pytest.raises(httpx.ReadTimeout):
            shop.http.get("/transactions/x", timeout=0.2)
        began = time.monotonic()
        bank.stop()
    assert time.monotonic() - began < 6


def test_each_shop_has_its_own_key_and_secret(bank: SandboxBank, shop: Merchant) -> None:
    shop.http.auth = bank.shops[1].auth
    shop.paid()
    [note] = shop.box.wait_for(1)
    assert signature_fits(note, bank.shops[1].public_key)
    assert not signature_fits(note, bank.shops[0].public_key)
    assert note.headers["authorization"] == bank.shops[1].basic


def test_nothing_of_the_portal_is_imported() -> None:
    code = (
        "import sys, sandbox_bank.__main__;"
        "print([name for name in sys.modules if name.split('.')[0] in ('parason', 'django')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_secret_leaves_by_the_state_or_the_log_of_calls(bank: SandboxBank, shop: Merchant) -> None:
    shop.paid()
    bank.settle()
    text = json.dumps(bank.state())
    assert bank.shop.secret_key not in text
    assert "4200000000000000" not in text
