/** When to talk to the server: after each act, when the network comes back, and every few minutes for the pack. */
import type { Pack } from "../contract";
import type { Boxes, Device } from "../store/boxes";
import type { Api } from "./api";
import { waitFor } from "./backoff";
import type { Contact, Sender } from "./sender";

const PACK_EVERY = 300_000;
const GATHER = 250;
/** After the phone's own store said no. */
const TROUBLED = 15_000;

export interface CourierParts {
  readonly api: Api;
  readonly boxes: Pick<Boxes, "pack" | "keepPack">;
  readonly sender: Pick<Sender, "run">;
  readonly device: () => Device | null;
  readonly onContact: (contact: Contact) => Promise<void> | void;
  readonly onPack: (pack: Pack) => Promise<void> | void;
  /** The phone's own store said no: full, or shut by the browser. */
  readonly onTrouble: (problem: unknown) => void;
  /** Whether there is still something to hand in after the phone was put out. */
  readonly owes: () => Promise<boolean>;
}

export class Courier {
  private attempt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private packDue = 0;
  private notBefore = 0;
  private busy = false;
  private again = false;

  constructor(private readonly parts: CourierParts) {}

  start(): void {
    addEventListener("online", () => this.refresh());
    addEventListener("offline", () => void this.parts.onContact("offline"));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.hope();
    });
    this.hope();
  }

  /** Something new to send. After a failure it waits its turn with the rest. */
  soon(): void {
    if (this.attempt === 0) this.plan(GATHER);
  }

  /** A reason to believe that it works now: try at once, but never before the time the server named. */
  hope(): void {
    this.plan(GATHER);
  }

  /** Somebody asked for a fresh list. */
  refresh(): void {
    this.packDue = 0;
    this.hope();
  }

  private plan(wait: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.turn(), Math.max(wait, this.notBefore - Date.now()));
  }

  private async turn(): Promise<void> {
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    const { contact, retryAfter, isOver } = await this.hear().catch((problem: unknown) => {
      this.parts.onTrouble(problem);
      return { contact: null, retryAfter: TROUBLED, isOver: false };
    });
    this.busy = false;
    if (isOver) return;
    const well = (contact === null || contact === "online") && retryAfter === 0;
    this.attempt = well ? 0 : this.attempt + 1;
    this.notBefore = Date.now() + retryAfter;
    if (!well) this.plan(waitFor(this.attempt, retryAfter));
    else this.plan(this.again ? GATHER : PACK_EVERY);
    this.again = false;
  }

  /** Talk, and tell what came of it. Over: nobody there wants to hear of this phone again. */
  private async hear(): Promise<{ contact: Contact | null; retryAfter: number; isOver: boolean }> {
    const { contact, retryAfter } = await this.talk();
    if (contact) await this.parts.onContact(contact);
    const isOver = contact === "unknown" || (contact === "revoked" && !(await this.parts.owes()));
    return { contact, retryAfter, isOver };
  }

  private async talk(): Promise<{ contact: Contact | null; retryAfter: number }> {
    const sent = await this.parts.sender.run();
    if (sent && sent.contact !== "online") return sent;
    if (Date.now() < this.packDue) return sent ?? { contact: null, retryAfter: 0 };
    return this.fetchPack();
  }

  private async fetchPack(): Promise<{ contact: Contact | null; retryAfter: number }> {
    const device = this.parts.device();
    if (!device || device.state !== "well") return { contact: null, retryAfter: 0 };
    const kept = await this.parts.boxes.pack();
    const answer = await this.parts.api.pack(device.token, kept?.etag ?? "");
    if (answer.kind === "away")
      return {
        contact: answer.reason === "network" ? "offline" : "server_busy",
        retryAfter: answer.retryAfter,
      };
    if (answer.kind === "declined") {
      const contact = answer.status === 401 ? "unknown" : answer.status === 403 ? "revoked" : "server_busy";
      return { contact, retryAfter: 0 };
    }
    this.packDue = Date.now() + PACK_EVERY;
    if (answer.kind === "ok") {
      await this.parts.boxes.keepPack(answer.value.pack, answer.value.etag);
      await this.parts.onPack(answer.value.pack);
    }
    return { contact: "online", retryAfter: 0 };
  }
}
