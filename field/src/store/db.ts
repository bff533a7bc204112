import { Dexie, type EntityTable, type Table } from "dexie";

import type { Receipt } from "../contract";

/** Ciphertext of AES-GCM with its nonce. */
export interface Sealed {
  readonly nonce: Uint8Array<ArrayBuffer>;
  readonly bytes: ArrayBuffer;
}

/**
 * One act on this phone. `seq` is its order; `body` holds the event without it. A row is owed until its own
 * receipt has come, and is never deleted before.
 */
export interface EventRow {
  seq: number;
  readonly id: string;
  readonly kind: string;
  readonly at: string;
  readonly round: string;
  readonly body: Sealed;
  /** 1 = to be sent; 2 = owed too, but the server could not read it, so it waits; 0 = the server gave a receipt. */
  readonly owed: 0 | 1 | 2;
  /** The batch it was last sent in: after a lost answer the same events go again under the same id. */
  readonly batch: string;
  readonly verdict: Receipt["verdict"] | "";
  readonly code: string;
  readonly receiptAt: string;
}

export interface BoxRow {
  readonly name: string;
  readonly sealed: Sealed;
  /** The pack's ETag; it tells nothing of the content. */
  readonly etag: string;
}

export interface KeyRow {
  readonly name: string;
  readonly key: CryptoKey;
}

export interface LockRow {
  readonly name: "lock";
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly iterations: number;
  readonly byPin: Sealed;
  readonly byRecovery: Sealed | null;
  /** Which device this was enrolled as: the server asks it of a phone whose PIN is forgotten. */
  readonly device: string;
  /** Wrong ones in a row, and when the next try may be. */
  readonly tries: number;
  readonly notBefore: number;
}

/** What a phone that was put out still says of itself: when it was emptied, and how many acts it handed in at the end. */
export interface StoppedRow {
  readonly name: "stopped";
  readonly at: string;
  readonly handed: number;
}

/** What has to be known before the PIN: the lock itself (safe.ts), or that this phone was stopped. */
export type FactRow = LockRow | StoppedRow;

export class FieldDb extends Dexie {
  readonly events!: EntityTable<EventRow, "seq">;
  readonly boxes!: EntityTable<BoxRow, "name">;
  readonly keys!: EntityTable<KeyRow, "name">;
  readonly facts!: Table<FactRow, string>;

  constructor(name = "tongxin-field") {
    super(name);
    this.version(1).stores({ events: "++seq, &id, owed, batch, verdict", boxes: "name", keys: "name" });
    this.version(2).stores({ facts: "name" });
  }
}
