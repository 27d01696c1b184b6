"""Activation by letter: the notice after “Sign up”, the link, a new letter, another address."""

from __future__ import annotations

from http import HTTPStatus

from allauth.account import app_settings
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.views import ConfirmEmailView
from django import forms
from django.core import signing
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from parason.accounts.providers import meant_address
from parason.website import registration
from parason.website.forms.account import email_field


class AddressForm(forms.Form):
    """One e-mail address."""

    email = forms.EmailField()

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        email_field(self.fields["email"])

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


@never_cache
@require_GET
def sent(request: HttpRequest) -> HttpResponse:
    """G6: the registration went through, a letter was sent; how to get another, or to mend the address."""
    return render(request, "account/verification_sent.html", sent_context(request))


def sent_context(request: HttpRequest) -> dict[str, object]:
    begun = registration.pending(request)
    meant = meant_address(begun.email) if begun else ""
    return {
        "email": begun.email if begun else "",
        "meant": meant,
        "form": AddressForm(initial={"email": meant}),
        "again": request.session.pop("letter_again", False),
    }


@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Send the letter once more: to the address of this browser's registration, of an old link,
    or as typed.
    """
    form = AddressForm(
        {"email": _address_of_link(request.POST.get("key", "")) or request.POST.get("email", "")}
    )
    if not form.is_valid():
        context = {"form": form, "reason": "broken"}
        return render(request, "account/email_confirm.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    email = form.cleaned_data["email"]
    registration.send_activation(request, email)
    begun = registration.pending(request)
    if begun is None or begun.email != email:
        # The next page names the address; it can be corrected only where it was registered.
        registration.remember(request, email=email, user=None, password="")
    request.session["letter_again"] = True
    return redirect("account_email_verification_sent")


@require_POST
def another_address(request: HttpRequest) -> HttpResponse:
    """The address was mistyped at registration."""
    form = AddressForm(request.POST)
    if not form.is_valid():
        context = sent_context(request) | {"form": form}
        return render(
            request, "account/verification_sent.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    registration.correct_address(request, email=form.cleaned_data["email"])
    return redirect("account_email_verification_sent")


def _address_of_link(key: str) -> str:
    """The address that an old activation link was for, whatever its age; empty when the link is not ours."""
    address = _linked(key)
    return address.email if address else ""


def _linked(key: str, *, max_age: int | None = None) -> EmailAddress | None:
    try:
        number = signing.loads(key, salt=app_settings.SALT, max_age=max_age)
    except signing.BadSignature:
        return None
    return EmailAddress.objects.select_related("user").filter(pk=number).first()


def why_not(key: str) -> str:
    """Why a link does not activate: broken, expired, used or replaced."""
    try:
        signing.loads(key, salt=app_settings.SALT)
    except signing.BadSignature:
        return "broken"
    address = _linked(key)
    if address is None:
        return "replaced"
    return "used" if address.verified else "expired"


WORDS = {
    "broken": (
        _("This link is not complete"),
        _("Part of it is missing. Copy the whole link from the letter, or ask for a new letter."),
    ),
    "expired": (_("This link has expired"), _("A link works for 3 days. Ask for a new letter.")),
    "used": (_("This link was used already"), _("The address is confirmed. You can log in.")),
    "taken": (
        _("This address cannot be confirmed"),
        _("It belongs to another account by now. Log in with it, or ask for a new password."),
    ),
    "replaced": (
        _("This link was replaced"),
        _("A newer letter was sent, or the address was changed. Use the link in the newest letter."),
    ),
}


class ActivateView(ConfirmEmailView):
    """G7. Opening the link changes nothing, since mail scanners open links too;
    the button on the page activates.
    """

    def get(self, *args: object, **kwargs: object) -> HttpResponse:
        try:
            self.object = self.get_object()
        except Http404:
            return self.refuse()
        response: HttpResponse = self.render_to_response(self.get_context_data())
        return response

    def post(self, *args: object, **kwargs: object) -> HttpResponse:
        try:
            self.object = self.get_object()
            with transaction.atomic():
                registration.activate(self.request, self.object.email_address)
        except (Http404, registration.UsedMeanwhile):
            return self.refuse()
        except IntegrityError:
            # Another account confirmed the same address.
            return self.refuse("taken")
        self.logout_other_user(self.object)
        return redirect("profile_settings" if self.request.user.is_authenticated else "account_login")

    def get_object(self, queryset: object = None) -> EmailConfirmationHMAC:
        key, days = self.kwargs["key"], app_settings.EMAIL_CONFIRMATION_EXPIRE_DAYS
        address = _linked(key, max_age=days * 24 * 3600)
        if address is None or address.verified:
            raise Http404
        return EmailConfirmationHMAC(address)

    def refuse(self, reason: str = "") -> HttpResponse:
        """Say why, and offer the next step."""
        reason = reason or why_not(self.kwargs["key"])
        title, text = WORDS[reason]
        context = {
            "reason": reason,
            "heading": title,
            "text": text,
            "key": self.kwargs["key"] if reason == "expired" else "",
            "form": AddressForm(),
        }
        status = HTTPStatus.NOT_FOUND if reason == "broken" else HTTPStatus.GONE
        return render(self.request, "account/email_confirm.html", context, status=status)


activate = never_cache(ActivateView.as_view())
