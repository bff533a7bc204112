// Generated from contracts/capture.schema.json by "npm run contract"; do not edit.

/** POST /api/v1/enrol */
export interface EnrolAsk {
  readonly code: string;
  readonly name: string;
}

export interface EnrolReply {
  readonly token: string;
  readonly device: string;
  readonly area: Area;
  readonly demo: boolean;
}

export interface Area {
  readonly path: string;
  readonly name: string;
}

/** 混采 5/10/20, 一户一管, 单采. A kind of a newer server is kept as it is. */
export type PoolKind = string;

export interface Round {
  readonly id: string;
  readonly number: number;
  readonly state: string;
  readonly closes_at: string | null;
  readonly area: string;
  /** Minutes after the first swab when a tube should be closed early; the dated rule row of the area (MT-30 table). Absent: the lane gives no reminder. */
  readonly tube_minutes?: number;
}

export interface Point {
  readonly id: string;
  readonly name: string;
}

export interface Lane {
  readonly id: string;
  readonly number: number;
  readonly pool: PoolKind;
  readonly capacity: number;
}

/** A tube dealt to a lane of this point (MT-25: one owner, also offline). */
export interface PackTube {
  readonly code: string;
  readonly lane: string;
  readonly pool: PoolKind;
  readonly capacity: number;
  readonly state: string;
}

/** A person as a lane may see one: masked, with flags that say what to do and never why (MT-21). */
export interface PackPerson {
  readonly id: string;
  readonly token: string;
  readonly name: string;
  /** The first letters of each spelling, each once: sw dw. */
  readonly initials: string;
  /** Every likely spelling in one piece, without tones, the likeliest first: shanwei danwei. */
  readonly pinyin: string;
  readonly sex: string;
  readonly age: number | null;
  readonly masked: string;
  readonly tail: string;
  readonly address: string;
  readonly building: string;
  readonly unit: string;
  readonly room: string;
  readonly flags: readonly string[];
  readonly sampled: boolean;
  /** When, if the server says so. */
  readonly sampled_at?: string | null;
  /** Opaque: two persons with different values never share a tube (MT-06: codes of two colours, two zones). Absent = empty. */
  readonly mix?: string;
}

/** GET /api/v1/pack (Authorization: Device TOKEN; ETag / If-None-Match) */
export interface Pack {
  readonly version: string;
  readonly made_at: string;
  readonly round: Round | null;
  readonly point: Point;
  readonly lanes: readonly Lane[];
  readonly tubes: readonly PackTube[];
  readonly people: readonly PackPerson[];
}

/** 开管 */
export interface TubeOpened {
  readonly id: string;
  readonly seq: number;
  readonly kind: "tube_opened";
  readonly at: string;
  readonly round: string;
  readonly lane: string;
  readonly tube: string;
  readonly pool: PoolKind;
  readonly capacity: number;
}

/** 入管: one person's swab in an open tube. A position freed by a rejection is used again. */
export interface Sample {
  readonly id: string;
  readonly seq: number;
  readonly kind: "sample";
  readonly at: string;
  readonly round: string;
  readonly lane: string;
  readonly tube: string;
  readonly position: number;
  readonly person: string;
  readonly how: "scan" | "search" | "typed";
}

/** 退采: takes the binding back (MT-24); wrong_person is also the ten-second undo. */
export interface SampleRejected {
  readonly id: string;
  readonly seq: number;
  readonly kind: "sample_rejected";
  readonly at: string;
  readonly round: string;
  readonly lane: string;
  readonly sample: string;
  readonly reason: "refused" | "nausea" | "failed_swab" | "wrong_person";
}

/** 封管: spoken is the swab count the sampler said aloud. */
export interface TubeClosed {
  readonly id: string;
  readonly seq: number;
  readonly kind: "tube_closed";
  readonly at: string;
  readonly round: string;
  readonly lane: string;
  readonly tube: string;
  readonly reason: "full" | "household_end" | "zone_change" | "time" | "end_of_shift";
  readonly spoken: number;
}

/** 新增: somebody the pack does not know (MT-23). An empty document means: none shown, the server gives a T number. */
export interface PersonFound {
  readonly id: string;
  readonly seq: number;
  readonly kind: "person_found";
  readonly at: string;
  readonly round: string;
  readonly lane: string;
  readonly person: string;
  readonly name: string;
  readonly document: string;
  readonly phone: string;
  readonly building: string;
  readonly unit: string;
  readonly room: string;
  readonly note: string;
}

/** What this edition of the app sends. A server keeps an event of a kind it does not know, whole, and says kept. */
export type CaptureEvent = TubeOpened | Sample | SampleRejected | TubeClosed | PersonFound;

/** POST /api/v1/capture, gzip allowed. A batch sent again has the same id and the same events; device_at is of the sending. */
export interface CaptureBatch {
  readonly batch: string;
  readonly device_at: string;
  readonly app: string;
  readonly events: readonly CaptureEvent[];
}

/** The server's word on one event, by the event's own id. Every verdict means: it is stored. */
export interface Receipt {
  readonly id: string;
  readonly verdict: "applied" | "duplicate" | "refused" | "conflict" | "kept";
  readonly code: string | null;
}

export interface CaptureReply {
  readonly batch: string;
  readonly server_at: string;
  readonly receipts: readonly Receipt[];
}

/** 401 device_unknown; 403 device_revoked (wipe); 410 enrolment_expired; 413 batch_too_large; 422 batch_malformed (detail); 503 later (Retry-After). */
export interface ErrorReply {
  readonly code: string;
  readonly wipe?: boolean;
  readonly detail?: string;
}
