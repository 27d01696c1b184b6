"""`parason demo`: everything on one machine, with nothing installed.

It may import any room; no room imports it.
"""
