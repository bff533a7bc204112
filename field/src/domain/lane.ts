/**
 * The state of the lanes on this phone: the sum of its own events, in order. Nothing else is stored, so a phone that
 * was killed stands where its last event left it.
 */
import type { CloseReason, RejectReason, RepeatReason, SampledFacts, SwabFacts, TubeFacts } from "./tubes";

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
      readonly repeat?: RepeatReason;
      readonly allowed_by?: string;
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
    })
  | (Head & {
      readonly kind: "sampled_elsewhere";
      readonly person: string;
      readonly place: string;
      readonly proof: string;
      readonly taken_on: string;
    })
  | (Head & {
      readonly kind: "box_sealed";
      readonly box: string;
      readonly seal: string;
      readonly tubes: readonly string[];
      readonly ice: boolean;
      readonly temperature: number | null;
    })
  | (Head & {
      readonly kind: "box_handed";
      readonly box: string;
      readonly giver: string;
      readonly taker: string;
      readonly vehicle: string;
      readonly temperature: number | null;
    })
  | (Head & { readonly kind: "code_bound"; readonly person: string; readonly token: string });

export type Found = Extract<LaneEvent, { kind: "person_found" }>;

export interface Swab extends SwabFacts {
  readonly id: string;
  readonly tube: string;
  readonly lane: string;
  readonly round: string;
}

export type LaneTube = TubeFacts<Swab>;

/** 箱: what was sealed into it here, and who took it over. */
export interface LaneBox {
  readonly id: string;
  readonly seal: string;
  readonly lane: string;
  readonly round: string;
  readonly tubes: readonly string[];
  readonly sealedAt: string;
  readonly handed: { readonly at: string; readonly giver: string; readonly taker: string } | null;
}

export interface LaneState {
  readonly tubes: ReadonlyMap<string, LaneTube>;
  /** Live swabs by their id, oldest first. */
  readonly swabs: ReadonlyMap<string, Swab>;
  readonly found: ReadonlyMap<string, Found>;
  /** Who had a swab event here, by round, even if it was taken back: the pack's word on them is older than ours. */
  readonly seen: ReadonlySet<string>;
  /** Who showed a proof of having been sampled elsewhere, by round and person: when that was written down. */
  readonly elsewhere: ReadonlyMap<string, string>;
  readonly boxes: ReadonlyMap<string, LaneBox>;
  /** Codes bound at this phone: whose each is. */
  readonly bound: ReadonlyMap<string, string>;
}

/** What a swab needs of its person: from the pack, or from what was typed about somebody found. */
export type PersonLookup = (
  id: string,
  found: Found | undefined,
) => { readonly dwelling: string; readonly mix: string } | undefined;

export const EMPTY: LaneState = {
  tubes: new Map(),
  swabs: new Map(),
  found: new Map(),
  seen: new Set(),
  elsewhere: new Map(),
  boxes: new Map(),
  bound: new Map(),
};

export const dwellingOf = (door: {
  readonly compound?: string;
  readonly building: string;
  readonly unit: string;
  readonly room: string;
}): string =>
  door.room === "" ? "" : [(door.compound ?? "") + door.building, door.unit, door.room].map(bare).join("/");

/** A lane types 3栋 or 3号楼 where the register has 3: the same door. */
const bare = (part: string): string => part.normalize("NFKC").replace(/(号楼|[栋幢座号单元室\s])+$/u, "");

/** What the pack or a found person says of where somebody lives and with whom. */
export interface Housed {
  readonly compound?: string;
  readonly building: string;
  readonly unit: string;
  readonly room: string;
  readonly household?: string;
}

/**
 * Who may share a household tube, as one word a person: the register's household; without one the only household behind
 * the same door (a newborn, a guest); else the door itself.
 */
export function homesOf(people: readonly Housed[]): (person: Housed) => string {
  const behind = new Map<string, Set<string>>();
  for (const person of people) {
    const door = dwellingOf(person);
    if (door === "" || !person.household) continue;
    const known = behind.get(door) ?? new Set();
    behind.set(door, known.add(person.household));
  }
  return (person) => {
    if (person.household) return person.household;
    const door = dwellingOf(person);
    const known = [...(behind.get(door) ?? [])];
    return known.length === 1 && known[0] !== undefined ? known[0] : door;
  };
}

/** Opaque to the lane: two persons with different words never share a tube (MT-06). */
export const mixOf = (person: { readonly mix?: string; readonly flags: readonly string[] }): string =>
  person.mix ?? (person.flags.includes("apart") ? "apart" : "");

export function fold(state: LaneState, events: readonly LaneEvent[], lookup: PersonLookup): LaneState {
  const next = {
    tubes: new Map(state.tubes),
    swabs: new Map(state.swabs),
    found: new Map(state.found),
    seen: new Set(state.seen),
    elsewhere: new Map(state.elsewhere),
    boxes: new Map(state.boxes),
    bound: new Map(state.bound),
  };
  for (const event of events) apply(next, event, lookup);
  return next;
}

interface Draft {
  tubes: Map<string, LaneTube>;
  swabs: Map<string, Swab>;
  found: Map<string, Found>;
  seen: Set<string>;
  elsewhere: Map<string, string>;
  boxes: Map<string, LaneBox>;
  bound: Map<string, string>;
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
      const known = lookup(person, found) ?? { dwelling: found ? dwellingOf(found) : "", mix: "" };
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
      return;
    case "sampled_elsewhere":
      draft.elsewhere.set(seenKey(event.round, event.person), event.at);
      return;
    case "box_sealed": {
      const { box: id, seal, lane, round, tubes, at } = event;
      draft.boxes.set(id, { id, seal, lane, round, tubes, sealedAt: at, handed: null });
      for (const code of tubes) change(draft, code, (held) => ({ ...held, state: "boxed" }));
      return;
    }
    case "box_handed": {
      const box = draft.boxes.get(event.box);
      if (!box) return;
      const { at, giver, taker } = event;
      draft.boxes.set(box.id, { ...box, handed: { at, giver, taker } });
      for (const code of box.tubes) change(draft, code, (held) => ({ ...held, state: "in_transit" }));
      return;
    }
    case "code_bound":
      draft.bound.set(event.token, event.person);
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
  const elsewhere = state.elsewhere.get(seenKey(round, person.id));
  if (elsewhere !== undefined) return { tube: "", at: elsewhere };
  if (state.seen.has(seenKey(round, person.id))) return null;
  return person.sampled ? { tube: "", at: person.sampled_at ?? "" } : null;
}
