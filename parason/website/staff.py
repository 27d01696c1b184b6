"""The door of the back office: staff only, and only with a second factor."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from parason.accounts.models import User

PREFIX = "/backoffice/"


class SecondFactorMiddleware:
    """Sends staff to the second step; answers everybody else as if the back office were not theirs to see."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PREFIX):
            return self.get_response(request)
        return self._stop(request) or self.get_response(request)

    def _stop(self, request: HttpRequest) -> HttpResponse | None:
        user = request.user
        if not isinstance(user, User) or not user.is_authenticated:
            return redirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")
        if not user.is_staff:
            raise PermissionDenied
        if has_shown_second_factor(request, user):
            return None
        if Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
            return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': request.get_full_path()})}")
        messages.warning(
            request, _("The back office asks for a second step at log-in. Set one up here, then go back.")
        )
        return redirect("mfa_index")


def has_shown_second_factor(request: HttpRequest, user: User) -> bool:
    """Whether this session holds the record of a code or key; a password alone is no second factor."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, user))
