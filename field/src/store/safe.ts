/**
 * The key of everything that rests on the phone, wrapped twice: by what the PIN gives (PBKDF2) and by a key that cannot
 * be taken out of this browser. A lost phone holds no key in clear; a copied store without its browser opens with no PIN.
 * A second wrapping opens with a secret that only the server can say again, to somebody with a fresh code.
 */
import { TRIES_UNTIL_EMPTY, waitAfter } from "../domain/pin";
import type { FieldDb, LockRow, Sealed, StoppedRow } from "./db";
import { newDataKey, Sealer } from "./sealer";

export type Opened =
  | { readonly kind: "open" }
  | { readonly kind: "wrong"; readonly wait: number; readonly left: number }
  | { readonly kind: "wait"; readonly wait: number };

const DEVICE_KEY = "device";
const OLD_KEY = "rest";
const ABOUT = "tongxin-key";

/** How much work one try of a PIN is, in rounds of PBKDF2-SHA256. */
interface Rounds {
  readonly least: number;
  readonly most: number;
}

/** OWASP names 600,000. A slow phone takes as many as it does in a third of a second, never less than a third of that. */
const ROUNDS: Rounds = { least: 200_000, most: 600_000 };
const PROBE = 20_000;
const TARGET_MS = 350;

export class Safe {
  constructor(
    private readonly db: FieldDb,
    private readonly sealer: Sealer,
    private readonly rounds: Rounds = ROUNDS,
  ) {}

  /** Nothing here yet; an edition without PINs was here; or a PIN opens it. */
  async state(): Promise<"empty" | "old" | "locked"> {
    if (await this.lock()) return "locked";
    return (await this.db.keys.get(OLD_KEY)) ? "old" : "empty";
  }

  async lock(): Promise<LockRow | undefined> {
    const row = await this.db.facts.get("lock");
    return row?.name === "lock" ? row : undefined;
  }

  /** A new key behind a new PIN. */
  async make(pin: string, recovery: string, device: string): Promise<void> {
    const key = await newDataKey();
    await this.keep(key, pin, recovery, device);
    this.sealer.use(key);
  }

  /** The try is counted before it is made: a killed tab does not give it back. */
  async open(pin: string, now = Date.now()): Promise<Opened> {
    const lock = await this.lock();
    if (!lock) throw new Error("no lock on this phone");
    if (now < lock.notBefore) return { kind: "wait", wait: lock.notBefore - now };
    const tries = lock.tries + 1;
    await this.db.facts.put({ ...lock, tries, notBefore: now + waitAfter(tries) });
    const key = await this.unwrap(lock.byPin, await pinKey(pin, lock.salt, lock.iterations));
    if (key) {
      await this.db.facts.put({ ...lock, tries: 0, notBefore: 0 });
      this.sealer.use(key);
      return { kind: "open" };
    }
    if (tries >= TRIES_UNTIL_EMPTY) await this.dropPeople();
    return { kind: "wrong", wait: waitAfter(tries), left: Math.max(0, TRIES_UNTIL_EMPTY - tries) };
  }

  /** Everybody whom this phone knows goes; what is owed stays, sealed, for the right PIN or a fresh code. */
  async dropPeople(): Promise<void> {
    await this.db.transaction("rw", [this.db.boxes, this.db.events], async () => {
      await this.db.boxes.delete("pack");
      await this.db.events
        .where("owed")
        .equals(0)
        .and(({ kind }) => kind === "person_found")
        .delete();
    });
  }

  /**
   * Leave nothing behind: acts, people, token and every key. It says no while anything is owed; there is no other way
   * by which an act leaves this phone without its receipt.
   */
  destroy(stopped: StoppedRow | null): Promise<boolean> {
    const { events, boxes, keys, facts } = this.db;
    return this.db.transaction("rw", [events, boxes, keys, facts], async () => {
      if ((await events.where("owed").anyOf([1, 2]).count()) > 0) return false;
      await Promise.all([events.clear(), boxes.clear(), keys.clear(), facts.clear()]);
      if (stopped) await facts.put(stopped);
      return true;
    });
  }

  /** This phone was stopped and has been emptied. */
  async stopped(): Promise<StoppedRow | undefined> {
    const row = await this.db.facts.get("stopped");
    return row?.name === "stopped" ? row : undefined;
  }

  /** The PIN is forgotten, and the server has said the recovery of the device this phone was: a new PIN. */
  async recover(recovers: string, pin: string, recovery: string, device: string): Promise<boolean> {
    const lock = await this.lock();
    const key = lock?.byRecovery && (await this.unwrap(lock.byRecovery, await secretKey(recovers)));
    if (!key) return false;
    await this.keep(key, pin, recovery, device);
    this.sealer.use(key);
    return true;
  }

