"""What the journal's acts are called on pages. Acts are written by all apps; like roles, they are named here once."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTS: dict[str, str | Promise] = {
    "access.account.closed": _("closed an account"),
    "access.account.opened": _("opened an account"),
    "access.account.renewed": _("gave an account a new password"),
    "access.codes.seen": _("printed sampling cards"),
    "access.device.enrolled": _("enrolled a phone"),
    "access.device.revoked": _("revoked a phone"),
    "access.figure.seen": _("saw the people behind a figure"),
    "access.grant.ended": _("took a role back"),
    "access.grant.given": _("gave a role"),
    "access.lab_export.seen": _("exported laboratory rows"),
    "access.notyet.seen": _("saw the list of those not yet tested"),
    "access.pool.seen": _("saw the members of a pool"),
    "access.register_export.seen": _("exported the register"),
    "access.rejected_rows.seen": _("exported rejected rows"),
    "access.restrictions.seen": _("saw who is held"),
    "containment.restriction.imposed": _("imposed a hold"),
    "containment.restriction.lifted": _("lifted a hold"),
    "containment.restriction.refused": _("refused a hold without ground"),
    "exchange.lab.stored": _("entered a laboratory sheet"),
    "exchange.upload.discarded": _("discarded a file"),
    "exchange.upload.taken": _("took in a file"),
    "people.call.answered": _("noted a call"),
    "people.code.reissued": _("gave a new sampling code"),
    "people.codes.issued": _("gave out sampling codes"),
    "people.document.revealed": _("saw the whole document number"),
    "people.person.corrected": _("corrected the register"),
    "people.phone.revealed": _("saw the whole phone number"),
    "people.register.imported": _("imported a list"),
    "people.register.undone": _("took an import back"),
    "places.area.added": _("added an area"),
    "places.grid.drawn": _("drew the grids"),
    "places.site.opened": _("opened a site"),
    "places.site.reopened": _("reopened a site"),
    "reports.briefing.approved": _("signed a briefing"),
    "reports.briefing.written": _("wrote a briefing"),
    "testing.base.put_back": _("put somebody back into the base"),
    "testing.base.removed": _("removed somebody from the base"),
    "testing.coverage.claimed": _("gave a reason for not sampled"),
    "testing.coverage.withdrawn": _("took a reason back"),
    "testing.lane.closed": _("closed a lane"),
    "testing.lanes.added": _("added lanes"),
    "testing.pool.confirmed": _("confirmed a pool"),
    "testing.pack.taken": _("sent the list to a phone"),
    "testing.pool.joined": _("joined a pool"),
    "testing.pool.opened": _("opened a positive pool"),
    "testing.pool.lifted": _("lifted a pool"),
    "testing.recheck.negative": _("recheck: negative"),
    "testing.recheck.positive": _("recheck: positive"),
    "testing.recheck.sampled": _("took a recheck sample"),
    "testing.recheck.unclear": _("recheck: to be sampled again"),
    "testing.result.conflicted": _("kept a second, different result"),
    "testing.result.entered": _("entered a result"),
    "testing.result.released": _("released results"),
    "testing.round.planned": _("planned a round"),
    "testing.round.approved": _("approved the round"),
    "testing.round.announced": _("announced the round"),
    "testing.round.open": _("opened the round"),
    "testing.round.sampling_closed": _("closed sampling"),
    "testing.round.reconciling": _("began to reconcile the round"),
    "testing.round.closed": _("closed the round"),
    "testing.round.results_complete": _("completed the results"),
    "testing.round.archived": _("archived the round"),
    "testing.round.cancelled": _("cancelled the round"),
    "testing.round.signed": _("signed the round"),
    "testing.round.unsigned": _("took back a signature"),
    "testing.tube.frozen": _("froze a tube"),
    "testing.tube.voided": _("voided a tube"),
    "testing.tubes.dealt": _("dealt tubes"),
    "testing.visit.made": _("knocked at the door"),
}

APPS: dict[str, str | Promise] = {
    "access": _("access"),
    "places": _("places"),
    "people": _("register"),
    "testing": _("testing"),
    "containment": _("holds"),
    "exchange": _("files and phones"),
    "reports": _("reports"),
}

# How acts end by which somebody saw numbers or lists of people.
SIGHTS = (".seen", ".revealed")


def words_of(act: str) -> str:
    """`people.document.revealed` as a phrase; an act without words shows its code."""
    return str(ACTS.get(act, act))
