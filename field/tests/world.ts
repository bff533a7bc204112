import type { CaptureBatch, CaptureReply, PackPerson, Receipt } from "../src/contract";
import { newId } from "../src/domain/ids";
import type { Device } from "../src/store/boxes";
import { FieldDb } from "../src/store/db";
import { Outbox, type NewEvent } from "../src/store/outbox";
import { Safe } from "../src/store/safe";
import { Sealer } from "../src/store/sealer";
import { Api } from "../src/sync/api";
import { Sender } from "../src/sync/sender";

export const ROUND = "0192f000-0000-7000-8000-00000000000a";
export const LANE = "0192f000-0000-7000-8000-000000000002";

export const DEVICE: Device = {
  token: "device-token-0001",
  id: "d1",
  name: "Lin",
  area: { path: "/43/08/02/L01/001/", name: "双溪社区" },
  demo: true,
  state: "well",
};

/** Rounds of a test phone: nobody guesses here. */
export const QUICK = { least: 1_000, most: 1_000 };
export const PIN = "803156";
export const RECOVERY = "5f1d".repeat(8);

let phones = 0;

/** A phone of its own: `again()` is the same phone after its browser was killed. */
export async function aPhone(name = `phone-${(phones += 1)}`) {
  const db = new FieldDb(name);
  const sealer = new Sealer();
  const safe = new Safe(db, sealer, QUICK);
  if ((await safe.state()) === "empty") await safe.make(PIN, RECOVERY, DEVICE.id);
  else await safe.open(PIN);
  const outbox = new Outbox(db, sealer);
  const again = () => {
    db.close();
    return aPhone(name);
  };
  return { db, sealer, safe, outbox, again };
}

export const head = () => ({ id: newId(), at: "2026-11-22T01:00:00.000Z", round: ROUND, lane: LANE });

export const aSample = (position: number, person = newId()): NewEvent => ({
  ...head(),
  kind: "sample",
  tube: "041212345670",
  position,
  person,
  how: "scan",
});

/** A server that stores by event id and can be told to misbehave. */
export class Server {
  readonly stored = new Map<string, CaptureBatch["events"][number]>();
  readonly batches: CaptureBatch[] = [];
  weather: "fine" | "away" | "lost" | "later" | "revoked" | "wipe" | "unknown" = "fine";
  unreadable = new Set<string>();
  silentAbout = new Set<string>();
  verdictFor: (id: string) => Pick<Receipt, "verdict" | "code"> = () => ({ verdict: "applied", code: null });
  extraReceipts: Receipt[] = [];

  readonly fetch = async (_url: string, init: RequestInit): Promise<Response> => {
    if (this.weather === "away") throw new TypeError("network");
    if (this.weather === "later")
      return Response.json({ code: "later" }, { status: 503, headers: { "Retry-After": "7" } });
    if (this.weather === "revoked")
      return Response.json({ code: "device_revoked", wipe: true }, { status: 403 });
    if (this.weather === "unknown") return Response.json({ code: "device_unknown" }, { status: 401 });
    const batch = JSON.parse(await bodyOf(init)) as CaptureBatch;
    if (batch.events.some(({ id }) => this.unreadable.has(id)))
      return Response.json({ code: "batch_malformed", detail: "" }, { status: 422 });
    this.batches.push(batch);
    const receipts = batch.events
      .filter(({ id }) => !this.silentAbout.has(id))
      .map((event) => this.receive(event));
    if (this.weather === "lost") throw new TypeError("the answer was lost on the way");
    const reply: CaptureReply = {
      ...(this.weather === "wipe" ? { wipe: true } : {}),
      batch: batch.batch,
      server_at: "2026-11-22T01:00:05.000Z",
      receipts: [...this.extraReceipts, ...receipts],
    };
    return Response.json(reply);
  };

  private receive(event: CaptureBatch["events"][number]): Receipt {
    if (this.stored.has(event.id)) return { id: event.id, verdict: "duplicate", code: null };
    this.stored.set(event.id, event);
    return { id: event.id, ...this.verdictFor(event.id) };
  }
}

async function bodyOf(init: RequestInit): Promise<string> {
  const headers = new Headers(init.headers);
  const body = new Response(init.body ?? "");
  if (headers.get("Content-Encoding") !== "gzip" || !body.body) return body.text();
  return new Response(body.body.pipeThrough(new DecompressionStream("gzip"))).text();
}

export const senderOf = (outbox: Outbox, server: Server, device: Device = DEVICE): Sender =>
  new Sender({
    api: new Api(server.fetch),
    outbox,
    device: () => device,
    newId,
    now: () => Date.parse("2026-11-22T01:00:04.000Z"),
    app: "0.1.0",
  });

export const aPerson = (facts: Partial<PackPerson> & { readonly name: string }): PackPerson => ({
  id: newId(),
  token: "",
  initials: "",
  pinyin: "",
  sex: "男",
  age: 46,
  masked: "9900**********0016",
  tail: "0016",
  address: "3栋1单元401",
  building: "3栋",
  unit: "1单元",
  room: "401",
  flags: [],
  sampled: false,
  ...facts,
});
