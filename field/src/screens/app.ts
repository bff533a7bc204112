/** Everything the screens look at, put together once at start. */
import { computed, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";

import type { Lane, Pack, PackPerson } from "../contract";
import { ageOn, birthOf, citizenIdFault } from "../domain/document";
import { newId } from "../domain/ids";
import { dwellingOf, EMPTY, type Found, type LaneState, type PersonLookup } from "../domain/lane";
import { makeIndex } from "../domain/search";
import type { RoundFacts } from "../domain/tubes";
import { Boxes, type Device } from "../store/boxes";
import { FieldDb } from "../store/db";
import { LaneLog } from "../store/log";
import { Outbox, type Debt } from "../store/outbox";
import { Sealer } from "../store/sealer";
import { Api } from "../sync/api";
import { Courier } from "../sync/courier";
import { Sender, type Contact } from "../sync/sender";
import { dayOf } from "../ui/format";

export const VERSION = __APP_VERSION__;

export type View = "work" | "lanes" | "enrol" | "unsent" | "menu";

export class App {
  readonly view: Signal<View> = signal("work");
  readonly device: Signal<Device | null> = signal(null);
  readonly pack: Signal<Pack | null> = signal(null);
  readonly laneId: Signal<string> = signal("");
  readonly state: Signal<LaneState> = signal(EMPTY);
  readonly debt: Signal<Debt> = signal({ count: 0, since: "", refused: 0 });
  readonly contact: Signal<Contact> = signal(navigator.onLine ? "online" : "offline");
  readonly kept: Signal<boolean> = signal(false);

  readonly lane: ReadonlySignal<Lane | null> = computed(
    () => this.pack.value?.lanes.find(({ id }) => id === this.laneId.value) ?? null,
  );
  readonly round: ReadonlySignal<(RoundFacts & { readonly tube_minutes?: number }) | null> = computed(
    () => this.pack.value?.round ?? null,
  );
  readonly index = computed(() => makeIndex(this.pack.value?.people ?? []));
  /** Found at this phone and not yet in the pack. */
  readonly foundIndex = computed(() => {
    const known = this.index.value.byId;
    const today = dayOf(Date.now());
    const found = [...this.state.value.found.values()].filter(({ person }) => !known.has(person));
    return makeIndex(found.map((each) => personOf(each, today)));
  });

  private constructor(
    readonly boxes: Boxes,
    readonly outbox: Outbox,
    readonly log: LaneLog,
    readonly api: Api,
  ) {}

  courier!: Courier;

  static async open(): Promise<App> {
    const db = new FieldDb();
    const sealer = await Sealer.open(db);
    const boxes = new Boxes(db, sealer);
    const outbox = new Outbox(db, sealer);
    const [device, kept, lane] = await Promise.all([boxes.device(), boxes.pack(), boxes.lane()]);
    const log = new LaneLog(outbox, lookupIn(kept?.pack ?? null), (state) => (app.state.value = state));
    const app = new App(boxes, outbox, log, new Api((url, init) => fetch(url, init)));
    app.device.value = device ?? null;
    app.pack.value = kept?.pack ?? null;
    app.laneId.value = lane ?? "";
    await log.load();
    await outbox.release();
    await app.begin();
    return app;
  }

  person(id: string): PackPerson | undefined {
    return this.index.value.byId.get(id) ?? this.foundIndex.value.byId.get(id);
  }

  async enrol(code: string, name: string): Promise<"ok" | "away" | { readonly code: string }> {
    const answer = await this.api.enrol(code, name);
    if (answer.kind === "away") return "away";
    if (answer.kind === "declined") return { code: answer.code };
    const { token, device: id, area, demo } = answer.value;
    const device: Device = { token, id, name, area, demo, state: "well" };
    await this.boxes.wipe();
    await this.boxes.keepDevice(device);
    this.device.value = device;
    this.pack.value = null;
    this.laneId.value = "";
    this.contact.value = "online";
    void this.askToKeep();
    this.courier.refresh();
    return "ok";
  }

  async chooseLane(lane: string): Promise<void> {
    await this.boxes.keepLane(lane);
    this.laneId.value = lane;
    this.view.value = "work";
  }

  private async begin(): Promise<void> {
    const sender = new Sender({
      api: this.api,
      outbox: this.outbox,
      device: () => this.device.value,
      newId,
      now: () => Date.now(),
      app: VERSION,
    });
    this.courier = new Courier({
      api: this.api,
      boxes: this.boxes,
      sender,
      device: () => this.device.value,
      onContact: (contact) => void this.heard(contact),
      onPack: (pack) => this.received(pack),
    });
    this.debt.value = await this.outbox.debt();
    this.outbox.watch(() => {
      void this.outbox.debt().then((debt) => (this.debt.value = debt));
      this.courier.soon();
    });
    await this.outbox.prune(this.pack.value?.round?.id ?? "", Date.now());
    if (this.device.value) void this.askToKeep();
    this.courier.start();
  }

  private async heard(contact: Contact): Promise<void> {
    this.contact.value = contact;
    const device = this.device.value;
    if (contact === "revoked") {
      await this.boxes.wipe();
      this.pack.value = null;
      this.laneId.value = "";
      this.device.value = (await this.boxes.device()) ?? null;
    } else if (contact === "unknown" && device?.state === "well") {
      this.device.value = { ...device, state: "unknown" };
      await this.boxes.keepDevice(this.device.value);
    }
  }

  private async received(pack: Pack): Promise<void> {
    this.pack.value = pack;
    await this.log.load(lookupIn(pack));
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
  const known = new Map(
    pack?.people.map((each) => [each.id, { dwelling: dwellingOf(each), mix: each.mix ?? "" }]),
  );
  return (id) => known.get(id);
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
