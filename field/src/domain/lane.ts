/**
 * The state of the lanes on this phone: the sum of its own events, in order. Nothing else is stored, so a phone that
 * was killed stands where its last event left it.
 */
import type { CloseReason, RejectReason, SampledFacts, SwabFacts, TubeFacts } from "./tubes";

interface Head {
  readonly id: string;
  readonly at: string;
  readonly round: string;
  readonly lane: string;
}

export type LaneEvent =
  | (Head & {
      readonly kind: "tube_opened";
      readonly tube: string;
      readonly pool: string;
      readonly capacity: number;
    })
  | (Head & {
      readonly kind: "sample";
      readonly tube: string;
      readonly position: number;
      readonly person: string;
      readonly how: "scan" | "search" | "typed";
    })
  | (Head & { readonly kind: "sample_rejected"; readonly sample: string; readonly reason: RejectReason })
  | (Head & {
      readonly kind: "tube_closed";
      readonly tube: string;
      readonly reason: CloseReason;
      readonly spoken: number;
    })
  | (Head & {
      readonly kind: "person_found";
      readonly person: string;
      readonly name: string;
      readonly document: string;
      readonly phone: string;
      readonly building: string;
      readonly unit: string;
      readonly room: string;
      readonly note: string;
    });

export type Found = Extract<LaneEvent, { kind: "person_found" }>;

export interface Swab extends SwabFacts {
  readonly id: string;
  readonly tube: string;
  readonly lane: string;
  readonly round: string;
}

export type LaneTube = TubeFacts<Swab>;

export interface LaneState {
  readonly tubes: ReadonlyMap<string, LaneTube>;
  /** Live swabs by their id, oldest first. */
  readonly swabs: ReadonlyMap<string, Swab>;
  readonly found: ReadonlyMap<string, Found>;
  /** Who had a swab event here, by round, even if it was taken back: the pack's word on them is older than ours. */
  readonly seen: ReadonlySet<string>;
}

/** What a swab needs of its person; the pack or a found person gives it. */
export type PersonLookup = (id: string) => { readonly dwelling: string; readonly mix: string } | undefined;

export const EMPTY: LaneState = { tubes: new Map(), swabs: new Map(), found: new Map(), seen: new Set() };

export const dwellingOf = (door: {
  readonly building: string;
  readonly unit: string;
  readonly room: string;
}): string => (door.room === "" ? "" : [door.building, door.unit, door.room].map(bare).join("/"));

/** A lane types 3栋 or 3号楼 where the register has 3: the same door. */
const bare = (part: string): string => part.normalize("NFKC").replace(/(号楼|[栋幢座号单元室\s])+$/u, "");

export function fold(state: LaneState, events: readonly LaneEvent[], lookup: PersonLookup): LaneState {
  const next = {
    tubes: new Map(state.tubes),
    swabs: new Map(state.swabs),
    found: new Map(state.found),
    seen: new Set(state.seen),
  };
  for (const event of events) apply(next, event, lookup);
  return next;
}

interface Draft {
  tubes: Map<string, LaneTube>;
  swabs: Map<string, Swab>;
  found: Map<string, Found>;
  seen: Set<string>;
}

function apply(draft: Draft, event: LaneEvent, lookup: PersonLookup): void {
  switch (event.kind) {
    case "tube_opened": {
      const { tube: code, lane, round, pool, capacity } = event;
      if (!draft.tubes.has(code))
        draft.tubes.set(code, { code, lane, round, pool, capacity, state: "open", swabs: [] });
      return;
    }
    case "sample": {
      const { id, person, position, at, tube, lane, round } = event;
      const found = draft.found.get(person);
      const known = lookup(person) ?? { dwelling: found ? dwellingOf(found) : "", mix: "" };
      const swab = { id, person, position, at, tube, lane, round, dwelling: known.dwelling, mix: known.mix };
      draft.swabs.set(id, swab);
      draft.seen.add(seenKey(round, person));
      change(draft, tube, (held) => ({ ...held, swabs: [...held.swabs, swab] }));
      return;
    }
    case "sample_rejected": {
      const swab = draft.swabs.get(event.sample);
      if (!swab) return;
      draft.swabs.delete(event.sample);
      change(draft, swab.tube, (held) => ({ ...held, swabs: held.swabs.filter(({ id }) => id !== swab.id) }));
      return;
    }
    case "tube_closed":
      change(draft, event.tube, (held) => ({ ...held, state: "closed" }));
      return;
    case "person_found":
      draft.found.set(event.person, event);
  }
}

function change(draft: Draft, code: string, how: (tube: LaneTube) => LaneTube): void {
  const tube = draft.tubes.get(code);
  if (tube) draft.tubes.set(code, how(tube));
}

const seenKey = (round: string, person: string): string => `${round} ${person}`;

/** The lane's open tubes, the newest first. */
export const openTubes = (state: LaneState, lane: string): readonly LaneTube[] =>
  [...state.tubes.values()].filter((tube) => tube.lane === lane && tube.state === "open").reverse();

/** The lane's live swabs of the round, the newest first. */
export const lastSwabs = (state: LaneState, lane: string, round: string, limit: number): readonly Swab[] =>
  [...state.swabs.values()]
    .filter((swab) => swab.lane === lane && swab.round === round)
    .slice(-limit)
    .reverse();

/** What stands against another swab in this round (MT-22): our own event first, else what the pack said. */
export function sampledInRound(
  state: LaneState,
  round: string,
  person: { readonly id: string; readonly sampled: boolean; readonly sampled_at?: string | null },
): SampledFacts | null {
  for (const swab of state.swabs.values())
    if (swab.person === person.id && swab.round === round) return { tube: swab.tube, at: swab.at };
  if (state.seen.has(seenKey(round, person.id))) return null;
  return person.sampled ? { tube: "", at: person.sampled_at ?? "" } : null;
}
