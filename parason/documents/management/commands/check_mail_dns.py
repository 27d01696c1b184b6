"""`check_mail_dns`: does the world believe our letters? Fails when a record is missing."""

from __future__ import annotations

from typing import Any

import dns.resolver
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from parason.documents.letters.dns import findings


class Command(BaseCommand):
    """Looks up SPF, DKIM, DMARC, MX and PTR for the sender and the mail server of the settings."""

    help = "Check the DNS records that letters need: SPF, DKIM, DMARC, MX, PTR."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--server", help="ask this DNS server, address or address:port")

    def handle(self, *args: Any, **options: Any) -> None:
        resolver = self._resolver(options["server"])
        missing = 0
        found = findings(
            sender=settings.DEFAULT_FROM_EMAIL, dkim=settings.PARASON_DKIM, host=settings.EMAIL_HOST,
            resolver=resolver,
        )  # fmt: skip
        for one in found:
            missing += not one.right
            self.stdout.write(f"{'right  ' if one.right else 'MISSING'} {one.name}")
            if not one.right:
                self.stdout.write(f"        {one.words}")
        if missing:
            raise CommandError(f"{missing} of the records that letters need are missing or wrong.")

    @staticmethod
    def _resolver(server: str | None) -> dns.resolver.Resolver:
        if not server:
            return dns.resolver.Resolver()
        resolver = dns.resolver.Resolver(configure=False)
        address, _colon, port = server.partition(":")
        resolver.nameservers = [address]
        resolver.port = int(port or 53)
        resolver.lifetime = 5
        return resolver
