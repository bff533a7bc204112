import { describe, expect, it } from "vitest";

import { isPin, isWeakPin, TRIES_UNTIL_EMPTY, waitAfter } from "../src/domain/pin";
import { Boxes } from "../src/store/boxes";
import { FieldDb } from "../src/store/db";
import { Outbox } from "../src/store/outbox";
import { Safe } from "../src/store/safe";
import { Sealer } from "../src/store/sealer";
import { aPhone, aSample, DEVICE, head, PIN, QUICK, RECOVERY, senderOf, Server } from "./world";

const WRONG = "271828";

const PACK = {
  version: "v1",
  made_at: "2026-11-22T00:00:00Z",
  round: null,
  point: { id: "", name: "A点" },
  lanes: [],
  tubes: [],
  people: [],
};

/** The same phone after its browser was killed: nobody has typed anything yet. */
function shutAgain(name: string) {
  const db = new FieldDb(name);
  const sealer = new Sealer();
  return { db, sealer, safe: new Safe(db, sealer, QUICK), outbox: new Outbox(db, sealer) };
}

describe("the PIN", () => {
  it.each(["000000", "123456", "654321", "121212", "123123"])("%s is tried first, so it is none", (pin) => {
    expect(isWeakPin(pin)).toBe(true);
  });

  it.each(["803156", "112358", "246801"])("%s may be one", (pin) => {
    expect([isPin(pin), isWeakPin(pin)]).toEqual([true, false]);
  });

  it("waits longer with every wrong try, and never less", () => {
    const waits = Array.from({ length: 14 }, (_, i) => waitAfter(i));

    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect([waits[3], waits[4], waits[13]]).toEqual([0, 15_000, 900_000]);
  });
});

