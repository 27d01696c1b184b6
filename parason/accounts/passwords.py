"""Which passwords are refused, besides short and common ones (Django's own rules)."""

from __future__ import annotations

import re

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from parason.kernel.insurer import insurer

STAFF_LEAST = 15
GUESSES_LEAST = 1_000_000
LOOKED_AT = 24  # signs; the estimate of very long ones takes long, and their beginning tells enough


class NotOurName:
    """Refuses the portal's and the insurer's own names with a few signs around:
    the first thing that is tried.
    """

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        core = re.sub(r"[^\w]|[\d_]", "", password).casefold()
        if core in self._names():
            raise ValidationError(
                _("This password is easy to guess here. Choose other words."), code="our_name"
            )

    @staticmethod
    def _names() -> set[str]:
        names = {"parason", "парасон", insurer().code, *insurer().name.values()}
        return {re.sub(r"[^\w]|[\d_]", "", name).casefold() for name in names}

    def get_help_text(self) -> str:
        return _("Your password cannot be the name of the portal.")


class NotGuessable:
    """Refuses what a guesser would try early: leaked passwords and names with the usual changes, rows of
    keys, repetitions, years. The estimate and its lists are zxcvbn's; nothing is asked over a network.
    """

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        from zxcvbn import zxcvbn  # its lists take 16 MB, which only a process needs that is asked

        if zxcvbn(password[:LOOKED_AT])["guesses"] < GUESSES_LEAST:
            raise ValidationError(
                _("This password is easy to guess. Choose other words, or one word more."), code="guessable"
            )

    def get_help_text(self) -> str:
        return _("Your password cannot be easy to guess.")


class LongForStaff:
    """Whoever sees other people's data has a longer password: at least 15 characters."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        if getattr(user, "is_staff", False) and len(password) < STAFF_LEAST:
            raise ValidationError(
                _("At least %(least)d characters for members of the staff.") % {"least": STAFF_LEAST},
                code="short_for_staff",
            )

    def get_help_text(self) -> str:
        return ""
