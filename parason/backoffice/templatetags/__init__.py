"""Filters of the staff's templates."""
