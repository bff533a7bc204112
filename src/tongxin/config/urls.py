"""Addresses."""

from django.urls import include, path
from django.views.generic import RedirectView

from tongxin.access.views import language
from tongxin.config.first_page import first_run
from tongxin.config.health import healthz
from tongxin.config.trust import CERTIFICATE, certificate, trust
from tongxin.core.columns import choose as choose_columns
from tongxin.exchange.api import api

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("api/v1/", api.urls),  # before all pages: phones ask most, and each pattern above costs
    path("trust", trust, name="trust"),
    path(CERTIFICATE.removeprefix("/"), certificate, name="certificate"),
    path("first-run/", first_run, name="first_run"),
    path("", include("tongxin.reports.urls")),
    path("access/", include("tongxin.access.urls")),
    path("places/", include("tongxin.places.urls")),
    path("people/", include("tongxin.people.urls")),
    path("testing/", include("tongxin.testing.urls")),
    path("containment/", include("tongxin.containment.urls")),
    path("exchange/", include("tongxin.exchange.urls")),
    path("field/", include("tongxin.exchange.field_urls")),
    # Accounts have no e-mail address of their own: an operator gives a new password.
    path("accounts/password/reset/", RedirectView.as_view(pattern_name="account_login")),
    path("accounts/email/", RedirectView.as_view(pattern_name="access:account")),
    path("accounts/", include("allauth.urls")),
    path("columns", choose_columns, name="columns"),
    path("language", language, name="set_language"),
]

handler500 = "tongxin.config.errors.server_error"
