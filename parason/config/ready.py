"""Brings Django up, turning a wrong setting into one clear line."""

from __future__ import annotations

import django
from django.core.exceptions import ImproperlyConfigured

from parason.kernel.stop import CannotStart


def django_ready() -> None:
    """Read the settings and load the rooms. Raises CannotStart."""
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise CannotStart(" ".join(str(error).split())) from error
