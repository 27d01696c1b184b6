"""`python -m parason` is the `parason` command."""

from __future__ import annotations

import sys

from parason.cli import main

if __name__ == "__main__":
    sys.exit(main())
