from tongxin.places.models.areas import Area, GridMembership
from tongxin.places.models.doors import Dwelling
from tongxin.places.models.rules import RuleRow
from tongxin.places.models.sites import Site

__all__ = ["Area", "Dwelling", "GridMembership", "RuleRow", "Site"]
