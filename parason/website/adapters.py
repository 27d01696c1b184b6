"""How allauth speaks to this portal: letters through our own room, addresses from the settings, our words."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailConfirmationHMAC
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from parason.accounts import operations
from parason.accounts.models import User
from parason.contracts.models import Contract
from parason.documents import letters
from parason.kernel.clock import now
from parason.quotes import queries as quotes
from parason.website import registration
from parason.website.registration import portal_url
from parason.website.sessions import begin

LOG = logging.getLogger("parason.security")
# allauth's letters → ours. What is missing here is a notice that says what happened to the account.
KINDS = {
    "account/email/email_confirmation_signup": "account_activate",
    "account/email/email_confirmation": "account_confirm_email",
    "account/email/account_already_exists": "account_exists",
    "account/email/unknown_account": "account_unknown",
    "account/email/password_reset_key": "account_reset",
}
# The pages on which a letter for activation is asked for; elsewhere it is a new password.
ACTIVATION_PAGES = {"account_again", "account_another_address"}
NOTICES = {
    "account/email/password_changed": _("The password of your account was changed."),
    "account/email/password_reset": _("The password of your account was set anew by the link in a letter."),
    "account/email/password_set": _("A password was set for your account."),
    "account/email/email_changed": _("The e-mail address of your account was changed."),
    "account/email/email_confirm": _("An e-mail address of your account was confirmed."),
    "account/email/email_deleted": _("An e-mail address was removed from your account."),
    "mfa/email/totp_activated": _("An authenticator app was added to your account."),
    "mfa/email/totp_deactivated": _("The authenticator app was removed from your account."),
    "mfa/email/webauthn_added": _("A passkey or security key was added to your account."),
    "mfa/email/webauthn_removed": _("A passkey or security key was removed from your account."),
    "mfa/email/recovery_codes_generated": _("New recovery codes were made for your account."),
}
MESSAGES: dict[str, Any] = {
    "account/messages/email_confirmed.txt": _("Your account is activated. You can log in now."),
    "account/messages/email_confirmation_failed.txt": _("This address could not be confirmed."),
    "account/messages/email_deleted.txt": _("The change of the address was cancelled."),
    "account/messages/password_changed.txt": _("Your password has been changed."),
    "account/messages/password_set.txt": _("Your password has been set."),
    "account/messages/logged_out.txt": _("You have logged out."),
    "mfa/messages/totp_activated.txt": _("The authenticator app is on."),
    "mfa/messages/totp_deactivated.txt": _("The authenticator app is off."),
    "mfa/messages/webauthn_added.txt": _("The key has been added."),
    "mfa/messages/webauthn_removed.txt": _("The key has been removed."),
    "mfa/messages/recovery_codes_generated.txt": _(
        "New recovery codes have been made. The old ones no longer work."
    ),
    "usersessions/messages/sessions_logged_out.txt": _("The other devices have been logged out."),
    # The pages that follow say it themselves.
    "account/messages/email_confirmation_sent.txt": None,
    "account/messages/logged_in.txt": None,
    "account/messages/primary_email_set.txt": None,
    "account/messages/cannot_delete_primary_email.txt": None,
}
FACTORS = "factors"
CONFIRMED = _("The address %(email)s is confirmed.")


class AccountAdapter(DefaultAccountAdapter):
    """The portal's answers to allauth's questions."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address or the password is not right."),
        "incorrect_password": _("The password is not right."),
        "enter_current_password": _("The present password is not right."),
        "incorrect_code": _("The code is not right. Codes change every 30 seconds."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, or ask for a new password."),
        "rate_limited": _("Too many attempts. Wait a few minutes."),
        "duplicate_email": _("This is the address that your account has already."),
        "invalid_password_reset": _("This link does not work any more."),
    }

    def new_user(self, request: HttpRequest) -> User:
        """A registered person's language is the one of the registration's page."""
        return User(language=get_language() or "en")

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        if isinstance(user, User):
            begin(request, staff=user.is_staff, at=now())
            registration.forget(request)
            request.session.pop(FACTORS, None)
            request.session["just_begun"] = registration.adopt(request, user=user) > 0
            if user.is_staff:
                operations.audit(actor=user, act="login", address=registration.address_of(request), at=now())

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        # Neither the address nor the account: logs are read by more people than the table of users.
        LOG.warning("log-in refused, from %s", registration.address_of(request))

    def respond_email_verification_sent(
        self, request: HttpRequest, user: AbstractBaseUser | None
    ) -> HttpResponseBase:
        """Whoever logs in before activating sees where the letter went, and may correct the address."""
        if isinstance(user, User) and registration.pending(request) is None:
            registration.remember(request, email=user.email, user=user, password="")
            request.session["letter_again"] = True
        return super().respond_email_verification_sent(request, user)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        # Who has just begun to buy, or never bought before, goes on with it; old drafts wait to be asked for.
        user, just_begun = request.user, request.session.pop("just_begun", False)
        if isinstance(user, User):
            begun = quotes.open_applications(user)
            if not just_begun:
                begun = begun.exclude(Exists(Contract.objects.filter(owner=user)))
            if begun.exists():
                return reverse("buy_resume")
        return str(super().get_login_redirect_url(request))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("profile_settings")

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return portal_url("account_confirm_email", emailconfirmation.key)

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _dash, token = key.partition("-")
        return portal_url("account_reset_password_from_key", uid, token)

    def send_confirmation_mail(
        self, request: HttpRequest, emailconfirmation: EmailConfirmationHMAC, signup: bool
    ) -> None:
        address = emailconfirmation.email_address
        # Whoever logs in before activating gets the letter of the registration again.
        first = signup or address.email == address.user.email
        super().send_confirmation_mail(request, emailconfirmation, first)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Hand a letter to the room of letters; nothing is sent inside the request."""
        kind, user = self._kind(template_prefix), self._reader(context)
        letters.send(
            kind=kind,
            key=f"{kind}:{secrets.token_hex(16)}",
            to=email,
            language=user.language if user else get_language() or "en",
            # The letter to an address that is not confirmed yet is for whoever reads mail there.
            user=user if user and (user.email == email or template_prefix in NOTICES) else None,
            key_is_new=True,
            context=self._words(template_prefix, email, context),
            attachments=[],
            at=now(),
        )

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell the person what happened to the account; after a change of address, where it was before."""
        if isinstance(user, User):
            self.send_mail(template_prefix, email or user.email, {**(context or {}), "user": user})

    def _kind(self, template_prefix: str) -> str:
        kind = KINDS.get(template_prefix, "account_notice")
        page = getattr(self.request, "resolver_match", None)
        if kind == "account_unknown" and page is not None and page.url_name in ACTIVATION_PAGES:
            return "account_unregistered"
        return kind

    def _reader(self, context: dict[str, Any]) -> User | None:
        user = context.get("user") or getattr(self.request, "user", None)
        return user if isinstance(user, User) else None

    @staticmethod
    def _words(template_prefix: str, email: str, context: dict[str, Any]) -> dict[str, str]:
        """The closed dictionary that a letter may use."""
        words = {"email": email, "login_url": portal_url("account_login"), "days": "3"}
        if template_prefix in NOTICES:
            return words | {
                "what": str(NOTICES[template_prefix]),
                "reset_url": portal_url("account_reset_password"),
            }
        return words | {
            "activate_url": str(context.get("activate_url", "")),
            "reset_url": str(context.get("password_reset_url", ""))
            if "key" in template_prefix
            else portal_url("account_reset_password"),
            "signup_url": portal_url("account_signup"),
        }

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        if message_template in MESSAGES:
            message = MESSAGES[message_template]
            if message is None:
                return
            if message_template == "account/messages/email_confirmed.txt" and not isinstance(
                request.user, AnonymousUser
            ):
                message = CONFIRMED % (message_context or {})
            messages.add_message(request, level, message, extra_tags=extra_tags)
            return
        super().add_message(request, level, message_template, message_context, extra_tags, message)


class FactorsAdapter(DefaultMFAAdapter):
    """Asks once in a request which second steps a person has, instead of once for each kind.

    Between the password and the code the session remembers it; the code is looked up anyway.
    """

    def is_mfa_enabled(
        self, user: AbstractBaseUser | AnonymousUser, types: Iterable[str] | None = None
    ) -> bool:
        if not isinstance(user, User):
            return False
        request = context.request
        whose, kinds = getattr(request, FACTORS, None) or request.session.get(FACTORS) or (None, ())
        if whose != user.pk:
            kinds = list(Authenticator.objects.filter(user_id=user.pk).values_list("type", flat=True))
            setattr(request, FACTORS, (user.pk, kinds))
            if kinds and not request.user.is_authenticated:
                request.session[FACTORS] = (user.pk, kinds)
        return bool(kinds if types is None else set(kinds).intersection(types))


def forget_factors(**_more: Any) -> None:
    """A second step was added or removed in this request."""
    if context.request is not None:
        context.request.__dict__.pop(FACTORS, None)
