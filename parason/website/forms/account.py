"""The forms of registration, log-in and the second factor, in the portal's words."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.core import context
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.contrib.auth.hashers import make_password
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from parason.website import registration

PASSWORD_MOST = 128
EMAIL_MOST = 254
PASSWORD_HINT = _(
    "At least 8 characters. Three or four words in a row are easy to remember and hard to guess."
)
format_html_lazy = lazy(format_html, SafeString)


def email_field(field: forms.Field, *, autocomplete: str = "email") -> None:
    """Say and ask the same for an e-mail address everywhere."""
    field.label = _("E-mail address")
    field.widget.attrs = {
        "type": "email",
        "autocomplete": autocomplete,
        "inputmode": "email",
        "autocapitalize": "none",
        "spellcheck": "false",
        "dir": "ltr",
    }
    limit(field, EMAIL_MOST)
    field.error_messages |= {
        "required": _("Enter an e-mail address."),
        "invalid": _("Enter an e-mail address in the correct format, like name@example.com."),
    }


def password_field(field: forms.Field, *, label: Any, new: bool = False, help_text: Any = "") -> None:
    """A password may be pasted, long, and full of spaces."""
    field.label = label
    field.help_text = help_text
    field.widget.attrs = {
        "autocomplete": "new-password" if new else "current-password",
        "autocapitalize": "none",
        "spellcheck": "false",
        "dir": "ltr",
    }
    limit(field, PASSWORD_MOST)
    field.error_messages |= {"required": _("Enter a password.")}


def code_field(field: forms.Field) -> None:
    """A code from an app, pasted or filled in by the phone."""
    field.label = _("Code")
    field.widget.attrs = {
        "autocomplete": "one-time-code",
        "inputmode": "numeric",
        "autocapitalize": "none",
        "spellcheck": "false",
        "dir": "ltr",
        "class": "mono",
    }
    limit(field, 40)
    field.error_messages |= {"required": _("Enter the code.")}


def limit(field: forms.Field, most: int) -> None:
    """Refuse longer text with a sentence; nothing is cut while pasting."""
    field.max_length = most  # type: ignore[attr-defined] # text fields only
    field.validators = [rule for rule in field.validators if not isinstance(rule, MaxLengthValidator)]
    field.validators.append(MaxLengthValidator(most, _("At most %(limit_value)d characters.")))
    field.widget.attrs.pop("maxlength", None)


class SignupForm(account.SignupForm):
    """Registration (G5): address, password, two consents."""

    terms = forms.BooleanField(error_messages={"required": _("Tick the box to accept the terms of use.")})
    personal_data = forms.BooleanField(
        error_messages={"required": _("Tick the box to agree to the processing of your personal data.")}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        email_field(self.fields["email"], autocomplete="username")
        self.fields["email"].help_text = _("We send a letter there with a link that activates your account.")
        password_field(self.fields["password1"], label=_("Password"), new=True, help_text=PASSWORD_HINT)
        self.fields["terms"].label = format_html_lazy(
            '{} <a href="{}" target="_blank" rel="noopener">{}</a>',
            _("I accept the"),
            reverse_lazy("terms"),
            _("terms of use"),
        )
        self.fields["personal_data"].label = format_html_lazy(
            '{} <a href="{}" target="_blank" rel="noopener">{}</a>',
            _("I agree to the processing of my personal data as the"),
            reverse_lazy("privacy"),
            _("privacy notice says"),
        )
        self.order_fields(["email", "password1", "terms", "personal_data"])

    def try_save(self, request: HttpRequest) -> tuple[None, HttpResponse]:
        """Make the account, or write to whoever has it already; the browser cannot tell which."""
        email, password = self.cleaned_data["email"], make_password(self.cleaned_data["password1"])
        registration.register(request, email=email, password=password, known=self.account_already_exists)
        return None, redirect("account_email_verification_sent")


class LoginForm(account.LoginForm):
    """Log-in by address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        email_field(self.fields["login"], autocomplete="username")
        password_field(self.fields["password"], label=_("Password"))


class ChangeEmailForm(account.AddEmailForm):
    """Another address for the same account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        email_field(self.fields["email"])
        self.fields["email"].label = _("New e-mail address")

    def save(self, request: HttpRequest) -> Any:
        user: Any = self.user
        return registration.change_address(request, user=user, email=self.cleaned_data["email"])


class ChangePasswordForm(account.ChangePasswordForm):
    """A new password for somebody who knows the old one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        password_field(self.fields["oldpassword"], label=_("Present password"))
        password_field(self.fields["password1"], label=_("New password"), new=True, help_text=PASSWORD_HINT)


class ResetPasswordForm(account.ResetPasswordForm):
    """Asks for a letter with a link to a new password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        email_field(self.fields["email"], autocomplete="username")


class NewPasswordForm(account.ResetPasswordKeyForm):
    """The new password after following the letter's link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        password_field(self.fields["password1"], label=_("New password"), new=True, help_text=PASSWORD_HINT)


class ReauthenticateForm(account.ReauthenticateForm):
    """The password once more, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        password_field(self.fields["password"], label=_("Password"))


class LimitedCode:
    """Guessing codes is limited per person (`limits.py`); whoever is asked has passed the password."""

    cleaned_data: dict[str, Any]

    def clean_code(self) -> Any:
        self.cleaned_data["code"] = self.cleaned_data["code"].replace(" ", "")
        try:
            return super().clean_code()  # type: ignore[misc]
        except forms.ValidationError as refused:
            if refused.code in ("too_many_login_attempts", "rate_limited"):
                raise forms.ValidationError(_("Too many wrong codes. Try again later.")) from refused
            raise


class SecondFactorForm(LimitedCode, mfa.AuthenticateForm):
    """The code asked at log-in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code_field(self.fields["code"])


class SecondFactorAgainForm(LimitedCode, mfa.ReauthenticateForm):
    """The code asked before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code_field(self.fields["code"])


class ActivateTotpForm(LimitedCode, totp.ActivateTOTPForm):
    """The first code of a new authenticator app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code_field(self.fields["code"])


class DeactivateTotpForm(totp.DeactivateTOTPForm):
    """Takes the app away; the person is at hand and is not asked for again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.authenticator.user = context.request.user


def _name_field(field: forms.Field) -> None:
    field.label = _("Name of the key")
    field.help_text = _("For yourself, to tell your keys apart: “my phone”.")
    field.widget.attrs = {"autocomplete": "off", "autocapitalize": "sentences", "spellcheck": "false"}
    limit(field, 100)


class AddPasskeyForm(webauthn.AddWebAuthnForm):
    """A new passkey or security key; the browser fills in the credential."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_field(self.fields["name"])
        if "passwordless" in self.fields:
            self.fields["passwordless"].label = _("Log in with this key alone, without a password")
            self.fields["passwordless"].help_text = _("The key then asks for your finger, face or PIN.")
            self.fields["passwordless"].initial = True


class RenamePasskeyForm(webauthn.EditWebAuthnForm):
    """Another name for a key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_field(self.fields["name"])
