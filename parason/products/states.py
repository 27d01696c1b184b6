"""How a tariff version lives: proposed by one person, approved by another,
withdrawn at the latest before its start.
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class TariffStatus(TextChoices):
    """Inner status of a tariff version."""

    PROPOSED = "proposed", pgettext_lazy("tariff", "Proposed")
    APPROVED = "approved", pgettext_lazy("tariff", "Approved")
    WITHDRAWN = "withdrawn", pgettext_lazy("tariff", "Withdrawn")


MOVES: dict[tuple[str, str], str] = {
    (TariffStatus.PROPOSED, TariffStatus.APPROVED): "approved",
    (TariffStatus.PROPOSED, TariffStatus.WITHDRAWN): "withdrawn",
    (TariffStatus.APPROVED, TariffStatus.WITHDRAWN): "withdrawn",
}
