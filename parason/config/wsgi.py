"""The WSGI application that the web server runs."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from parason.config.ready import leave_what_was_loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parason.config.settings")
application = get_wsgi_application()
leave_what_was_loaded()
