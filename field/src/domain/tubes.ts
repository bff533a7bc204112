/**
 * What a lane may do with a tube (混采管): open it, take a swab, give one back, close it.
 * The server decides by the same rules in tongxin/testing/rules/tubes.py; contracts/tube_cases.json holds both.
 */
import { no, yes, type Verdict } from "./verdict";

export const REJECT_REASONS = ["refused", "nausea", "failed_swab", "wrong_person"] as const;
export const CLOSE_REASONS = ["full", "household_end", "zone_change", "time", "end_of_shift"] as const;
export const REPEAT_REASONS = ["spoiled_tube", "doubtful_swab"] as const;
export type RepeatReason = (typeof REPEAT_REASONS)[number];
export type RejectReason = (typeof REJECT_REASONS)[number];
export type CloseReason = (typeof CLOSE_REASONS)[number];

const SEALED_STATES = ["closed", "boxed", "in_transit", "received", "testing", "resulted", "archived"];

export interface RoundFacts {
  readonly id: string;
  readonly number: number;
  readonly state: string;
}

/** A swab that is in the tube now: a rejected one is not. */
export interface SwabFacts {
  readonly position: number;
  readonly person: string;
  readonly dwelling: string;
  readonly mix: string;
  readonly at: string;
}

export interface TubeFacts<Swab extends SwabFacts = SwabFacts> {
  readonly code: string;
  readonly lane: string;
  readonly round: string;
  readonly pool: string;
  readonly capacity: number;
  readonly state: string;
  readonly swabs: readonly Swab[];
}

/** `mix` is opaque: persons with different values never share a tube (MT-06). */
export interface PersonFacts {
  readonly id: string;
  readonly dwelling: string;
  readonly mix: string;
  readonly single: boolean;
}

/** The swab of this round that stands already; empty words where it is not known. */
export interface SampledFacts {
  readonly tube: string;
  readonly at: string;
}

/** May this lane open this tube? One open tube per lane and pool kind; two lanes never share one (MT-25). */
export function mayOpen(
  lane: string,
  round: RoundFacts | null,
  tube: TubeFacts | null,
  openTubes: readonly Pick<TubeFacts, "code" | "pool">[],
): Verdict {
  const closed = roundNotOpen(round);
  if (closed) return closed;
  if (!tube) return no("tube_unknown");
  if (tube.lane !== lane) return no("tube_other_lane", { tube: tube.code });
  if (tube.round !== round?.id) return no("tube_other_round", { tube: tube.code });
  if (tube.state !== "issued") return unusable(tube);
  const other = openTubes.find(({ pool }) => pool === tube.pool);
  return other ? no("lane_has_open_tube", { tube: other.code }) : yes();
}

/** May this tube take this person's swab? Yes says at which position (MT-06, MT-22). */
export function mayTake(
  round: RoundFacts | null,
  tube: TubeFacts | null,
  person: PersonFacts,
  sampled: SampledFacts | null,
): Verdict {
  const closed = roundNotOpen(round);
  if (closed) return closed;
  if (sampled) return no("already_sampled", { tube: sampled.tube, at: sampled.at });
  if (!tube) return no("no_tube_open");
  if (tube.round !== round?.id) return no("tube_other_round", { tube: tube.code });
  if (tube.state !== "open") return notOpen(tube);
  if (person.single && tube.pool !== "single") return no("pool_mixed", { tube: tube.code, pool: "single" });
  if (tube.swabs.length >= tube.capacity) return full(tube);
  if (tube.swabs.some(({ mix }) => mix !== person.mix)) return no("tube_mixed", { tube: tube.code });
  if (tube.pool === "household" && !sameHousehold(person, tube.swabs))
    return no("household_outsider", { tube: tube.code });
  return yes({ position: nextPosition(tube.swabs.map(({ position }) => position)) });
}

/** May a second swab of this person be taken in this round? A supervisor says so, by name, and why (MT-22). */
export function mayRepeat(reason: string, allowedBy: string): Verdict {
  if (!REPEAT_REASONS.some((known) => known === reason)) return no("reason_unknown", { reason });
  return allowedBy.trim() === "" ? no("supervisor_needed") : yes();
}

