/** The log of this phone's acts and what the server said to each. */
import type { CaptureEvent, Receipt } from "../contract";
import type { EventRow, FieldDb } from "./db";
import type { Sealer } from "./sealer";

type Without<Event, Key extends PropertyKey> = Event extends unknown ? Omit<Event, Key> : never;

/** An event before it has its place in the order. */
export type NewEvent = Without<CaptureEvent, "seq">;

/** What the sent-and-unsent page shows of an event. */
export interface Entry {
  readonly event: CaptureEvent;
  readonly owed: boolean;
  readonly verdict: Receipt["verdict"] | "";
  readonly code: string;
  readonly receiptAt: string;
}

export interface Debt {
  readonly count: number;
  /** Device time of the oldest unsent act, or empty. */
  readonly since: string;
  /** Acts that the server keeps but does not count: somebody must look. */
  readonly refused: number;
  /** Of the unsent ones: what the server could not read. */
  readonly held: number;
}

export interface Batch {
  readonly id: string;
  readonly events: readonly CaptureEvent[];
}

const LOOK_AT: readonly Receipt["verdict"][] = ["refused", "conflict"];
const DAY = 86_400_000;

export class Outbox {
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly db: FieldDb,
    private readonly sealer: Sealer,
  ) {}

  /** Write acts down, all or none. When this returns they survive anything but the loss of the phone. */
  async write(events: readonly NewEvent[]): Promise<readonly CaptureEvent[]> {
    const rows = await Promise.all(events.map((event) => this.rowOf(event)));
    const written = await this.db.transaction("rw", this.db.events, async () => {
      const done: CaptureEvent[] = [];
      for (const [i, row] of rows.entries()) {
        const event = events[i];
        const seq = await this.db.events.add(row);
        if (event) done.push({ ...event, seq });
      }
      return done;
    });
    this.tell();
    return written;
  }

  /** Events after `seq`, in order: the whole log, or what another tab wrote meanwhile. */
  async after(seq: number): Promise<readonly CaptureEvent[]> {
    return this.read(await this.db.events.where("seq").above(seq).sortBy("seq"));
  }

  async entries(limit: number): Promise<readonly Entry[]> {
    const rows = await this.db.events.orderBy("seq").reverse().limit(limit).toArray();
    const events = await this.read(rows);
    return rows.map((row, i) => ({
      event: events[i] as CaptureEvent,
      owed: row.owed !== 0,
      verdict: row.verdict,
      code: row.code,
      receiptAt: row.receiptAt,
    }));
  }

  async debt(): Promise<Debt> {
    const owed = (state: 1 | 2) => this.db.events.where("owed").equals(state);
    const [sending, held, first, firstHeld, refused] = await Promise.all([
      owed(1).count(),
      owed(2).count(),
      owed(1).first(),
      owed(2).first(),
      this.db.events.where("verdict").anyOf(LOOK_AT).count(),
    ]);
    const since = [first?.at, firstHeld?.at].filter((at) => at !== undefined).sort()[0] ?? "";
    return { count: sending + held, since, refused: refused + held, held };
  }

  /**
   * The next events to send, in order. A batch that went out and had no answer is offered again as it was, under its
   * own id; otherwise a new one is made of the oldest owed events.
   */
  async nextBatch(limit: number, newBatchId: () => string): Promise<Batch | null> {
    const rows = await this.db.transaction("rw", this.db.events, async () => {
      const owed = await this.db.events.where("owed").equals(1).limit(limit).sortBy("seq");
      const first = owed[0];
      if (!first) return [];
      if (first.batch !== "") {
        const same = await this.db.events.where("batch").equals(first.batch).sortBy("seq");
        return same.filter((row) => row.owed === 1);
      }
      const batch = newBatchId();
      const fresh = owed.filter((row) => row.batch === "");
      await this.db.events.bulkUpdate(fresh.map(({ seq }) => ({ key: seq, changes: { batch } })));
      return fresh.map((row) => ({ ...row, batch }));
    });
    const [first] = rows;
    return first ? { id: first.batch, events: await this.read(rows) } : null;
  }

  /** What is owed beside this batch, and since when. */
  async owedBeside(batch: Batch): Promise<Pick<Debt, "count" | "since">> {
    const mine = new Set(batch.events.map(({ id }) => id));
    const rest = this.db.events
      .where("owed")
      .anyOf([1, 2])
      .and(({ id }) => !mine.has(id));
    const [count, first] = await Promise.all([rest.count(), rest.clone().first()]);
    return { count, since: first?.at ?? "" };
  }

  /** Take a batch apart again: its owed events will be offered in new ones. */
  async dissolve(batch: string): Promise<void> {
    await this.db.events
      .where("batch")
      .equals(batch)
      .and((row) => row.owed === 1)
      .modify({ batch: "" });
  }

  /** The server cannot read this event: it stays owed and shown, but no longer stands in the way of the others. */
  async hold(id: string, code: string): Promise<void> {
    await this.db.events.where("id").equals(id).modify({ owed: 2, batch: "", code });
    this.tell();
  }

  /** Try the held ones again: a start is a chance that phone or server is newer. */
  async release(): Promise<void> {
    await this.db.events.where("owed").equals(2).modify({ owed: 1, code: "" });
  }

  /** Everything without a receipt, to be carried to the desk as a file when it cannot be sent. */
  async owed(): Promise<readonly CaptureEvent[]> {
    return this.read(await this.db.events.where("owed").anyOf([1, 2]).sortBy("seq"));
  }

  /**
   * Mark events done, each by its own id and on its own receipt, nothing else. What the server did not mention
   * is owed as before; answers how many those are.
   */
  async settle(batch: Batch, receipts: readonly Receipt[], serverAt: string): Promise<number> {
    const own = new Set(batch.events.map(({ id }) => id));
    const left = await this.db.transaction("rw", this.db.events, async () => {
      for (const { id, verdict, code } of receipts) {
        if (!own.has(id)) continue;
        await this.db.events
          .where("id")
          .equals(id)
          .modify({ owed: 0, verdict, code: code ?? "", receiptAt: serverAt });
        own.delete(id);
      }
      await this.dissolve(batch.id);
      return own.size;
    });
    this.tell();
    return left;
  }

  /** Forget receipted, counted acts of other rounds when they are old: people are not kept longer than needed. */
  async prune(currentRound: string, now: number, days = 3): Promise<void> {
    await this.db.events
      .filter(
        (row) =>
          row.owed === 0 &&
          row.round !== currentRound &&
          !LOOK_AT.some((verdict) => verdict === row.verdict) &&
          now - Date.parse(row.at) > days * DAY,
      )
      .delete();
  }

  /** How many acts were taken from a phone that was put out already. */
  handedInLate(): Promise<number> {
    return this.db.events.filter(({ code, owed }) => owed === 0 && code === "device_revoked").count();
  }

  /** Called after anything here has changed in this tab. */
  watch(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }

  private async rowOf(event: NewEvent): Promise<Omit<EventRow, "seq">> {
    const { id, kind, at, round } = event;
    const body = await this.sealer.seal(id, event);
    return { id, kind, at, round, body, owed: 1, batch: "", verdict: "", code: "", receiptAt: "" };
  }

  private read(rows: readonly EventRow[]): Promise<readonly CaptureEvent[]> {
    return Promise.all(
      rows.map(async (row) => ({ ...(await this.sealer.unseal<NewEvent>(row.id, row.body)), seq: row.seq })),
    );
  }
}
