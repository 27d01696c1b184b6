"""Sample people, so that every page has something to show; harmless when they are there already."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction

from parason.accounts.models import User

CUSTOMER, STAFF = "customer@example.com", "staff@example.com"


@transaction.atomic
def seed(*, staff_password: str, customer_password: str, at: datetime) -> None:
    """Make what is missing of the sample customer and the staff."""
    account(STAFF, staff_password, is_staff=True, is_superuser=True)
    account(CUSTOMER, customer_password)


def account(email: str, password: str, **fields: bool) -> User:
    """A user with a confirmed address; an existing one keeps everything but gets this password."""
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, password, **fields)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    elif not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
    return user
