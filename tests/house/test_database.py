"""The tests' database is the real one."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection
from django.test import Client

from parason.accounts.models import User


@pytest.mark.django_db
def test_the_database_is_postgresql_18_or_the_given_one() -> None:
    assert connection.vendor == "postgresql"
    assert connection.cursor().connection.info.server_version >= 150000


def test_the_cast_can_log_in(as_anna: Client, anna: User) -> None:
    assert get_user_model().objects.filter(pk=as_anna.session["_auth_user_id"]).get() == anna


@pytest.mark.django_db(transaction=True)
def test_the_cache_is_empty_at_the_start_of_a_test_with_real_transactions() -> None:
    assert cache.get("anything") is None
    cache.set("anything", 1)
