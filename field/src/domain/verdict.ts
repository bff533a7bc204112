/** Every "no" a lane can say by itself; the codes are those of the server (contracts/tube_cases.json). */
export type LaneCode =
  | "round_not_open"
  | "tube_unknown"
  | "tube_other_lane"
  | "tube_not_open"
  | "tube_sealed"
  | "tube_frozen"
  | "tube_state"
  | "lane_has_open_tube"
  | "already_sampled"
  | "no_tube_open"
  | "tube_other_round"
  | "pool_mixed"
  | "tube_full"
  | "tube_mixed"
  | "household_outsider"
  | "position_empty"
  | "reason_unknown"
  | "count_differs"
  | "tube_not_full"
  | "tube_time"
  | "supervisor_needed"
  | "box_empty"
  | "box_full"
  | "seal_needed"
  | "seal_used"
  | "tube_not_closed"
  | "tube_boxed"
  | "names_needed"
  | "names_same"
  | "temperature_odd";

export type Facts = Readonly<Record<string, string | number | null>>;

export type Verdict =
  | { readonly ok: true; readonly code: ""; readonly facts: Facts }
  | { readonly ok: false; readonly code: LaneCode; readonly facts: Facts };

export const yes = (facts: Facts = {}): Verdict => ({ ok: true, code: "", facts });

export const no = (code: LaneCode, facts: Facts = {}): Verdict => ({ ok: false, code, facts });
