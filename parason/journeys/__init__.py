"""Stories across rooms, one file each: what a door calls.

Not here: HTTP, and tables.
"""
