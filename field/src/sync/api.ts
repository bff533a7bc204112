/** The four things a phone asks of the server. Every answer is a value; only a dead network is "away". */
import type { CaptureBatch, CaptureReply, EnrolReply, ErrorReply, Pack } from "../contract";

/** No answer at all; or the server asks to come back later. */
export interface Away {
  readonly kind: "away";
  readonly reason: "network" | "server";
  /** Milliseconds that Retry-After asks for. */
  readonly retryAfter: number;
}

/** The server's considered no. */
export interface Declined {
  readonly kind: "declined";
  readonly status: number;
  readonly code: string;
  readonly wipe: boolean;
}

export type Answer<Value> = { readonly kind: "ok"; readonly value: Value } | Away | Declined;

export type PackAnswer =
  Answer<{ readonly pack: Pack; readonly etag: string }> | { readonly kind: "unchanged" };

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

const TIMEOUT = 30_000;
const GZIP_FROM = 1_000;

export class Api {
  constructor(
    private readonly fetch: Fetch,
    private readonly base = "/api/v1",
    /** How far the server's clock is from this phone's, whenever an answer tells it. */
    private readonly onOffset: (milliseconds: number) => void = () => undefined,
  ) {}

  /** `previous`: what this phone was before, when its PIN is forgotten and it still owes. */
  async enrol(code: string, name: string, previous = ""): Promise<Answer<EnrolReply>> {
    const body = JSON.stringify({ code, name, ...(previous === "" ? {} : { previous }) });
    return this.answer(await this.ask("enrol", { method: "POST", headers: JSON_HEADERS, body }));
  }

  async pack(token: string, etag: string): Promise<PackAnswer> {
    const headers = { ...authorization(token), ...(etag === "" ? {} : { "If-None-Match": etag }) };
    const response = await this.ask("pack", { headers });
    if (response?.status === 304) return { kind: "unchanged" };
    const answer = await this.answer<Pack>(response);
    if (answer.kind !== "ok") return answer;
    return { kind: "ok", value: { pack: answer.value, etag: response?.headers.get("ETag") ?? "" } };
  }

  async capture(token: string, batch: CaptureBatch): Promise<Answer<CaptureReply>> {
    const { body, encoding } = await packed(JSON.stringify(batch));
    const headers = { ...JSON_HEADERS, ...authorization(token), ...encoding };
    return this.answer(await this.ask("capture", { method: "POST", headers, body }));
  }

  private async ask(path: string, init: RequestInit): Promise<Response | null> {
    const timer = new AbortController();
    const timeout = setTimeout(() => timer.abort(), TIMEOUT);
    const asked = Date.now();
    try {
      const response = await this.fetch(`${this.base}/${path}`, {
        ...init,
        cache: "no-store",
        signal: timer.signal,
      });
      const told = Date.parse(response.headers.get("Date") ?? "");
      if (!Number.isNaN(told)) this.onOffset(told - (asked + Date.now()) / 2);
      return response;
    } catch {
      return null;
    } finally {
      clearTimeout(timeout);
    }
  }

  private async answer<Value>(response: Response | null): Promise<Answer<Value>> {
    if (!response) return { kind: "away", reason: "network", retryAfter: 0 };
    const body = await json(response);
    if (response.ok && body !== null) return { kind: "ok", value: body as Value };
    if (response.ok || response.status >= 500 || response.status === 429)
      return { kind: "away", reason: "server", retryAfter: retryAfter(response.headers.get("Retry-After")) };
    const { code = "", wipe = false } = (body ?? {}) as Partial<ErrorReply>;
    return { kind: "declined", status: response.status, code, wipe };
  }
}

const JSON_HEADERS = { "Content-Type": "application/json" };

const authorization = (token: string) => ({ Authorization: `Device ${token}` });

/** A hotel's sign-in page answers 200 with HTML: that is not an answer of ours. */
async function json(response: Response): Promise<unknown> {
  try {
    const body: unknown = await response.json();
    return typeof body === "object" ? body : null;
  } catch {
    return null;
  }
}

/** Retry-After in seconds or as a date. */
export function retryAfter(header: string | null, now = Date.now()): number {
  if (header === null) return 0;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isFinite(wait) ? Math.max(0, wait) : 0;
}

async function packed(text: string): Promise<{ body: BodyInit; encoding: Record<string, string> }> {
  if (text.length < GZIP_FROM || typeof CompressionStream === "undefined")
    return { body: text, encoding: {} };
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return { body: await new Response(stream).arrayBuffer(), encoding: { "Content-Encoding": "gzip" } };
}
