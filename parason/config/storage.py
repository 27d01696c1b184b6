"""Static files: names with a hash once they are collected, as they lie before that."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Hashed and compressed after `parason migrate`; a checkout without it (tests) serves the sources."""

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        """The hashed name, or the name itself when nothing was collected."""
        return str(super().stored_name(name)) if self.hashed_files else name
