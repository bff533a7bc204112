"""The refusals of rounds, tubes, samples and results; the short ones also stand on the phone."""

from django.utils.translation import gettext_lazy as _

from tongxin.core.refusals import declare

declare(
    {
        "round_state": _("Round %(number)s is %(state)s: this cannot be done now."),
        "round_has_swabs": _(
            "Round %(number)s already has %(count)s samples and cannot be cancelled. Close it instead."
        ),
        "round_running": _("Round %(number)s is still open here. Close it before you open the next."),
        "round_unknown": _("This round is not known here."),
        "round_number_taken": _("Round %(number)s already exists in this area. Choose another number."),
        "round_window": _("A round must close after it opens. Correct the times."),
        "round_closed_by": _(
            "Round %(number)s was already closed by %(name)s at %(at)s. Nothing was changed."
        ),
        "results_left": _("Round %(number)s still waits for the results of %(count)s tubes."),
        "not_expected": _("%(name)s is not in the base of round %(number)s."),
        "not_removed": _("%(name)s was not removed from the base of round %(number)s."),
        "round_not_open": _("Round %(number)s is not open."),
        "base_empty": _("Nobody is registered in this area. Import the register first."),
        "no_lane": _("Round %(number)s has no lane. Add a point with a lane first."),
        "unknown_left": _(
            "%(count)s people are still unknown. Call, visit or give a reason for each, then sign."
        ),
        "removed_sampled": _(
            "%(count)s people were removed from the base and have a swab in this round. Put them back first."
        ),
        "already_signed": _("%(name)s has already signed. The second signature must be another person's."),
        "signature_role": _(
            "Closing needs a grid worker's (or the community head's) and the point chief's signature."
        ),
        "ground_needed": _("Give the document this rests on (number or title)."),
        "lane_unknown": _("This lane is not at this phone's point. Choose the lane again."),
        "sample_key_taken": _("This record's key is taken. It was kept for the desk."),
        "tube_unknown": _("Tube %(tube)s was not dealt to this round."),
        "tube_other_lane": _("Tube %(tube)s belongs to another lane. Use a tube of this lane."),
        "tube_sealed": _("Tube %(tube)s is sealed. Open a new tube."),
        "tube_full": _("Tube %(tube)s is full (%(held)s of %(capacity)s). Close it and open a new one."),
        "tube_not_open": _("Tube %(tube)s is not open. Open it first."),
        "tube_state": _("Tube %(tube)s is %(state)s: this cannot be done."),
        "tube_frozen": _("Tube %(tube)s was opened on two phones and is frozen. The point chief decides."),
        "tube_taken": _("Tube code %(tube)s is already in use."),
        "tube_expired": _("Tube %(tube)s expired on %(day)s. Give it back to the store."),
        "tube_other_pool": _("Tube %(tube)s is for %(pool)s, this lane uses %(wanted)s."),
        "tube_not_in_stock": _("Tube %(tube)s is not in stock here."),
        "tube_not_frozen": _("Tube %(tube)s is not frozen. Nothing was changed."),
        "tube_not_of_phone": _("This phone did not work on tube %(tube)s."),
        "batch_label_needed": _("Give the batch of the maker as it stands on the box."),
        "batch_expired": _("Batch %(batch)s expired on %(day)s and cannot be used."),
        "batch_taken": _("Batch %(batch)s is already in stock here."),
        "stock_short": _("Only %(count)s fitting tubes are in stock, %(wanted)s are wanted."),
        "box_empty": _("A box without a tube is not sealed. Scan the tubes."),
        "box_full": _("%(count)s tubes do not go into this box: it holds %(holds)s."),
        "box_state": _("Box %(box)s is %(state)s: this cannot be done."),
        "box_count": _(
            "The list says %(listed)s tubes, you counted %(counted)s. Write a note, and reject what is missing."
        ),
        "box_differs": _("A tube in the box is not of this round. The box was kept; check its list."),
        "seal_needed": _("Write the number of the seal."),
        "seal_used": _("Seal %(seal)s is already on another box of this round."),
        "tube_not_closed": _("Tube %(tube)s is not closed yet. Close it first."),
        "tube_boxed": _("Tube %(tube)s is already in a box."),
        "names_needed": _("Write both names: who hands over and who takes over."),
        "names_same": _("%(name)s cannot hand over to themselves. Write the second name."),
        "repeat": _("Sampled again, as allowed. The person counts once."),
        "lane_has_open_tube": _("Tube %(tube)s is still open in this lane. Close it first."),
        "position_taken": _("Position %(position)s of tube %(tube)s is already used."),
        "already_sampled": _("%(name)s has already been sampled in this round."),
        "pool_mixed": _("This person needs a %(pool)s tube. Open one, or send them to the lane for it."),
        "count_differs": _(
            "The sampler counts %(spoken)s swabs, the tube holds %(held)s people. Count again."
        ),
        "reason_needed_void": _("Say why the tube is voided; its %(count)s people must be sampled again."),
        "claim_class": _(
            "“%(klass)s” cannot be claimed: it comes from swabs alone. Choose one of the other reasons."
        ),
        "no_tube_codes": _("Give the codes of the tubes, or a prefix and how many."),
        "second_person_may_not": _(
            "%(name)s may not void tubes here. Name another point chief, or the community head."
        ),
        "removal_needs": _("Say where %(name)s went, or how you know, before the base is changed."),
        "already_covered": _("%(name)s has a swab in this round and needs no reason."),
        "claim_needs": _("For “%(klass)s” give %(what)s."),
        "result_released": _("The result of tube %(tube)s was already released as %(result)s."),
        "result_conflict": _("Tube %(tube)s has two different results. The laboratory must confirm one."),
        "result_missing": _("Tube %(tube)s has no final result yet. Ask the laboratory."),
        "result_check_ct": _(
            "Tube %(tube)s is reported negative with Ct %(ct)s. Let the laboratory check it, or open the pool."
        ),
        "keying_gone": _("The first pass is no longer kept. Key the list twice again."),
        "keying_differs": _("The two passes differ in %(tubes)s. Read these labels again."),
        "result_not_doubtful": _("Tube %(tube)s is not in doubt. Release it as it was reported."),
        "tube_recheck_used": _("Tube %(tube)s already holds another sample. Take a new single tube."),
        "pool_closed": _("This pool is already closed."),
        "recheck_not_due": _("%(name)s has no open recheck in this pool."),
        "late": _("The round had closed; the record was kept and is shown beside the closed figures."),
        "malformed": _("This record could not be read. It was kept for the desk."),
        "unknown_kind": _("This kind of record is newer than the server. It was kept."),
        # What a lane's own rules say (rules.tubes); the phone says them shorter.
        "no_tube_open": _("No tube is open in this lane. Open one first."),
        "tube_other_round": _("Tube %(tube)s is of another round. Close it and open a new one."),
        "tube_mixed": _(
            "This person may not share tube %(tube)s with those in it. Close it and open another."
        ),
        "household_outsider": _("Tube %(tube)s is for one household only. Close it and open another."),
        "tube_not_full": _(
            "Tube %(tube)s holds %(held)s of %(capacity)s: it is not full. Choose another reason."
        ),
        "tube_time": _("The first swab of tube %(tube)s is %(minutes)s minutes old. Close it now."),
        "position_empty": _("Position %(position)s of tube %(tube)s is empty."),
        "reason_unknown": _("Choose one of the reasons."),
    }
)
