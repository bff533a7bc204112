"""Running one reaction: the journal entry is read with the system's sight, the service does the rest."""

from django.utils.module_loading import import_string

from tongxin.access.models import Entry
from tongxin.core import scope


def run_reaction(service: str, entry_id: str) -> None:
    """Run a service for a journal entry. Raises what the service raises, so that the worker tries again."""
    with scope.everywhere():
        entry = Entry.objects.get(pk=entry_id)
        import_string(service)(entry)
