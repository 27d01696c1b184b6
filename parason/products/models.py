"""Tariff versions: what a product costs, from when, resting on which act."""

from __future__ import annotations

from django.db import models


class TariffVersion(models.Model):
    """The tables of one product between two calendar dates; never changed once in force."""

    product_code = models.CharField(max_length=40)
    version = models.CharField(max_length=40)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    unit = models.CharField(max_length=10)  # EUR, BYN, USD or BASE_UNIT
    act = models.CharField(max_length=300)
    act_link = models.URLField(blank=True)
    verified = models.BooleanField(default=False)
    tables = models.JSONField(default=dict)

    class Meta:
        ordering = ["product_code", "valid_from"]
        constraints = [models.UniqueConstraint("product_code", "version", name="tariff_version_once")]

    def __str__(self) -> str:
        return f"{self.product_code} {self.version}"
