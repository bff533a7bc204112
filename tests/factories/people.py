import secrets
from datetime import UTC, date, datetime

from tongxin.people.enums import DocumentKind, Source
from tongxin.people.models import Code, Document, Household, Person, Phone, Residence
from tongxin.places.models import Dwelling

THEN = datetime(2021, 7, 1, tzinfo=UTC)


def person(name: str, dwelling: Dwelling, number: str = "", phone: str = "", relation: str = "") -> Person:
    path = dwelling.area_path
    made = Person.objects.create(name=name, name_folded=name, area_path=path, source=Source.DESK)
    household = Household.objects.filter(dwelling=dwelling).first() or Household.objects.create(
        dwelling=dwelling, area_path=path, opened_on=THEN.date()
    )
    Residence.objects.create(
        person=made,
        dwelling=dwelling,
        household=household,
        relation=relation,
        area_path=path,
        source=Source.DESK,
        from_on=date(2021, 7, 1),
    )
    Code.objects.create(person=made, area_path=path, token=secrets.token_urlsafe(12), issued_at=THEN)
    if number:
        document = Document(person=made, area_path=path, kind=DocumentKind.RESIDENT_ID)
        document.seal(number)
        document.save()
        made.birth_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
        made.sex = "男" if int(number[16]) % 2 else "女"
        made.save(update_fields=["birth_on", "sex"])
    if phone:
        line = Phone(person=made, area_path=path)
        line.seal(phone)
        line.save()
    return made
