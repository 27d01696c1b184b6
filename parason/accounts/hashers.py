"""How passwords are kept."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id with the parameters of OWASP's cheat sheet (19 MiB, 2 rounds, 1 lane).

    Django's own ask for 100 MiB and 8 lanes: with many people logging in at once on a small machine that
    takes its memory before it stops any attacker.
    """

    time_cost = 2
    memory_cost = 19456
    parallelism = 1
