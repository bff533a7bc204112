"""Uploads as pages show them."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongxin.access.actors import Actor
from tongxin.core.refusals import Refusal
from tongxin.exchange.enums import UploadKind
from tongxin.exchange.models import Upload, UploadRow

OUTCOMES: dict[str, str | Promise] = {
    "accept": _("new rows"),
    "merge": _("joined to an earlier row"),
    "household_only": _("vacant dwelling"),
    "reject": _("to verify"),
}
REASONS: dict[str, str | Promise] = {
    "name_missing": _("The name is missing."),
    "id_precision_lost": _("The sheet has rounded the ID number: its last digits are lost. Ask for it anew."),
    "id_length": _("The ID number has the wrong length."),
    "id_format": _("The ID number holds characters that it cannot have."),
    "id_date": _("The ID number holds an impossible date of birth."),
    "id_check": _("The last character of the ID number does not fit: one digit is wrong."),
    "id_conflict": _("This ID number already belongs to another name."),
}
WARNINGS: dict[str, str | Promise] = {
    "name_unreadable": _("a character of the name was lost"),
    "id_missing": _("no ID number"),
    "id_15_upgraded": _("old 15-digit ID number, brought to 18"),
    "id_area_unknown": _("ID number of an abolished or unknown county"),
    "sex_mismatch": _("sex differs from the ID number"),
    "birth_mismatch": _("date of birth differs from the ID number"),
    "phone_invalid": _("phone number unusable"),
    "address_missing": _("no address"),
    "address_conflict": _("another address in an earlier row"),
    "possible_duplicate": _("perhaps the same person as another row"),
    "document_unproven": _("number fails its check, somebody answers for it"),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One row of a file as the page shows it."""

    place: str
    outcome: str | Promise
    reason: str | Promise
    warnings: list[str | Promise]
    values: list[str]
    person_id: UUID | None
    id: UUID | None = None
    may_mend: bool = False
    may_leave: bool = False
    is_left: bool = False
    mended_by: str = ""


def uploads_of(actor: Actor, kind: str = UploadKind.REGISTER) -> QuerySet[Upload]:
    """The files of this kind in the actor's areas, the latest first."""
    return Upload.objects.filter(kind=kind).defer("sealed", "effects", "mapping").order_by("-sent_at", "-id")


def upload_of(upload_id: UUID) -> Upload:
    """One upload. Refused `not_found` when it is not there or not in the actor's area."""
    upload = Upload.objects.defer("sealed", "effects").filter(pk=upload_id).first()
    if upload is None:
        raise Refusal("not_found", what=str(Upload._meta.verbose_name))
    return upload


def rows_of(upload: Upload, outcome: str = "", reason: str = "", warning: str = "") -> QuerySet[UploadRow]:
    rows = upload.rows.order_by("position")
    if outcome:
        rows = rows.filter(outcome=outcome)
    if reason:
        rows = rows.filter(reason=reason)
    if warning:
        rows = rows.filter(warnings__contains=[warning])
    return rows
