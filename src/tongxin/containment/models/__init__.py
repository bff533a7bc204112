from tongxin.containment.models.appeals import Appeal
from tongxin.containment.models.proposals import Proposal, ProposedLine
from tongxin.containment.models.restrictions import Restriction

__all__ = ["Appeal", "Proposal", "ProposedLine", "Restriction"]
