/** Boxes at a lane (装箱, MT-32): which tubes may go in, what a seal and a hand-over need, how old the oldest swab is (MT-31). */
import type { LaneBox, LaneState, LaneTube } from "./lane";
import { no, yes, type Verdict } from "./verdict";

/** A tube that waits at the point, by this phone's own acts or by the pack's word. */
export interface WaitingTube {
  readonly code: string;
  readonly lane: string;
  /** How many are in it, and when its first swab was taken; not known of another lane's tube. */
  readonly held: number | null;
  readonly firstAt: string;
}

const firstSwab = (tube: LaneTube): string =>
  tube.swabs.reduce((first, { at }) => (first === "" || at < first ? at : first), "");

/**
 * What may be boxed: the tubes that were closed here, and those the pack knows as closed at this point. An empty tube
 * that was closed to be out of the way is nothing for the laboratory.
 */
export function waitingTubes(
  state: LaneState,
  packed: readonly { readonly code: string; readonly lane: string; readonly state: string }[],
): readonly WaitingTube[] {
  const own = [...state.tubes.values()]
    .filter((tube) => tube.state === "closed" && tube.swabs.length > 0)
    .map((tube) => ({
      code: tube.code,
      lane: tube.lane,
      held: tube.swabs.length,
      firstAt: firstSwab(tube),
    }));
  const others = packed
    .filter((tube) => tube.state === "closed" && !state.tubes.has(tube.code) && !isBoxed(state, tube.code))
    .map(({ code, lane }) => ({ code, lane, held: null, firstAt: "" }));
  return [...own, ...others];
}

const isBoxed = (state: LaneState, code: string): boolean =>
  [...state.boxes.values()].some(({ tubes }) => tubes.includes(code));

/** Sealed here and not yet handed over, the oldest first. */
export const waitingBoxes = (state: LaneState, lane: string): readonly LaneBox[] =>
  [...state.boxes.values()].filter((box) => box.lane === lane && box.handed === null);

/** May this tube be put into the box that is being filled? */
export function mayBox(state: LaneState, waiting: readonly WaitingTube[], code: string): Verdict {
  if (waiting.some((tube) => tube.code === code)) return yes();
  if (isBoxed(state, code)) return no("tube_boxed", { tube: code });
  const own = state.tubes.get(code);
  return own?.state === "open" ? no("tube_not_closed", { tube: code }) : no("tube_unknown", { tube: code });
}

/** May this box be sealed? */
export function maySeal(
  state: LaneState,
  box: { readonly seal: string; readonly tubes: readonly string[]; readonly temperature: string },
  capacities: Readonly<Record<string, unknown>> = {},
): Verdict {
  if (box.tubes.length === 0) return no("box_empty");
  const largest = Math.max(...Object.values(capacities).filter((size) => typeof size === "number"));
  if (Number.isFinite(largest) && box.tubes.length > largest)
    return no("box_full", { held: box.tubes.length, capacity: largest });
  if (box.seal.trim() === "") return no("seal_needed");
  const other = [...state.boxes.values()].some(({ seal }) => seal === box.seal.trim());
  if (other) return no("seal_used", { seal: box.seal.trim() });
  return mayRead(box.temperature);
}

/** May this box be handed over? Two different people, each by name. */
export function mayHand(giver: string, taker: string, temperature: string): Verdict {
  if (giver.trim() === "" || taker.trim() === "") return no("names_needed");
  if (giver.trim() === taker.trim()) return no("names_same");
  return mayRead(temperature);
}

const LOWEST = -90;
const HIGHEST = 60;

/** Degrees Celsius as somebody types them, with a comma or a wide minus; empty is none. */
export function degrees(typed: string): number | null {
  const text = typed.normalize("NFKC").trim().replace(/[−–]/g, "-").replace(/[,。]/g, ".");
  if (!/^[-+]?\d{1,3}(\.\d+)?$/.test(text)) return null;
  const value = Number(text);
  return value >= LOWEST && value <= HIGHEST ? Math.round(value * 10) / 10 : null;
}

function mayRead(temperature: string): Verdict {
  const isOdd = temperature.trim() !== "" && degrees(temperature) === null;
  return isOdd ? no("temperature_odd", { typed: temperature.trim() }) : yes();
}

/** When the oldest swab that still waits at this lane was taken: open and closed tubes, and boxes not handed over. */
export function oldestSwab(state: LaneState, lane: string): string {
  const waiting = ["open", "closed", "boxed"];
  return [...state.tubes.values()]
    .filter((tube) => tube.lane === lane && waiting.includes(tube.state))
    .map(firstSwab)
    .filter((at) => at !== "")
    .reduce((oldest, at) => (oldest === "" || at < oldest ? at : oldest), "");
}

/** Whether that is too long: nothing, the alarm, or over (MT-31). Without the area's rule there is no word. */
export function ageOf(
  at: string,
  now: number,
  limits: { readonly alarm: number | undefined; readonly breach: number | undefined },
): { readonly tone: "" | "ask" | "stop"; readonly minutes: number; readonly left: number | null } {
  const minutes = at === "" ? 0 : Math.max(0, Math.floor((now - Date.parse(at)) / 60_000));
  const left = at === "" || limits.breach === undefined ? null : limits.breach - minutes;
  if (at === "") return { tone: "", minutes, left };
  if (limits.breach !== undefined && minutes >= limits.breach) return { tone: "stop", minutes, left };
  if (limits.alarm !== undefined && minutes >= limits.alarm) return { tone: "ask", minutes, left };
  return { tone: "", minutes, left };
}
