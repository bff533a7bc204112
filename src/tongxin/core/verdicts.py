"""What a rule answers: yes, or no with a code and facts. Rules never raise and never read the clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tongxin.core.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Verdict:
    """Yes (`ok`), perhaps with a code worth showing; or no with the code that says why."""

    ok: bool
    code: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def yes(cls, code: str = "", **facts: Any) -> "Verdict":
        return cls(True, code, facts)

    @classmethod
    def no(cls, code: str, **facts: Any) -> "Verdict":
        return cls(False, code, facts)

    def or_refuse(self) -> None:
        """Raise the refusal that this verdict stands for, if it is a no."""
        if not self.ok:
            raise Refusal(self.code, **self.facts)
