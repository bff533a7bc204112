// Generated from contracts/capture.schema.json by "npm run contract"; do not edit.

/** POST /api/v1/enrol */
export interface EnrolAsk {
  readonly code: string;
  readonly name: string;
  /** The device this phone was before, when it owes what nobody can open: its PIN is forgotten. Only within the area of the code, else 410 previous_elsewhere and the code stays good. */
  readonly previous?: string;
}

export interface EnrolReply {
  readonly token: string;
  readonly device: string;
  readonly area: Area;
  readonly demo: boolean;
  /** Opens what rests on this phone when its PIN is forgotten. The phone wraps its key with it and forgets it; the server can say it again. */
  readonly recovery?: string;
  /** The recovery of the previous device, when one was named. */
  readonly recovers?: string;
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
  /** Minutes after the first swab when a tube that still waits at the point raises the alarm (MT-31). */
  readonly alarm_minutes?: number;
  /** Minutes after the first swab when its time is over (MT-31). */
  readonly breach_minutes?: number;
  /** How many tubes a transport box holds, by its kind; the kinds of the dated rule row (MT-32). */
  readonly box_tubes?: Readonly<Record<string, unknown>>;
  /** How far a phone's clock may be off before its user is told (MT-26). */
  readonly clock_seconds?: number;
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
  /** 小区: named where the community has several; 东区3栋 and 西区3栋 are two buildings. Absent or empty: one only. The address says it too. */
  readonly compound?: string;
  /** priority: sampled first. single: never pooled. door: sampled at the door. apart: a tube of its own kind, not shared with others (MT-06). A flag of a newer server is shown as: ask the point chief. */
  readonly flags: readonly string[];
  /** Other codes that stand for this person beside token: cards they already carried (code_bound). */
  readonly bound?: readonly string[];
  /** Opaque: the same value is the same household, for a household tube. Absent or empty: none known. */
  readonly household?: string;
  readonly sampled: boolean;
  /** When, if the server says so. */
  readonly sampled_at?: string | null;
  /** Opaque: two persons with different values never share a tube (MT-06: codes of two colours, two zones, an apart person and others). Absent = empty. */
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
  /** Why somebody who was sampled in this round is sampled again (MT-22); the receipt says repeat, the person counts once. */
  readonly repeat?: "spoiled_tube" | "doubtful_swab";
  /** The supervisor who allowed the repeat. */
  readonly allowed_by?: string;
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

/** 他处已采: shows a proof that it was sampled elsewhere in this round's time: a reason, no swab (MT-22, MT-40). */
export interface SampledElsewhere {
  readonly id: string;
  readonly seq: number;
  readonly kind: "sampled_elsewhere";
  readonly at: string;
  readonly round: string;
  readonly lane: string;
  readonly person: string;
  readonly place: string;
  /** What was shown: a report, a health code, a message, with its number where it has one. */
  readonly proof: string;
  readonly taken_on: string;
}

/** 装箱封箱: the tubes that were scanned into a transport box, and its seal (MT-32). A code that this round does not hold is told by the code box_differs; the box stands all the same. The same box again with another list: the newest list holds. */
export interface BoxSealed {
  readonly id: string;
  readonly seq: number;
  readonly kind: "box_sealed";
  readonly at: string;
  readonly round: string;
  readonly lane: string;
  /** Made on the device. */
  readonly box: string;
  readonly seal: string;
  readonly tubes: readonly string[];
  readonly ice: boolean;
  /** Celsius inside the box. */
  readonly temperature: number | null;
}

/** 交接: the carrier took the sealed box over at the point; both names are said aloud and written (3.5). */
export interface BoxHanded {
  readonly id: string;
  readonly seq: number;
  readonly kind: "box_handed";
  readonly at: string;
  readonly round: string;
  readonly lane: string;
  readonly box: string;
  readonly giver: string;
  readonly taker: string;
  readonly vehicle: string;
  readonly temperature: number | null;
}

/** 绑码: a code that somebody already carries (paper card of another community, printed code) belongs to this person from now on, after the identity check. Somebody else's code: refused code_taken. */
export interface CodeBound {
  readonly id: string;
  readonly seq: number;
  readonly kind: "code_bound";
  readonly at: string;
  readonly round: string;
  readonly lane: string;
  readonly person: string;
  readonly token: string;
}

/** What this edition of the app sends. A server keeps an event of a kind it does not know, whole, and says kept. */
export type CaptureEvent =
  | TubeOpened
  | Sample
  | SampleRejected
  | TubeClosed
  | PersonFound
  | SampledElsewhere
  | BoxSealed
  | BoxHanded
  | CodeBound;

/** POST /api/v1/capture, gzip allowed. A batch sent again has the same id and the same events; device_at is of the sending. */
export interface CaptureBatch {
  readonly batch: string;
  readonly device_at: string;
  readonly app: string;
  /** How many events the phone still owes beside those of this batch; the list of phones shows it. */
  readonly owed?: number;
  /** When the oldest of those was captured. Absent or null with nothing owed. */
  readonly owed_since?: string | null;
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
  /** true: the phone was put out. Everything it sent is kept (device_revoked); it clears what has a receipt, sends what is left, then wipes itself. */
  readonly wipe?: boolean;
}

/** 401 device_unknown; 403 device_revoked (wipe) from enrol and pack, never from capture; 410 enrolment_expired; 413 batch_too_large; 422 batch_malformed (detail); 503 later (Retry-After). */
export interface ErrorReply {
  readonly code: string;
  readonly wipe?: boolean;
  readonly detail?: string;
}
