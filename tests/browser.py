"""Which Chromium the tests use."""

from __future__ import annotations

import shutil
from pathlib import Path


def chromium() -> str | None:
    """Path of the machine's Chromium, else of Playwright's own, None when there is neither."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None
