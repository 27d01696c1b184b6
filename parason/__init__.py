"""Parason."""
