"""The tools of the measurements."""
