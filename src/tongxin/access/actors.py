"""The actor of an act: an account with the grants in force, a device, or the system itself."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from tongxin.access import roles
from tongxin.core import areas
from tongxin.core.refusals import Refusal


@dataclass(frozen=True, slots=True)
class GrantedRole:
    """A role and the area paths it holds in (a grid already taken apart into its buildings)."""

    role: str
    paths: tuple[str, ...]
    area_path: str = ""

    def may(self, capability: str, within: str) -> bool:
        return capability in roles.ROLES[self.role].capabilities and areas.within_any(within, self.paths)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `must` is asked by every service; `paths` bound what the database shows."""

    account_id: UUID | None
    name: str
    grants: tuple[GrantedRole, ...] = ()
    device_id: UUID | None = None
    is_system: bool = False
    home: str = field(default="/")

    @property
    def paths(self) -> list[str]:
        if self.is_system:
            return [areas.EVERYWHERE]
        return areas.outermost([path for grant in self.grants for path in grant.paths])

    @property
    def capabilities(self) -> frozenset[str]:
        if self.is_system:
            return frozenset(roles.CAPABILITIES)
        return frozenset().union(*(roles.ROLES[grant.role].capabilities for grant in self.grants))

    def has_role(self, *names: str) -> bool:
        return any(grant.role in names for grant in self.grants)

    def may(self, capability: str, within: str | None = None) -> bool:
        """Whether some grant holds the capability here; without `within`, anywhere at all."""
        if self.is_system:
            return True
        if within is None:
            return capability in self.capabilities
        return any(grant.may(capability, within) for grant in self.grants)

    def must(self, capability: str, within: str | None = None) -> None:
        """Refuse `not_allowed` unless the actor may."""
        if not self.may(capability, within):
            raise Refusal("not_allowed", capability=capability)

    def paths_for(self, capability: str) -> list[str]:
        """Where the actor holds this capability."""
        if self.is_system:
            return [areas.EVERYWHERE]
        held: Iterable[str] = (
            path
            for grant in self.grants
            if capability in roles.ROLES[grant.role].capabilities
            for path in grant.paths
        )
        return areas.outermost(list(held))


SYSTEM = Actor(account_id=None, name="system", is_system=True)
