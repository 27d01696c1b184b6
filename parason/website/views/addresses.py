"""The page on which a person changes the e-mail address of the account."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.manage_email import sync_user_email_address
from allauth.account.views import EmailView
from allauth.decorators import rate_limit
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import method_decorator

from parason.accounts.models import User


@method_decorator([login_required, rate_limit(action="manage_email")], name="dispatch")
class ChangeAddressView(EmailView):
    """allauth's, which asks before each press too whether the account's address is in its table."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self._did_send_verification_email = False
        if request.method == "GET" and isinstance(request.user, User):
            sync_user_email_address(request.user)
        return super(EmailView, self).dispatch(request, *args, **kwargs)


change = ChangeAddressView.as_view()
