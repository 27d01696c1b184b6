"""The texts that a person agrees to on registration, by kind, with the version in force.

A version is the day from which its wording holds. Change the wording on the page, in all languages, and the
version here together: what people agreed to earlier stays on record with the version that they saw.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CONSENTS: Mapping[str, str] = MappingProxyType({"terms": "2026-11-22", "personal_data": "2026-11-22"})