/** May this position be taken back (退采, MT-24)? */
export function mayReject(tube: TubeFacts | null, position: number, reason: string): Verdict {
  if (!tube) return no("no_tube_open");
  if (!REJECT_REASONS.some((known) => known === reason)) return no("reason_unknown", { reason });
  if (tube.state !== "open") return notOpen(tube);
  const held = tube.swabs.some((swab) => swab.position === position);
  return held ? yes() : no("position_empty", { tube: tube.code, position });
}

/** May this tube be sealed (封管)? The count the sampler says must be the persons bound to it. */
export function mayClose(tube: TubeFacts | null, spoken: number, reason: string): Verdict {
  if (!tube) return no("no_tube_open");
  if (!CLOSE_REASONS.some((known) => known === reason)) return no("reason_unknown", { reason });
  if (tube.state !== "open") return notOpen(tube);
  const held = tube.swabs.length;
  if (spoken !== held) return no("count_differs", { tube: tube.code, spoken, held });
  if (reason === "full" && held < tube.capacity)
    return no("tube_not_full", { tube: tube.code, held, capacity: tube.capacity });
  return yes();
}

/** May this tube go on, or should it be closed now: full, or too long since its first swab? */
export function mayStayOpen(tube: TubeFacts, at: number, minutes: number | null): Verdict {
  if (tube.swabs.length >= tube.capacity) return full(tube);
  if (tube.swabs.length > 0 && minutes !== null) {
    const passed = Math.floor((at - Math.min(...tube.swabs.map((swab) => Date.parse(swab.at)))) / 60_000);
    if (passed > minutes) return no("tube_time", { tube: tube.code, minutes: passed });
  }
  return yes();
}

/** The lowest free position: one given back by a rejection is used again. */
export function nextPosition(taken: readonly number[]): number {
  let position = 1;
  while (taken.includes(position)) position += 1;
  return position;
}

/**
 * Which of the lane's open tubes this person belongs to: the first that takes the swab, else the no of the one
 * that would have been used. Who must be single looks at single tubes first, everybody else at the lane's kind.
 */
export function chooseTube<Tube extends TubeFacts>(
  round: RoundFacts | null,
  openTubes: readonly Tube[],
  person: PersonFacts,
  sampled: SampledFacts | null,
  lanePool: string,
): { readonly tube: Tube | null; readonly verdict: Verdict } {
  const wanted = person.single ? "single" : lanePool;
  const inOrder = [...openTubes].sort((a, b) => Number(b.pool === wanted) - Number(a.pool === wanted));
  const tried = inOrder.map((tube) => ({ tube, verdict: mayTake(round, tube, person, sampled) }));
  return (
    tried.find(({ verdict }) => verdict.ok) ??
    tried[0] ?? { tube: null, verdict: mayTake(round, null, person, sampled) }
  );
}

/** A code of the shape that tubes here have: letters where they have letters, as many digits. */
export function looksLikeTube(text: string, dealt: readonly string[]): boolean {
  const shape = shapeOf(text);
  return dealt.some((code) => shapeOf(code) === shape);
}

const shapeOf = (code: string): string =>
  code.normalize("NFKC").toUpperCase().replace(/[A-Z]/g, "A").replace(/\d/g, "9");

function roundNotOpen(round: RoundFacts | null): Verdict | null {
  if (!round) return no("round_not_open", { number: null, state: "" });
  return round.state === "open" ? null : no("round_not_open", { number: round.number, state: round.state });
}

const full = (tube: TubeFacts) =>
  no("tube_full", { tube: tube.code, held: tube.swabs.length, capacity: tube.capacity });

const notOpen = (tube: TubeFacts) =>
  tube.state === "issued" ? no("tube_not_open", { tube: tube.code }) : unusable(tube);

function unusable(tube: TubeFacts): Verdict {
  if (SEALED_STATES.includes(tube.state)) return no("tube_sealed", { tube: tube.code });
  if (tube.state === "frozen") return no("tube_frozen", { tube: tube.code });
  return no("tube_state", { tube: tube.code, state: tube.state });
}

const sameHousehold = (person: PersonFacts, swabs: readonly SwabFacts[]) =>
  swabs.every(({ dwelling }) => dwelling !== "" && dwelling === person.dwelling);
