/** The things this phone keeps one of, each sealed: who it is, its pack, which lane it works at. */
import type { Area, Pack } from "../contract";
import type { FieldDb } from "./db";
import type { Sealer } from "./sealer";

/** `state`: enrolled and well; not known to the server; or revoked: the pack is wiped, what is owed is being handed in. */
export interface Device {
  readonly token: string;
  readonly id: string;
  readonly name: string;
  readonly area: Area;
  readonly demo: boolean;
  readonly state: "well" | "unknown" | "revoked";
}

export interface KeptPack {
  readonly pack: Pack;
  readonly etag: string;
}

export class Boxes {
  constructor(
    private readonly db: FieldDb,
    private readonly sealer: Sealer,
  ) {}

  device(): Promise<Device | undefined> {
    return this.get<Device>("device");
  }

  keepDevice(device: Device): Promise<void> {
    return this.put("device", device);
  }

  lane(): Promise<string | undefined> {
    return this.get<string>("lane");
  }

  keepLane(lane: string): Promise<void> {
    return this.put("lane", lane);
  }

  async pack(): Promise<KeptPack | undefined> {
    const row = await this.db.boxes.get("pack");
    return row && { pack: await this.sealer.unseal<Pack>("pack", row.sealed), etag: row.etag };
  }

  keepPack(pack: Pack, etag: string): Promise<void> {
    return this.put("pack", pack, etag);
  }

  /** The people and the lane go; what is owed stays in the outbox. */
  async dropPack(): Promise<void> {
    await this.db.boxes.bulkDelete(["pack", "lane"]);
  }

  /** The server said wipe: the token stays until everything owed has been handed in. */
  async leave(): Promise<void> {
    await this.dropPack();
    const device = await this.device();
    if (device) await this.keepDevice({ ...device, state: "revoked" });
  }

  private async get<Value>(name: string): Promise<Value | undefined> {
    const row = await this.db.boxes.get(name);
    return row && this.sealer.unseal<Value>(name, row.sealed);
  }

  private async put(name: string, value: unknown, etag = ""): Promise<void> {
    await this.db.boxes.put({ name, sealed: await this.sealer.seal(name, value), etag });
  }
}
