"""What the website sets up once for each process."""

from __future__ import annotations

from allauth.usersessions.apps import UserSessionsConfig
from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class WebsiteConfig(AppConfig):
    """Pages of customers."""

    name = "parason.website"
    default = True

    def ready(self) -> None:
        from parason.kernel import moments
        from parason.website import adapters, limits

        limits.install()
        moments.install()
        for signal in (post_save, post_delete):
            signal.connect(adapters.forget_factors, sender="mfa.Authenticator")


class DevicesConfig(UserSessionsConfig):
    """allauth's list of sessions with our own bookkeeping: its own asks three questions for each session."""

    name = "allauth.usersessions"

    def ready(self) -> None:
        from allauth.account.signals import password_changed, password_set, user_logged_in

        from parason.website import devices

        for signal in (user_logged_in, password_set, password_changed):
            signal.connect(devices.note)
