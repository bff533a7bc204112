from tongxin.places.models.areas import Area, GridMembership
from tongxin.places.models.doors import Dwelling
from tongxin.places.models.rules import RuleDraft, RuleRow
from tongxin.places.models.sites import Site

__all__ = ["Area", "Dwelling", "GridMembership", "RuleDraft", "RuleRow", "Site"]
