"""The staff: one member for each role, logged in with a second step."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib.auth.models import Group
from django.test import Client

from parason.accounts.models import User
from parason.accounts.operations import sync_roles
from tests.factories import browser_of, make_user

AT = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


def member(role: str, email: str = "") -> User:
    """Somebody with one role."""
    if not Group.objects.filter(name=role).exists():
        sync_roles(at=AT)
    user = make_user(email or f"{role.replace(' ', '.')}@example.com", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


def at_work(role: str, email: str = "") -> Client:
    """Their browser."""
    return browser_of(member(role, email))