  /** Enrolled anew while it stands open: the same PIN, the new device's recovery. */
  async renew(recovery: string, device: string): Promise<void> {
    const lock = await this.lock();
    const key = this.sealer.key;
    if (!lock || !key) throw new Error("the safe is shut");
    const byRecovery = await this.wrap(key, await secretKey(recovery));
    await this.db.facts.put({ ...lock, byRecovery, device });
  }

  /** From an edition without PINs: seal everything anew, in one step, before its key is thrown away. */
  async adopt(pin: string): Promise<void> {
    const old = await this.db.keys.get(OLD_KEY);
    if (!old) throw new Error("no key of the old kind");
    const before = new Sealer(old.key);
    const key = await newDataKey();
    const after = new Sealer(key);
    const [events, boxes] = await Promise.all([this.db.events.toArray(), this.db.boxes.toArray()]);
    const sealed = await Promise.all(
      events.map(async (row) => ({
        ...row,
        body: await after.seal(row.id, await before.unseal(row.id, row.body)),
      })),
    );
    const kept = await Promise.all(
      boxes.map(async (row) => ({
        ...row,
        sealed: await after.seal(row.name, await before.unseal(row.name, row.sealed)),
      })),
    );
    const lock = await this.lockOf(key, pin, "", "");
    await this.db.transaction(
      "rw",
      [this.db.events, this.db.boxes, this.db.keys, this.db.facts],
      async () => {
        await this.db.events.bulkPut(sealed);
        await this.db.boxes.bulkPut(kept);
        await this.db.facts.put(lock);
        await this.db.keys.delete(OLD_KEY);
      },
    );
    this.sealer.use(key);
  }

  private async keep(key: CryptoKey, pin: string, recovery: string, device: string): Promise<void> {
    await this.db.facts.put(await this.lockOf(key, pin, recovery, device));
  }

  private async lockOf(key: CryptoKey, pin: string, recovery: string, device: string): Promise<LockRow> {
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const iterations = await suitable(this.rounds);
    const byPin = await this.wrap(key, await pinKey(pin, salt, iterations));
    const byRecovery = recovery === "" ? null : await this.wrap(key, await secretKey(recovery));
    return { name: "lock", salt, iterations, byPin, byRecovery, device, tries: 0, notBefore: 0 };
  }

  private async wrap(key: CryptoKey, by: CryptoKey): Promise<Sealed> {
    const raw = Array.from(new Uint8Array(await crypto.subtle.exportKey("raw", key)));
    const inner = await new Sealer(by).seal(ABOUT, raw);
    const told = { nonce: Array.from(inner.nonce), bytes: Array.from(new Uint8Array(inner.bytes)) };
    return new Sealer(await this.deviceKey()).seal(ABOUT, told);
  }

  /** Null: it was not the right one. */
  private async unwrap(wrapped: Sealed, by: CryptoKey): Promise<CryptoKey | null> {
    const device = new Sealer(await this.deviceKey());
    const told = await device.unseal<{ nonce: number[]; bytes: number[] }>(ABOUT, wrapped);
    const inner = { nonce: new Uint8Array(told.nonce), bytes: new Uint8Array(told.bytes).buffer };
    try {
      const raw = await new Sealer(by).unseal<number[]>(ABOUT, inner);
      return await importData(new Uint8Array(raw));
    } catch {
      return null;
    }
  }

  /** It cannot be read out; two tabs at first start agree on the one that was first. */
  private async deviceKey(): Promise<CryptoKey> {
    const kept = await this.db.keys.get(DEVICE_KEY);
    if (kept) return kept.key;
    const key = await crypto.subtle.generateKey(AES, false, ["encrypt", "decrypt"]);
    try {
      await this.db.keys.add({ name: DEVICE_KEY, key });
      return key;
    } catch (error) {
      const other = await this.db.keys.get(DEVICE_KEY);
      if (!other) throw error;
      return other.key;
    }
  }
}

const AES = { name: "AES-GCM", length: 256 };

const importData = (raw: Uint8Array<ArrayBuffer>): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", raw, AES, true, ["encrypt", "decrypt"]);

async function pinKey(pin: string, salt: Uint8Array<ArrayBuffer>, iterations: number): Promise<CryptoKey> {
  const typed = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, [
    "deriveKey",
  ]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(how, typed, AES, false, ["encrypt", "decrypt"]);
}

/** A recovery is 128 random bits already: no stretching, only a key of the right length. */
async function secretKey(secret: string): Promise<CryptoKey> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret));
  return crypto.subtle.importKey("raw", digest, AES, false, ["encrypt", "decrypt"]);
}

/** As many rounds as this phone does in a third of a second, within bounds: the guesser's machine is always faster. */
async function suitable({ least, most }: Rounds): Promise<number> {
  if (least === most) return least;
  const salt = new Uint8Array(16);
  await pinKey("000000", salt, 1_000);
  const began = performance.now();
  await pinKey("000000", salt, PROBE);
  const took = Math.max(performance.now() - began, 0.1);
  return Math.min(most, Math.max(least, Math.round((PROBE * TARGET_MS) / took)));
}
