"""The least valid row of each kind, and no surprise."""

from tests.factories.access import account
from tests.factories.people import person
from tests.factories.places import area, building, dwelling, site

__all__ = ["account", "area", "building", "dwelling", "person", "site"]
