from tongxin.places.models.areas import Area, GridMembership
from tongxin.places.models.doors import Dwelling
from tongxin.places.models.outlines import Outline, StatedCount
from tongxin.places.models.rules import RuleDraft, RuleRow
from tongxin.places.models.sites import Site

__all__ = ["Area", "Dwelling", "GridMembership", "Outline", "RuleDraft", "RuleRow", "Site", "StatedCount"]
