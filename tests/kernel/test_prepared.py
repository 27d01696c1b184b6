"""A prepared query answers as the queryset that it was written from."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from parason.accounts.models import User
from parason.kernel.prepared import Prepared

pytestmark = pytest.mark.django_db


def test_it_finds_the_row_of_its_argument_and_no_other(anna: User, boris: User) -> None:
    by_email = Prepared(lambda email: User.objects.filter(email=email), email="sample")
    assert by_email.instance(email=anna.email) == anna
    assert by_email.instance(email=boris.email) == boris
    assert by_email.instance(email="nobody@example.com") is None


def test_an_instance_has_every_value_that_the_orm_gives(anna: User) -> None:
    found = User.objects.get(pk=anna.pk)
    same = User.objects.filter(pk=anna.pk).get()
    assert {name: value for name, value in vars(found).items() if name != "_state"} == {
        name: value for name, value in vars(same).items() if name != "_state"
    }


def test_rows_have_the_columns_in_the_order_asked_for(anna: User) -> None:
    query = Prepared(lambda pk: User.objects.filter(pk=pk).values_list("email", "pk"), pk=-1)
    assert query.first(pk=anna.pk) == (anna.email, anna.pk)


def test_a_missing_argument_is_an_error_and_not_the_sample(anna: User) -> None:
    query = Prepared(lambda pk: User.objects.filter(pk=pk), pk=-1)
    with pytest.raises(KeyError):
        query.first()


def test_it_is_written_once_and_asks_once(anna: User) -> None:
    writings = []

    def build(pk: int) -> object:
        writings.append(pk)
        return User.objects.filter(pk=pk)

    query = Prepared(build, pk=-1)  # type: ignore[arg-type]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert query.instance(pk=anna.pk) == query.instance(pk=anna.pk)
    assert len(asked) == 2
    assert writings == [-1]


def test_hostile_text_stays_a_value(anna: User) -> None:
    by_email = Prepared(lambda email: User.objects.filter(email=email), email="sample")
    assert by_email.instance(email="' OR 1=1 --") is None
