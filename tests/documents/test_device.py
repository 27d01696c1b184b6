"""PDF files signed by a key on a device: SoftHSM 2 stands for it, over the same PKCS#11.

Run where Debian's package `softhsm2` is installed (`.ci/run` installs it); else skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from parason.accounts.models import User
from parason.documents import commands, queries, signature
from parason.documents.inspecting import certificates
from parason.documents.papers import terms
from parason.documents.signature import SignerBroken, read_signature, signed
from tests.documents.papers import AT, make_policy
from tests.documents.signer import PASSWORD, make_signer

LIBRARIES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so")
LIBRARY = next((path for path in LIBRARIES if Path(path).exists()), "")
PIN = "314159"

pytestmark = pytest.mark.skipif(
    not (LIBRARY and shutil.which("softhsm2-util")), reason="softhsm2 is not installed: apt install softhsm2"
)


def util(*arguments: str) -> None:
    subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True)


@pytest.fixture(scope="module", params=["ec", "rsa"])
def device(request: Any, tmp_path_factory: Any) -> Iterator[dict[str, str]]:
    """A device with one key and its certificate, as the settings name it; the key cannot be read from it."""
    home = _home(tmp_path_factory)
    token = f"insurer-{request.param}"
    util("--init-token", "--free", "--label", token, "--pin", PIN, "--so-pin", "271828")
    folder = home / request.param
    folder.mkdir()
    make_signer(folder, kind=request.param)
    whole = (folder / "seal.p12").read_bytes()
    key, certificate, _more = pkcs12.load_key_and_certificates(whole, PASSWORD.encode())
    assert key is not None
    assert certificate is not None
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(pem)
    util("--import", str(folder / "key.pem"), "--token", token, "--label", "seal", "--id", "a1", "--pin", PIN)
    _put(certificate, token)
    yield {
        "kind": "pkcs11", "library": LIBRARY, "token": token, "label": "seal", "pin": PIN,
        "root": str(folder / "root.pem"),
    }  # fmt: skip
    signature.forget_signers()


def _home(factory: Any) -> Path:
    """One folder for a process: the library reads where its tokens are when it is loaded, once."""
    if "SOFTHSM2_CONF" not in os.environ:
        home: Path = factory.mktemp("softhsm")
        (home / "tokens").mkdir()
        (home / "softhsm2.conf").write_text(f"directories.tokendir = {home}/tokens\nlog.level = ERROR\n")
        os.environ["SOFTHSM2_CONF"] = str(home / "softhsm2.conf")
    return Path(os.environ["SOFTHSM2_CONF"]).parent


def _put(certificate: x509.Certificate, token: str) -> None:
    import pkcs11
    from pkcs11.util.x509 import decode_x509_certificate

    library = pkcs11.lib(LIBRARY)
    library.reinitialize()  # the token was made by another process
    fields = decode_x509_certificate(certificate.public_bytes(Encoding.DER))
    more = {pkcs11.Attribute.TOKEN: True, pkcs11.Attribute.LABEL: "seal", pkcs11.Attribute.ID: b"\xa1"}
    with library.get_token(token_label=token).open(rw=True, user_pin=PIN) as session:
        session.create_object({**fields, **more})


def given(device: dict[str, str], **changes: str) -> dict[str, str]:
    return {name: value for name, value in {**device, **changes}.items() if name != "root"}


def page() -> bytes:
    return terms(text="# A page\n\nTo be signed.", language="en", foot="", at=AT)


def test_a_policy_is_signed_by_the_key_on_the_device(
    device: dict[str, str], anna: User, settings: Any
) -> None:
    settings.PARASON_PDF_SIGNER = given(device)
    content = bytes(queries.file_of(make_policy(anna)).content)
    found = read_signature(content, roots=certificates(Path(device["root"])))
    assert found is not None
    assert (found.intact, found.whole, found.trusted) == (True, True, True)
    assert "Test Insurer's Seal" in found.signer
    changed = bytearray(content)
    changed[len(content) // 3] ^= 1
    again = read_signature(bytes(changed))
    assert again is None or not (again.intact and again.whole)


def test_the_key_never_leaves_the_device(device: dict[str, str]) -> None:
    import pkcs11

    signature.forget_signers()
    token = pkcs11.lib(LIBRARY).get_token(token_label=device["token"])
    with token.open(user_pin=PIN) as session:
        (key,) = session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY})
        assert key[pkcs11.Attribute.SENSITIVE]
        assert not key[pkcs11.Attribute.EXTRACTABLE]


def test_several_workers_threads_share_the_device(device: dict[str, str]) -> None:
    content, made = page(), list[bytes]()
    threads = [threading.Thread(target=lambda: made.append(signed(content, given(device)))) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(made) == 8
    assert all((found := read_signature(one)) and found.intact and found.whole for one in made)


@pytest.mark.parametrize(
    "wrong", [{"pin": "000000"}, {"token": "nothing"}, {"label": "nothing"}, {"library": "/nowhere.so"}]
)
def test_a_wrong_setting_stops_the_issue_with_words_and_the_right_one_works_after_it(
    device: dict[str, str], wrong: dict[str, str]
) -> None:
    signature.forget_signers()
    with pytest.raises(SignerBroken, match="pkcs11"):
        signed(page(), given(device, **wrong))
    assert read_signature(signed(page(), given(device))) is not None


def test_a_device_that_was_away_is_opened_anew(device: dict[str, str]) -> None:
    import pkcs11

    assert read_signature(signed(page(), given(device))) is not None
    pkcs11.lib(LIBRARY).reinitialize()  # every session is gone, as after pulling the plug
    with pytest.raises(SignerBroken):
        signed(page(), given(device))
    assert read_signature(signed(page(), given(device))) is not None


def test_the_command_tries_the_device(device: dict[str, str], settings: Any, capsys: Any) -> None:
    settings.PARASON_PDF_SIGNER = given(device)
    assert commands.main(["keys", "try-pdf"]) == 0
    assert "Test Insurer's Seal" in capsys.readouterr().out
    settings.PARASON_PDF_SIGNER = given(device, pin="1")
    assert commands.main(["keys", "try-pdf"]) == 1
    settings.PARASON_PDF_SIGNER = {"kind": ""}
    assert commands.main(["keys", "try-pdf"]) == 2
