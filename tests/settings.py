"""The settings for tools that cannot be given an environment (mypy's plug-in)."""

from tests import environment  # noqa: F401  # isort: skip
from parason.config.settings import *  # noqa: F403
