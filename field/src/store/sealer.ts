/** What rests on the phone rests encrypted (AES-GCM). The key is in memory only while the phone is open (safe.ts). */
import type { Sealed } from "./db";

/** Nobody has typed the PIN yet. */
export class Shut extends Error {}

export class Sealer {
  constructor(private held: CryptoKey | null = null) {}

  get key(): CryptoKey | null {
    return this.held;
  }

  use(key: CryptoKey | null): void {
    this.held = key;
  }

  /** `about` is bound to the ciphertext: a box put in another's place does not open. */
  async seal(about: string, value: unknown): Promise<Sealed> {
    const nonce = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(value));
    const bytes = await crypto.subtle.encrypt(algorithm(about, nonce), this.must(), plain);
    return { nonce, bytes };
  }

  async unseal<Value>(about: string, sealed: Sealed): Promise<Value> {
    const plain = await crypto.subtle.decrypt(algorithm(about, sealed.nonce), this.must(), sealed.bytes);
    return JSON.parse(new TextDecoder().decode(plain)) as Value;
  }

  private must(): CryptoKey {
    if (!this.held) throw new Shut("shut");
    return this.held;
  }
}

/** It can be taken out of memory to be wrapped, and never rests but wrapped. */
export const newDataKey = (): Promise<CryptoKey> =>
  crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt", "decrypt"]);

function algorithm(about: string, nonce: Uint8Array<ArrayBuffer>): AesGcmParams {
  return { name: "AES-GCM", iv: nonce, additionalData: new TextEncoder().encode(about) };
}
