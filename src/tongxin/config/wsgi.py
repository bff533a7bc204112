"""The office's WSGI application."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongxin.config.settings")
application = get_wsgi_application()
# Every page is imported before the server forks: shared memory, a quick first page, and a broken one told once.
get_resolver().url_patterns  # noqa: B018 -- asking for it imports it
