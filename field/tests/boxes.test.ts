import { describe, expect, it } from "vitest";

import type { Pack } from "../src/contract";
import { Boxes } from "../src/store/boxes";
import { aPerson, aPhone, aSample, DEVICE } from "./world";

const PACK: Pack = {
  version: "v1",
  made_at: "2026-11-22T00:00:00Z",
  round: null,
  point: { id: "a", name: "A点" },
  lanes: [],
  tubes: [],
  people: [aPerson({ name: "张伟" })],
};

describe("what rests on the phone", () => {
  it("comes back whole after a restart and the PIN", async () => {
    const phone = await aPhone();
    await new Boxes(phone.db, phone.sealer).keepPack(PACK, '"v1"');

    const { db, sealer } = await phone.again();

    expect(await new Boxes(db, sealer).pack()).toEqual({ pack: PACK, etag: '"v1"' });
  });

  it("is not there in clear", async () => {
    const { db, sealer } = await aPhone();
    const boxes = new Boxes(db, sealer);
    await boxes.keepPack(PACK, "");
    await boxes.keepDevice(DEVICE);

    const rows = await db.boxes.toArray();
    const clear = rows.map((row) => new TextDecoder().decode(row.sealed.bytes)).join();

    expect(clear.length).toBeGreaterThan(JSON.stringify(PACK).length);
    expect(clear).not.toContain("张伟");
    expect(clear).not.toContain(DEVICE.token);
  });

  it("does not open in another's place", async () => {
    const { sealer } = await aPhone();
    const sealed = await sealer.seal("pack", PACK);

    await expect(sealer.unseal("device", sealed)).rejects.toThrow();
  });

  it("loses pack and lane when it is put out, and nothing that it owes", async () => {
    const { db, sealer, outbox } = await aPhone();
    const boxes = new Boxes(db, sealer);
    await boxes.keepDevice(DEVICE);
    await boxes.keepPack(PACK, "");
    await boxes.keepLane("lane");
    await outbox.write([aSample(1)]);

    await boxes.leave();

    expect([await boxes.pack(), await boxes.lane()]).toEqual([undefined, undefined]);
    expect(await boxes.device()).toEqual({ ...DEVICE, state: "revoked" });
    expect((await outbox.owed()).length).toBe(1);
  });
});
