"""Sample people, so that every page has something to show; harmless when they are there already."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db import transaction

from parason.accounts.models import User
from parason.accounts.operations import sync_roles
from parason.accounts.roles import ROLES
from parason.demo import stories

CUSTOMER, STAFF = "customer@example.com", "staff@example.com"


def seed(*, staff_password: str, customer_password: str, at: datetime) -> None:
    """Make what is missing of the sample customer, of the customer's purchases, and of the staff."""
    with transaction.atomic():
        staff(staff_password, at=at)
        customer = account(CUSTOMER, customer_password)
        stories.household(customer, at=at)
    stories.past(customer, at=at)
    stories.present(customer, at=at)


def staff(password: str, *, at: datetime) -> None:
    """One who may do everything, and one for each role: cashier@example.com and so on."""
    sync_roles(at=at)
    account(STAFF, password, is_staff=True, is_superuser=True)
    for role in ROLES:
        user = account(f"{role.replace(' ', '.')}@example.com", password, is_staff=True)
        user.groups.set(Group.objects.filter(name=role))


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
