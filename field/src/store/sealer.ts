/** What rests on the phone rests encrypted (AES-GCM). The key is not extractable and stays in IndexedDB. */
import type { FieldDb, Sealed } from "./db";

const KEY_NAME = "rest";

export class Sealer {
  private constructor(private readonly key: CryptoKey) {}

  static async open(db: FieldDb): Promise<Sealer> {
    const kept = await db.keys.get(KEY_NAME);
    if (kept) return new Sealer(kept.key);
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
      "encrypt",
      "decrypt",
    ]);
    try {
      await db.keys.add({ name: KEY_NAME, key });
      return new Sealer(key);
    } catch (error) {
      // Two tabs at first start: the other one's key was first, and only that one may be used.
      const other = await db.keys.get(KEY_NAME);
      if (!other) throw error;
      return new Sealer(other.key);
    }
  }

  /** `about` is bound to the ciphertext: a box put in another's place does not open. */
  async seal(about: string, value: unknown): Promise<Sealed> {
    const nonce = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(value));
    const bytes = await crypto.subtle.encrypt(this.algorithm(about, nonce), this.key, plain);
    return { nonce, bytes };
  }

  async unseal<Value>(about: string, sealed: Sealed): Promise<Value> {
    const plain = await crypto.subtle.decrypt(this.algorithm(about, sealed.nonce), this.key, sealed.bytes);
    return JSON.parse(new TextDecoder().decode(plain)) as Value;
  }

  private algorithm(about: string, nonce: Uint8Array<ArrayBuffer>): AesGcmParams {
    return { name: "AES-GCM", iv: nonce, additionalData: new TextEncoder().encode(about) };
  }
}
