"""Who of an area is in the register already, as an import compares with them."""

from collections.abc import Iterator
from typing import cast
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Prefetch, Q

from tongxin.core import ciphers
from tongxin.people.models import Document, Person, Phone, Residence
from tongxin.people.rules.matching import KnownPerson
from tongxin.people.rules.register import Door


def document_key(number: str) -> bytes:
    return ciphers.blind_index(number, purpose=Document.PURPOSE)


def phone_key(number: str) -> bytes:
    return ciphers.blind_index(number, purpose=Phone.PURPOSE)


def known_people(area_path: str) -> Iterator[KnownPerson]:
    """Everybody of the area, by blind indexes: no number is opened for a comparison."""
    homes = Residence.objects.filter(is_current=True, to_on=None).select_related("dwelling")
    people = (
        Person.objects.live()
        .filter(area_path__startswith=area_path)
        .annotate(open_tags=ArrayAgg("tags__name", filter=Q(tags__until=None), distinct=True, default=[]))
        .prefetch_related(
            Prefetch("residences", homes, to_attr="homes"),
            Prefetch("documents", Document.objects.order_by("-is_primary"), to_attr="papers"),
            Prefetch("phones", Phone.objects.only("person_id", "number_index"), to_attr="lines"),
        )
        .order_by("id")
    )
    for person in people.iterator(chunk_size=2000):
        home = cast(Residence | None, next(iter(person.homes), None))
        papers = cast(list[Document], person.papers)
        lines = cast(list[Phone], person.lines)
        dwelling = home.dwelling if home else None
        yield KnownPerson(
            id=person.pk,
            name=person.name,
            document=bytes(papers[0].number_index) if papers else None,
            door=Door(dwelling.building, dwelling.unit, dwelling.room) if dwelling else Door(),
            phones=frozenset(bytes(line.number_index) for line in lines),
            sex=person.sex,
            birth=person.birth_on,
            relation=home.relation if home else "",
            tags=frozenset(name for name in person.open_tags if name),
        )


def ids_of_upload(upload_id: UUID) -> list[UUID]:
    """The live people that an import made."""
    return list(Person.objects.live().filter(upload_id=upload_id).order_by("id").values_list("pk", flat=True))
