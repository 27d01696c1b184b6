"""The environment of the tests; loaded (`-p`) before pytest-django imports the settings."""

from __future__ import annotations

import os
import runpy
import tempfile
from pathlib import Path

os.environ["PARASON_DEMO"] = "1"
os.environ["SECRET_KEY"] = "for-tests-only-" + "x" * 50
os.environ.setdefault("PARASON_BASE_URL", "http://localhost:8000")
os.environ["PARASON_ALLOWED_HOSTS"] = "localhost,127.0.0.1,testserver"
os.environ["PARASON_DATABASE_POOL"] = "32"  # tests of races open many at once
os.environ["EMAIL_URL"] = "memorymail://"
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright keeps an event loop in the test's thread

# Pages are tested in the languages that they are read in.
runpy.run_path(str(Path(__file__).resolve().parent.parent / "bin" / "catalogues"))["compile_all"]()
# Empty: tests see the static files as they lie, not what a demo has collected.
_static = Path(tempfile.gettempdir()) / f"parason-tests-{os.geteuid()}" / "static"
_static.mkdir(parents=True, exist_ok=True)
os.environ["PARASON_STATIC_ROOT"] = str(_static)
