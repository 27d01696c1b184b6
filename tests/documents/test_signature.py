"""The signed PDF, and the command that checks codes and files with public keys alone."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from parason.accounts.models import User
from parason.documents import checking, commands, operations, queries, seal
from parason.documents.inspecting import certificates
from parason.documents.models import Policy, SealKey
from parason.documents.signature import SignerBroken, read_signature, signed
from tests.documents.papers import AT, make_policy
from tests.documents.signer import make_signer


@pytest.fixture
def policy(anna: User, settings: Any, tmp_path: Path) -> Policy:
    settings.PARASON_PDF_SIGNER = make_signer(tmp_path)
    return make_policy(anna)


def pdf_of(policy: Policy) -> bytes:
    return bytes(queries.file_of(policy).content)


def test_the_file_is_signed_whole_by_the_insurer_and_stays_archival(policy: Policy, tmp_path: Path) -> None:
    found = read_signature(pdf_of(policy), roots=certificates(tmp_path / "root.pem"))
    assert found is not None
    assert (found.intact, found.whole, found.trusted) == (True, True, True)
    assert "Test Insurer's Seal" in found.signer
    with pikepdf.open(io.BytesIO(pdf_of(policy))) as pdf:
        meta = pdf.open_metadata()
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("3", "A", "1")
        (field,) = pdf.Root.AcroForm.Fields
        assert field.V.SubFilter == "/ETSI.CAdES.detached"
        assert int(field.F) & 4  # printable, as PDF/A asks
        assert not int(field.F) & 2
        assert all(float(edge) < 0 for edge in field.Rect)  # outside of the page, as PDF/UA asks
        assert list(pdf.attachments) == ["policy.json"]
    assert len(pdf_of(policy)) < 150_000


def test_a_file_with_one_byte_changed_is_told(policy: Policy) -> None:
    content = pdf_of(policy)
    signed_part = len(content) * 9 // 10
    for place in range(20, signed_part, signed_part // 40):
        changed = bytearray(content)
        changed[place] ^= 1
        found = read_signature(bytes(changed))
        assert found is None or not (found.intact and found.whole), place


def test_something_added_behind_the_signature_is_told(policy: Policy) -> None:
    with pikepdf.open(io.BytesIO(pdf_of(policy))) as pdf:
        pdf.docinfo["/Note"] = "changed"
        output = io.BytesIO()
        pdf.save(output)
    found = read_signature(output.getvalue())
    assert found is None or not (found.intact and found.whole)


def test_without_a_key_nothing_is_signed(anna: User) -> None:
    assert read_signature(pdf_of(make_policy(anna))) is None
    assert signed(b"unchanged", {"kind": ""}) == b"unchanged"


def test_a_wrong_password_stops_the_issue_with_words(tmp_path: Path) -> None:
    given = make_signer(tmp_path) | {"password": "wrong"}
    with pytest.raises(SignerBroken):
        signed(b"%PDF-1.7", given)


@pytest.fixture
def held(policy: Policy, tmp_path: Path) -> Path:
    """What a checker holds: keys, list and the file, and nothing of ours."""
    (tmp_path / "keys.json").write_text(json.dumps({"keys": queries.public_keys()}))
    (tmp_path / "list.jws").write_text(checking.signed_list(after=0, at=AT))
    (tmp_path / "policy.pdf").write_bytes(pdf_of(policy))
    return tmp_path


def run(held: Path, what: str, *more: str, day: str = "2026-06-15") -> int:
    keys, ended = str(held / "keys.json"), str(held / "list.jws")
    return commands.main(["verify", what, "--keys", keys, "--list", ended, "--day", day, *more])


def test_the_command_checks_a_file(held: Path, policy: Policy, capsys: Any) -> None:
    trust = ("--trust", str(held / "root.pem"), "--document", "EA 1234567")
    assert run(held, str(held / "policy.pdf"), *trust) == 0
    said = capsys.readouterr().out
    for wanted in ("VALID", str(policy), "KOWALSKA ANNA", "10000 EUR", "number fits", "(trusted)"):
        assert wanted in said


@pytest.mark.parametrize(
    ("day", "code", "said"),
    [
        ("2026-06-09", 1, "NOT YET"),
        ("2026-06-10", 0, "VALID"),
        ("2026-07-09", 0, "VALID"),
        ("2026-07-10", 1, "EXPIRED"),
    ],
)
def test_the_command_checks_a_code(
    held: Path, policy: Policy, capsys: Any, day: str, code: int, said: str
) -> None:
    assert run(held, seal.link("https://x.example", policy.seal), day=day) == code
    assert said in capsys.readouterr().out


def test_the_command_knows_ended_policies_and_revoked_keys(held: Path, policy: Policy, capsys: Any) -> None:
    operations.withdraw_policy(policy=policy, at=AT)
    (held / "list.jws").write_text(checking.signed_list(after=0, at=AT))
    assert run(held, policy.seal) == 1
    assert "WITHDRAWN" in capsys.readouterr().out
    operations.new_key(at=AT)
    keys = {"keys": queries.public_keys()}
    assert commands.main(["keys", "revoke", policy.key_id, "--reason", "leaked"]) == 0
    (held / "keys.json").write_text(json.dumps(keys))  # a checker whose keys are older than the list
    (held / "list.jws").write_text(checking.signed_list(after=0, at=AT))
    assert run(held, policy.seal) == 3
    assert "revoked the key" in capsys.readouterr().out


def test_who_only_checks_needs_no_secret_and_no_database(held: Path, policy: Policy) -> None:
    """A clinic installs the program and sets nothing at all."""
    command = [
        sys.executable, "-m", "parason", "verify", str(held / "policy.pdf"),
        "--keys", str(held / "keys.json"), "--list", str(held / "list.jws"), "--day", "2026-06-15",
    ]  # fmt: skip
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(command, env=bare, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("VALID (for 2026-06-15)")


def test_the_command_tells_forged_files(held: Path, policy: Policy, tmp_path: Path, capsys: Any) -> None:
    changed = bytearray(pdf_of(policy))
    changed[3000] ^= 1
    (held / "changed.pdf").write_bytes(bytes(changed))
    assert run(held, str(held / "changed.pdf")) == 3
    facts = json.loads(json.dumps(policy.facts | {"seal": policy.seal}))
    facts["last_day"] = "2027-06-10"
    with pikepdf.open(io.BytesIO(pdf_of(policy))) as pdf:
        pdf.attachments["policy.json"] = json.dumps(facts).encode()
        pdf.save(held / "longer.pdf")
    assert run(held, str(held / "longer.pdf")) == 3
    assert "not the sealed ones" in capsys.readouterr().out
    (held / "empty.pdf").write_bytes(b"%PDF-1.7 nothing")
    assert run(held, str(held / "empty.pdf")) == 3


def test_the_command_says_when_it_cannot_check(held: Path, policy: Policy, capsys: Any) -> None:
    missing = ["verify", policy.seal, "--keys", str(held / "nowhere.json")]
    assert commands.main(missing) == 2
    assert commands.main(["verify", policy.seal, "--keys", "http://127.0.0.1:9/keys"]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_keys_are_made_listed_and_ended_from_the_terminal(db: None, capsys: Any) -> None:
    assert commands.main(["keys", "new"]) == 0
    key = SealKey.objects.get()
    assert commands.main(["keys", "list"]) == 0
    assert commands.main(["keys", "retire", key.key_id]) == 0
    assert commands.main(["keys", "retire", "none"]) == 1
    said = capsys.readouterr()
    assert f"{key.key_id}  ACTIVE" in said.out
    assert f"{key.key_id} is retired" in said.out
    assert "no such key" in said.err
    assert SealKey.objects.get(pk=key.pk).ended_at is not None
