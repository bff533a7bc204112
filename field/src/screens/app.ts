/** Everything the screens look at, put together once at start. */
import { computed, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";

import type { Lane, Pack, PackPerson, Round } from "../contract";
import { ageOn, birthOf, citizenIdFault } from "../domain/document";
import { newId } from "../domain/ids";
import { EMPTY, homesOf, mixOf, type Found, type LaneState, type PersonLookup } from "../domain/lane";
import { makeIndex } from "../domain/search";
import { Boxes, type Device } from "../store/boxes";
import { FieldDb, type LockRow, type StoppedRow } from "../store/db";
import { LaneLog } from "../store/log";
import { Outbox, type Debt } from "../store/outbox";
import { Safe, type Opened } from "../store/safe";
import { Sealer } from "../store/sealer";
import { isFull } from "../store/trouble";
import { Api } from "../sync/api";
import { Courier } from "../sync/courier";
import { Sender, type Contact } from "../sync/sender";
import { dayOf } from "../ui/format";

export const VERSION = __APP_VERSION__;

/** Nothing stands here; an edition without PINs stands here; the PIN is asked; or somebody is at work. */
export type Phase = "empty" | "old" | "locked" | "open";
export type View = "work" | "lanes" | "enrol" | "unsent" | "menu";
export type Enrolled = "ok" | "away" | { readonly code: string };

/** Put down for so long, the phone asks for its PIN again. */
const IDLE_MS = 10 * 60_000;
const LOOK_EVERY = 15_000;

export class App {
  readonly phase: Signal<Phase> = signal("empty");
  readonly lock: Signal<LockRow | null> = signal(null);
  readonly stopped: Signal<StoppedRow | null> = signal(null);
  readonly view: Signal<View> = signal("work");
  readonly device: Signal<Device | null> = signal(null);
  readonly pack: Signal<Pack | null> = signal(null);
  readonly laneId: Signal<string> = signal("");
  readonly state: Signal<LaneState> = signal(EMPTY);
  readonly debt: Signal<Debt> = signal({ count: 0, since: "", refused: 0, held: 0 });
  readonly contact: Signal<Contact> = signal(navigator.onLine ? "online" : "offline");
  readonly kept: Signal<boolean> = signal(false);
  /** The phone's own store said no: full, or for another reason. */
  readonly trouble: Signal<"" | "full" | "shut"> = signal("");
  /** Milliseconds that the server is ahead of this phone, as last heard. */
  readonly offset: Signal<number> = signal(0);
  /** The time now, for what grows old on the screen. */
  readonly now: Signal<number> = signal(Date.now());

  readonly lane: ReadonlySignal<Lane | null> = computed(
    () => this.pack.value?.lanes.find(({ id }) => id === this.laneId.value) ?? null,
  );
  readonly round: ReadonlySignal<Round | null> = computed(() => this.pack.value?.round ?? null);
  readonly index = computed(() => makeIndex(this.pack.value?.people ?? []));
  readonly homeOf = computed(() => homesOf(this.pack.value?.people ?? []));
  /** Found at this phone and not yet in the pack. */
  readonly foundIndex = computed(() => {
    const known = this.index.value.byId;
    const today = dayOf(Date.now());
    const found = [...this.state.value.found.values()].filter(({ person }) => !known.has(person));
    return makeIndex(found.map((each) => personOf(each, today)));
  });
  /** Whole minutes that this phone's clock is off, when that is more than the area's rule allows (MT-26). */
  readonly clockOff: ReadonlySignal<number> = computed(() => {
    const limit = this.round.value?.clock_seconds;
    const off = Math.abs(this.offset.value);
    return limit !== undefined && off > limit * 1000 ? Math.round(off / 60_000) : 0;
  });

  readonly log: LaneLog;
  readonly courier: Courier;
  private touchedAt = Date.now();
  private isBegun = false;

  private constructor(
    readonly safe: Safe,
    readonly boxes: Boxes,
    readonly outbox: Outbox,
    readonly api: Api,
  ) {
    this.log = new LaneLog(outbox, lookupIn(null), (state) => (this.state.value = state));
    const sender = new Sender({
      api,
      outbox,
      device: () => this.device.value,
      newId,
      now: () => Date.now(),
      app: VERSION,
    });
    this.courier = new Courier({
      api,
      boxes,
      sender,
      device: () => this.device.value,
      onContact: (contact) => this.heard(contact),
      onPack: (pack) => this.received(pack),
      onTrouble: (problem) => this.troubled(problem),
      owes: async () => (await outbox.debt()).count > 0,
    });
  }

  static async open(name?: string): Promise<App> {
    const db = new FieldDb(name);
    const sealer = new Sealer();
    const api = new Api(
      (url, init) => fetch(url, init),
      "/api/v1",
      (offset) => (app.offset.value = offset),
    );
    const app = new App(new Safe(db, sealer), new Boxes(db, sealer), new Outbox(db, sealer), api);
    await app.look();
    setInterval(() => app.tick(), LOOK_EVERY);
    document.addEventListener("visibilitychange", () => app.tick());
    return app;
  }

  person(id: string): PackPerson | undefined {
    return this.index.value.byId.get(id) ?? this.foundIndex.value.byId.get(id);
  }

  /** Somebody is here: a touch, a key, a scan. */
  touched(): void {
    this.touchedAt = Date.now();
  }

  // ---- in and out

  /** The right PIN opens; every other try is counted, and enough of them cost the list of people. */
  async unlock(pin: string): Promise<Opened> {
    const answer = await this.safe.open(pin);
    this.lock.value = (await this.safe.lock()) ?? null;
    if (answer.kind === "open") await this.opened();
    else if (answer.kind === "wrong" && answer.left === 0 && this.isBegun) {
      // Locked while at work: what is on the screen's other side goes too.
      location.reload();
    }
    return answer;
  }

  /** A phone of an edition without PINs gets one; nothing on it is lost. */
  async adopt(pin: string): Promise<void> {
    await this.safe.adopt(pin);
    await this.opened();
  }

  /** Ask for the PIN again. What is owed goes on being sent; when nothing is left to send, the key is forgotten too. */
  shut(): void {
    if (this.phase.value !== "open") return;
    this.phase.value = "locked";
    this.forgetWhenIdle();
  }

  /**
   * Let this phone in. `pin` is empty for one that stands open. A shut phone that owes keeps what it owes: the server
   * says what opens it, to somebody with a code of the same area.
   */
  async enrol(code: string, name: string, pin: string): Promise<Enrolled> {
    const phase = this.phase.value;
    const lock = this.lock.value;
    const isShut = phase === "locked" && lock !== null;
    const isOwing = (await this.outbox.debt()).count > 0;
    const answer = await this.api.enrol(code, name, isShut && isOwing ? lock.device : "");
    if (answer.kind === "away") return "away";
    if (answer.kind === "declined") return { code: answer.code };
    const { token, device: id, area, demo, recovery = "", recovers = "" } = answer.value;
    if (phase === "open") await this.safe.renew(recovery, id);
    else if (isShut && isOwing) {
      if (!(await this.safe.recover(recovers, pin, recovery, id))) return { code: "recovery_failed" };
    } else {
      if (!(await this.safe.destroy(null))) return { code: "recovery_failed" };
      await this.safe.make(pin, recovery, id);
    }
    await this.boxes.dropPack();
    await this.boxes.keepDevice({ token, id, name, area, demo, state: "well" });
    this.contact.value = "online";
    await this.opened();
    this.courier.refresh();
    return "ok";
  }

  async chooseLane(lane: string): Promise<void> {
    await this.boxes.keepLane(lane);
    this.laneId.value = lane;
    this.view.value = "work";
  }

  // ---- what happens by itself

  /** What can be known before the PIN. */
  private async look(): Promise<void> {
    this.phase.value = await this.safe.state();
    this.lock.value = (await this.safe.lock()) ?? null;
    this.stopped.value = (await this.safe.stopped()) ?? null;
    this.debt.value = await this.outbox.debt();
  }

  /** The key is here: read what rests, and go to work. */
  private async opened(): Promise<void> {
    const [device, kept, lane] = await Promise.all([
      this.boxes.device(),
      this.boxes.pack(),
      this.boxes.lane(),
    ]);
    this.device.value = device ?? null;
    this.pack.value = kept?.pack ?? null;
    this.laneId.value = lane ?? "";
    this.lock.value = (await this.safe.lock()) ?? null;
    await this.log.load(lookupIn(this.pack.value));
    this.touched();
    this.phase.value = "open";
    if (this.isBegun) return;
    this.isBegun = true;
    await this.outbox.release();
    this.debt.value = await this.outbox.debt();
    this.outbox.watch(() => {
      void this.outbox.debt().then((debt) => {
        this.debt.value = debt;
        this.forgetWhenIdle();
      });
      this.courier.soon();
    });
    await this.outbox
      .prune(this.pack.value?.round?.id ?? "", Date.now())
      .catch((problem: unknown) => this.troubled(problem));
    void this.askToKeep();
    this.courier.start();
  }

  private tick(): void {
    this.now.value = Date.now();
    if (this.now.value - this.touchedAt > IDLE_MS) this.shut();
  }

  /** Shut and nothing left to send: start anew, with no key in memory. */
  private forgetWhenIdle(): void {
    if (this.phase.value === "locked" && this.debt.value.count === this.debt.value.held) location.reload();
  }

  private async heard(contact: Contact): Promise<void> {
    this.contact.value = contact;
    if (this.trouble.value !== "" && contact === "online") this.trouble.value = "";
    const device = this.device.value;
    if (contact === "revoked") await this.leave();
    else if (contact === "unknown" && device?.state === "well") {
      this.device.value = { ...device, state: "unknown" };
      await this.boxes.keepDevice(this.device.value);
    }
  }

  /** Put out: the people go at once; what is owed is handed in first, then everything else goes with every key. */
  private async leave(): Promise<void> {
    await this.boxes.leave();
    this.pack.value = null;
    this.laneId.value = "";
    this.device.value = (await this.boxes.device()) ?? null;
    const handed = await this.outbox.handedInLate();
    const row = { name: "stopped", at: new Date().toISOString(), handed } as const;
    if (!(await this.safe.destroy(row))) return;
    this.stopped.value = row;
    this.device.value = null;
    this.state.value = EMPTY;
    this.lock.value = null;
    this.phase.value = "empty";
  }

  private async received(pack: Pack): Promise<void> {
    this.pack.value = pack;
    await this.log.load(lookupIn(pack));
  }

  /** Said, never hidden: what the phone could not write down has not happened. */
  troubled(problem: unknown): void {
    this.trouble.value = isFull(problem) ? "full" : "shut";
  }

  private async askToKeep(): Promise<void> {
    // Not in insecure contexts and old browsers, whatever the types say.
    const storage = navigator.storage as StorageManager | undefined;
    this.kept.value = (await storage?.persist()) ?? false;
  }
}

const AppContext = createContext<App | null>(null);
export const AppProvider = AppContext.Provider;

export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error("a screen outside the app");
  return app;
}

function lookupIn(pack: Pack | null): PersonLookup {
  const people = pack?.people ?? [];
  const homeOf = homesOf(people);
  const known = new Map(people.map((each) => [each.id, { dwelling: homeOf(each), mix: mixOf(each) }]));
  return (id, found) => known.get(id) ?? (found && { dwelling: homeOf(found), mix: "" });
}

/** A person found at this lane, in the shape of the pack: masked from the first moment. */
function personOf(found: Found, today: string): PackPerson {
  const { person: id, name, document, building, unit, room } = found;
  const isCitizenId = citizenIdFault(document, today) === null;
  return {
    id,
    token: "",
    name,
    initials: "",
    pinyin: "",
    sex: isCitizenId ? (Number(document[16]) % 2 === 1 ? "男" : "女") : "",
    age: isCitizenId ? ageOn(birthOf(document), today) : null,
    masked:
      document.length >= 12
        ? document.slice(0, 4) + "*".repeat(document.length - 8) + document.slice(-4)
        : "",
    tail: document.slice(-4),
    address: [building, unit, room].filter((part) => part !== "").join(" "),
    building,
    unit,
    room,
    flags: [],
    sampled: false,
  };
}
