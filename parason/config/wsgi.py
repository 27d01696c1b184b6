"""The WSGI application that the web server runs."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parason.config.settings")
application = get_wsgi_application()
# What was loaded stays: the collector need not look at it again, nor start after every few hundred objects.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)
