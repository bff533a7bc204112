"""Addresses."""

from django.urls import include, path
from django.views.i18n import set_language

from tongxin.config.health import healthz
from tongxin.exchange.api import api

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("", include("tongxin.reports.urls")),
    path("access/", include("tongxin.access.urls")),
    path("places/", include("tongxin.places.urls")),
    path("people/", include("tongxin.people.urls")),
    path("testing/", include("tongxin.testing.urls")),
    path("containment/", include("tongxin.containment.urls")),
    path("exchange/", include("tongxin.exchange.urls")),
    path("api/v1/", api.urls),
    path("field/", include("tongxin.exchange.field_urls")),
    path("accounts/", include("allauth.urls")),
    path("language", set_language, name="set_language"),
]
