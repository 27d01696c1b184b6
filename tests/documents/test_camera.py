"""The camera of the verify page: a real stream of real frames in Chromium, our own script, a real decoder.

Chromium on Linux has no BarcodeDetector: the page is given one that hands each frame of the camera to ZXing.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, expect

from parason.accounts.models import User
from parason.documents import rendering, seal
from parason.website.views import verify
from tests.browser import chromium
from tests.documents.test_verify_page import policy_from

pytestmark = pytest.mark.django_db(transaction=True)

WIDE, HIGH = 960, 720
Image = NDArray[np.uint8]
DETECTOR = """
window.BarcodeDetector = class {
  constructor(options) { this.formats = options.formats; }
  async detect(film) {
    const sheet = document.createElement("canvas");
    sheet.width = film.videoWidth;
    sheet.height = film.videoHeight;
    const brush = sheet.getContext("2d");
    brush.drawImage(film, 0, 0);
    const frame = brush.getImageData(0, 0, sheet.width, sheet.height).data;
    let grey = "";
    for (let place = 0; place < frame.length; place += 4) grey += String.fromCharCode(frame[place + 1]);
    return (await window.decode(btoa(grey), sheet.width, this.formats)).map((rawValue) => ({ rawValue }));
  }
};
"""


def on_the_table(text: str) -> Image:
    """A frame in which the printed code lies a little askew on a grey table."""
    modules = np.array([list(row) for row in rendering.qr_modules(text)], dtype=np.uint8)
    paper = cv2.resize(np.pad(modules, 4, constant_values=255), (600, 600), interpolation=cv2.INTER_AREA)
    frame = np.full((HIGH, WIDE), 120, dtype=np.uint8)
    frame[60:660, 180:780] = paper
    matrix = cv2.getRotationMatrix2D((WIDE / 2, HIGH / 2), 4, 1)
    return np.asarray(cv2.warpAffine(frame, matrix, (WIDE, HIGH), borderValue=120), dtype=np.uint8)


def film(path: Path, frames: list[Image]) -> Path:
    """Frames as a Y4M film, ten a second; Chromium plays it again and again in place of a camera."""
    colour = np.full(WIDE * HIGH // 2, 128, dtype=np.uint8).tobytes()
    with path.open("wb") as out:
        out.write(f"YUV4MPEG2 W{WIDE} H{HIGH} F10:1 Ip A1:1 C420jpeg\n".encode())
        for frame in frames:
            out.write(b"FRAME\n" + frame.tobytes() + colour)
    return path


def decode(grey: str, width: int, formats: list[str]) -> list[str]:
    """What ZXing reads in a frame."""
    assert formats == ["qr_code"]
    frame = np.frombuffer(base64.b64decode(grey), dtype=np.uint8).reshape(-1, width)
    return [found.text for found in zxingcpp.read_barcodes(frame)]


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    verify.forget()
    yield
    verify.forget()


Opened = Callable[..., Any]


@pytest.fixture
def opened(browser: Browser, live_server: Any) -> Opened:
    """Opens `/v` in a Chromium whose camera shows a film; without one it has no camera."""

    @contextmanager
    def open_page(
        shown: Path | None, *, allowed: bool = True, detector: bool = True, language: str = "en"
    ) -> Iterator[Page]:
        given = ["--no-sandbox", "--disable-gpu"]
        if shown:
            given += ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={shown}"]
        own = browser.browser_type.launch(executable_path=chromium(), args=given)
        context = own.new_context(locale=language, base_url=live_server.url)
        if allowed:
            context.grant_permissions(["camera"])
        page = context.new_page()
        page.expose_function("decode", decode)
        if detector:
            page.add_init_script(DETECTOR)
        page.goto("/v")
        yield page
        own.close()

    return open_page


def camera_is_on(page: Page) -> bool:
    return bool(page.evaluate("document.getElementById('film').srcObject?.active ?? false"))


def test_a_policy_held_before_the_camera_is_checked(opened: Opened, anna: User, tmp_path: Path) -> None:
    policy = policy_from(anna)
    table = np.full((HIGH, WIDE), 120, dtype=np.uint8)
    code = on_the_table(seal.link(settings.PARASON_BASE_URL, policy.seal))
    with opened(film(tmp_path / "policy.y4m", [table] * 8 + [code] * 30)) as page:
        page.get_by_role("button", name="Scan with the camera").click()
        expect(page.locator('#verdict[data-verdict="valid"]')).to_be_visible(timeout=20_000)
        expect(page.locator("#facts")).to_contain_text("KOWALSKA ANNA")
        expect(page.locator("#film")).to_be_hidden()
        assert not camera_is_on(page), "the camera's light goes out"
        expect(page.get_by_role("button", name="Scan with the camera")).to_be_visible()
        assert page.evaluate("document.activeElement.id") == "verdict"


def test_a_code_of_something_else_is_not_genuine(opened: Opened, anna: User, tmp_path: Path) -> None:
    policy_from(anna)
    code = on_the_table("https://menu.example/pizza")
    with opened(film(tmp_path / "menu.y4m", [code] * 10)) as page:
        page.get_by_role("button", name="Scan with the camera").click()
        expect(page.locator('#verdict[data-verdict="not_genuine"]')).to_be_visible(timeout=20_000)
        assert not camera_is_on(page)


def test_the_camera_can_be_stopped_and_started_again(opened: Opened, tmp_path: Path) -> None:
    table = np.full((HIGH, WIDE), 120, dtype=np.uint8)
    with opened(film(tmp_path / "table.y4m", [table] * 10)) as page:
        for _time in range(2):
            page.get_by_role("button", name="Scan with the camera").click()
            expect(page.locator("#film")).to_be_visible()
            stop = page.get_by_role("button", name="Stop the camera")
            expect(stop).to_be_visible()
            assert Axe().run(page).response["violations"] == []
            stop.click()
            expect(page.locator("#film")).to_be_hidden()
            assert not camera_is_on(page)
        assert page.locator("#verdict").get_attribute("data-verdict") is None


def test_without_permission_the_page_says_what_to_do(opened: Opened, tmp_path: Path) -> None:
    table = np.full((HIGH, WIDE), 120, dtype=np.uint8)
    with opened(film(tmp_path / "table.y4m", [table] * 10), allowed=False) as page:
        page.get_by_role("button", name="Scan with the camera").click()
        expect(page.locator('#verdict[data-verdict="cannot"]')).to_be_visible()
        expect(page.locator("#verdict-detail")).to_contain_text("The camera was not allowed.")
        expect(page.locator("#film")).to_be_hidden()
        assert Axe().run(page).response["violations"] == []


def test_without_a_camera_the_text_can_be_pasted(opened: Opened) -> None:
    with opened(None) as page:
        page.get_by_role("button", name="Scan with the camera").click()
        expect(page.locator('#verdict[data-verdict="cannot"]')).to_be_visible()
        expect(page.locator("#verdict-detail")).to_contain_text("Paste the text of the code instead.")
        expect(page.get_by_label("Text or link of the code")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Point the camera of any phone"), ("ru", "Наведите камеру любого телефона")]
)
def test_a_browser_that_reads_no_codes_points_to_the_phones_own_camera(
    opened: Opened, tmp_path: Path, language: str, said: str
) -> None:
    table = np.full((HIGH, WIDE), 120, dtype=np.uint8)
    with opened(film(tmp_path / "table.y4m", [table]), detector=False, language=language) as page:
        assert page.evaluate("'BarcodeDetector' in window") is False
        expect(page.locator("#scan")).to_be_hidden()
        expect(page.locator("main")).to_contain_text(said)
