/** Carries the outbox to the server: in order, in batches, until every event has its own receipt. */
import type { Device } from "../store/boxes";
import type { Batch, Outbox } from "../store/outbox";
import { inTurn } from "../store/turn";
import type { Answer, Api } from "./api";
import type { CaptureReply } from "../contract";

export const BATCH_LIMIT = 500;

/** How the last word with the server went. */
export type Contact = "online" | "offline" | "server_busy" | "unknown" | "revoked";

/** What a run of sending came to; `retryAfter` is the server's wish in milliseconds. */
export interface Outcome {
  readonly contact: Contact;
  readonly retryAfter: number;
}

export interface SenderParts {
  readonly api: Api;
  readonly outbox: Outbox;
  readonly device: () => Device | null;
  readonly newId: () => string;
  readonly now: () => number;
  readonly app: string;
}

/** One batch: how it went, and whether there is any use in going on with the next. */
interface Step {
  readonly outcome: Outcome;
  readonly goesOn: boolean;
}

const ONLINE: Step = { outcome: { contact: "online", retryAfter: 0 }, goesOn: true };
const stop = (contact: Contact, retryAfter = 0): Step => ({
  outcome: { contact, retryAfter },
  goesOn: false,
});

export class Sender {
  private limit = BATCH_LIMIT;

  constructor(private readonly parts: SenderParts) {}

  /** Send until nothing is owed or somebody says stop. Null: there was nothing to send. */
  run(): Promise<Outcome | null> {
    return inTurn("send", async () => {
      let outcome: Outcome | null = null;
      for (;;) {
        const device = this.parts.device();
        // A phone that was put out still hands in what it owes.
        if (!device || device.token === "" || device.state === "unknown") return outcome;
        const batch = await this.parts.outbox.nextBatch(this.limit, this.parts.newId);
        if (!batch) return outcome;
        const step = await this.send(device.token, batch);
        outcome = step.outcome;
        if (!step.goesOn) return outcome;
      }
    });
  }

  private async send(token: string, batch: Batch): Promise<Step> {
    const rest = await this.parts.outbox.owedBeside(batch);
    const answer = await this.parts.api.capture(token, {
      batch: batch.id,
      device_at: new Date(this.parts.now()).toISOString(),
      app: this.parts.app,
      owed: rest.count,
      owed_since: rest.since === "" ? null : rest.since,
      events: batch.events,
    });
    if (answer.kind === "ok") return this.settled(batch, answer.value);
    if (answer.kind === "away") return stop(contactOf(answer), answer.retryAfter);
    if (answer.status === 401) return stop("unknown");
    if (answer.status === 403) return stop("revoked");
    return this.smaller(batch, answer.status, answer.code);
  }

  private async settled(batch: Batch, reply: CaptureReply): Promise<Step> {
    const left = await this.parts.outbox.settle(batch, reply.receipts, reply.server_at);
    this.limit = Math.min(BATCH_LIMIT, this.limit * 2);
    // Events without a receipt stay owed; asking again at once would go round in a circle.
    if (left > 0) return stop("server_busy");
    return reply.wipe === true ? { outcome: { contact: "revoked", retryAfter: 0 }, goesOn: true } : ONLINE;
  }

  /**
   * The batch as a whole was declined: halve it, so that one event which the server cannot read does not hold up
   * the others. Alone and still declined it is held here, shown, and the rest goes on.
   */
  private async smaller(batch: Batch, status: number, code: string): Promise<Step> {
    const [only] = batch.events;
    if (only && batch.events.length === 1 && (status === 422 || status === 413)) {
      await this.parts.outbox.hold(only.id, code || "batch_malformed");
      return ONLINE;
    }
    await this.parts.outbox.dissolve(batch.id);
    if (status !== 422 && status !== 413) return stop("server_busy");
    this.limit = Math.max(1, Math.floor(batch.events.length / 2));
    return ONLINE;
  }
}

const contactOf = (answer: Extract<Answer<unknown>, { kind: "away" }>): Contact =>
  answer.reason === "network" ? "offline" : "server_busy";
