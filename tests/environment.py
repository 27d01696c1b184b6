"""The environment of the tests; loaded (`-p`) before pytest-django imports the settings."""

from __future__ import annotations

import os

os.environ["PARASON_DEMO"] = "1"
os.environ["SECRET_KEY"] = "for-tests-only-" + "x" * 50
os.environ.setdefault("PARASON_BASE_URL", "http://localhost:8000")
os.environ["PARASON_ALLOWED_HOSTS"] = "localhost,127.0.0.1,testserver"
os.environ["EMAIL_URL"] = "memorymail://"
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright keeps an event loop in the test's thread