describe("the safe", () => {
  it("keeps no key in clear: what rests does not open without the PIN", async () => {
    const phone = await aPhone();
    await phone.outbox.write([aSample(1)]);
    phone.db.close();

    const { db, outbox, sealer } = shutAgain(phone.db.name);

    expect((await outbox.debt()).count).toBe(1);
    await expect(outbox.owed()).rejects.toThrow("shut");
    const keys = await db.keys.toArray();
    expect(keys.map(({ name, key }) => [name, key.type, key.extractable])).toEqual([
      ["device", "secret", false],
    ]);
    // The browser's key alone opens neither an event nor the lock.
    sealer.use(keys[0]?.key ?? null);
    await expect(outbox.owed()).rejects.toThrow();
    const lock = JSON.stringify(await db.facts.toArray());
    expect(lock).not.toContain(PIN);
    expect(lock).not.toContain(RECOVERY);
  });

  it("opens with the right PIN and starts to count anew", async () => {
    const phone = await aPhone();
    await phone.outbox.write([aSample(1)]);
    phone.db.close();
    const { safe, outbox } = shutAgain(phone.db.name);

    expect(await safe.open(WRONG)).toEqual({ kind: "wrong", wait: 0, left: TRIES_UNTIL_EMPTY - 1 });
    expect(await safe.open(PIN)).toEqual({ kind: "open" });

    expect((await outbox.owed()).length).toBe(1);
    expect((await safe.lock())?.tries).toBe(0);
  });

  it("makes nobody's right PIN count while it waits, also after the browser was killed", async () => {
    const phone = await aPhone();
    let now = Date.parse("2026-11-22T01:00:00Z");
    for (let i = 0; i < 4; i += 1) await phone.safe.open(WRONG, now);
    phone.db.close();

    const { safe } = shutAgain(phone.db.name);

    expect(await safe.open(PIN, now + 14_000)).toEqual({ kind: "wait", wait: 1000 });
    now += 15_000;
    expect(await safe.open(PIN, now)).toEqual({ kind: "open" });
  });

  it("drops the people after too many wrong ones, and nothing that is owed", async () => {
    const phone = await aPhone();
    const server = new Server();
    const boxes = new Boxes(phone.db, phone.sealer);
    await boxes.keepDevice(DEVICE);
    await boxes.keepPack(PACK, "");
    const found = { ...head(), kind: "person_found" as const, person: "p", name: "覃海", document: "" };
    const address = { phone: "", building: "3", unit: "", room: "1", note: "" };
    await phone.outbox.write([{ ...found, ...address }]);
    await senderOf(phone.outbox, server).run();
    await phone.outbox.write([aSample(1), aSample(2)]);

    let now = Date.parse("2026-11-22T01:00:00Z");
    for (let i = 0; i < TRIES_UNTIL_EMPTY; i += 1) {
      await phone.safe.open(WRONG, now);
      now += 3_600_000;
    }

    expect((await phone.safe.lock())?.tries).toBe(TRIES_UNTIL_EMPTY);
    expect(await phone.safe.open(PIN, now)).toEqual({ kind: "open" });
    expect(await boxes.pack()).toBeUndefined();
    expect((await phone.outbox.after(0)).map(({ kind }) => kind)).toEqual(["sample", "sample"]);
    expect((await phone.outbox.debt()).count).toBe(2);
  });

  it("opens with the server's word when the PIN is forgotten, and then with the new PIN", async () => {
    const phone = await aPhone();
    await phone.outbox.write([aSample(1)]);
    phone.db.close();
    const { safe, outbox } = shutAgain(phone.db.name);
    const next = "ab12".repeat(8);

    expect(await safe.recover(next, WRONG, next, "d2")).toBe(false);
    expect(await safe.recover(RECOVERY, WRONG, next, "d2")).toBe(true);

    expect((await outbox.owed()).length).toBe(1);
    expect(await safe.open(PIN)).toMatchObject({ kind: "wrong" });
    expect(await safe.open(WRONG)).toEqual({ kind: "open" });
    expect((await safe.lock())?.device).toBe("d2");
  });

  it("opens by the newest enrolment's word after enrolling anew while open", async () => {
    const phone = await aPhone();
    await phone.outbox.write([aSample(1)]);
    const next = "ab12".repeat(8);
    await phone.safe.renew(next, "d2");
    phone.db.close();
    const { safe, outbox } = shutAgain(phone.db.name);

    expect(await safe.recover(RECOVERY, PIN, RECOVERY, "d3")).toBe(false);
    expect(await safe.recover(next, PIN, next, "d3")).toBe(true);
    expect((await outbox.owed()).length).toBe(1);
  });

  it("is not destroyed while anything is owed, also not what the server could not read", async () => {
    const { outbox, safe, db } = await aPhone();
    const server = new Server();
    const poison = aSample(1);
    server.unreadable.add(poison.id);
    await outbox.write([poison]);
    await senderOf(outbox, server).run();

    expect(await safe.destroy(null)).toBe(false);

    expect((await outbox.owed()).map(({ id }) => id)).toEqual([poison.id]);
    expect((await db.keys.toArray()).length).toBe(1);
  });

  it("hands in what it owes after it was put out, then leaves nothing behind but that word", async () => {
    const { db, outbox, safe, sealer } = await aPhone();
    const server = new Server();
    await new Boxes(db, sealer).keepPack(PACK, "");
    await outbox.write(Array.from({ length: 501 }, (_, i) => aSample((i % 10) + 1)));
    server.weather = "wipe";
    server.verdictFor = () => ({ verdict: "kept", code: "device_revoked" });

    const outcome = await senderOf(outbox, server, { ...DEVICE, state: "revoked" }).run();
    const handed = await outbox.handedInLate();
    const row = { name: "stopped", at: "2026-11-22T01:00:00.000Z", handed } as const;

    expect(outcome).toEqual({ contact: "revoked", retryAfter: 0 });
    expect([server.stored.size, handed]).toEqual([501, 501]);
    expect(await safe.destroy(row)).toBe(true);
    const left = [db.events, db.boxes, db.keys].map((table) => table.count());
    expect(await Promise.all(left)).toEqual([0, 0, 0]);
    expect(await db.facts.toArray()).toEqual([row]);
  });

  it("gives a phone of an edition without PINs one, and loses nothing", async () => {
    const db = new FieldDb("an old phone");
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
      "encrypt",
      "decrypt",
    ]);
    await db.keys.add({ name: "rest", key });
    const before = new Sealer(key);
    await new Outbox(db, before).write([aSample(1), aSample(2)]);
    await new Boxes(db, before).keepDevice(DEVICE);
    const sealer = new Sealer();
    const safe = new Safe(db, sealer, QUICK);

    expect(await safe.state()).toBe("old");
    await safe.adopt(PIN);

    expect(await safe.state()).toBe("locked");
    expect((await new Outbox(db, sealer).owed()).length).toBe(2);
    expect(await new Boxes(db, sealer).device()).toEqual(DEVICE);
    await expect(new Outbox(db, before).owed()).rejects.toThrow();
  });
});
