import { describe, expect, it } from "vitest";

import { newId } from "../src/domain/ids";
import { aPhone, aSample, head, senderOf, Server } from "./world";

const verdicts = async (outbox: Awaited<ReturnType<typeof aPhone>>["outbox"]) =>
  [...(await outbox.entries(100))].reverse().map(({ owed, verdict, code }) => [owed, verdict, code]);

describe("the outbox", () => {
  it("sends everything once, in the order of the acts", async () => {
    const { outbox } = await aPhone();
    const server = new Server();
    for (let i = 1; i <= 7; i += 1) await outbox.write([aSample(i)]);

    await senderOf(outbox, server).run();

    expect(server.batches.flatMap(({ events }) => events.map(({ seq }) => seq))).toEqual([
      1, 2, 3, 4, 5, 6, 7,
    ]);
    expect(await outbox.debt()).toEqual({ count: 0, since: "", refused: 0, held: 0 });
  });

  it("cuts what is owed into batches of at most 500", async () => {
    const { outbox } = await aPhone();
    const server = new Server();
    await outbox.write(Array.from({ length: 501 }, (_, i) => aSample((i % 10) + 1)));

    await senderOf(outbox, server).run();

    expect(server.batches.map(({ events }) => events.length)).toEqual([500, 1]);
    expect(server.stored.size).toBe(501);
  });

  it("writes a found person and the swab together or not at all", async () => {
    const { outbox } = await aPhone();
    const sample = aSample(1);

    await expect(outbox.write([aSample(2), sample, sample])).rejects.toThrow();

    expect(await outbox.after(0)).toEqual([]);
  });

  it("marks an event done only by its own receipt", async () => {
    const { outbox } = await aPhone();
    const server = new Server();
    const [first, second] = [aSample(1), aSample(2)];
    await outbox.write([first, second]);
    server.silentAbout.add(second.id);
    server.extraReceipts = [{ id: newId(), verdict: "applied", code: null }];

    const outcome = await senderOf(outbox, server).run();

    expect(outcome?.contact).toBe("server_busy");
    expect(await verdicts(outbox)).toEqual([
      [false, "applied", ""],
      [true, "", ""],
    ]);
  });

  it("does not take a receipt for an event that was not in the batch", async () => {
    const { outbox } = await aPhone();
    const server = new Server();
    const [sent, later] = [aSample(1), aSample(2)];
    await outbox.write([sent]);
    const batch = await outbox.nextBatch(500, newId);
    await outbox.write([later]);
    if (!batch) throw new Error("nothing was owed");

    await outbox.settle(batch, [{ id: later.id, verdict: "applied", code: null }], "");

    expect((await outbox.debt()).count).toBe(2);
    await senderOf(outbox, server).run();
    expect(server.stored.size).toBe(2);
  });

  it("keeps what the server refused, and says how many", async () => {
    const { outbox } = await aPhone();
    const server = new Server();
    server.verdictFor = () => ({ verdict: "refused", code: "person_unknown" });
    await outbox.write([aSample(1)]);

    await senderOf(outbox, server).run();
    await outbox.prune("another round", Date.parse("2027-11-22T00:00:00Z"));

    expect(await verdicts(outbox)).toEqual([[false, "refused", "person_unknown"]]);
    expect(await outbox.debt()).toEqual({ count: 0, since: "", refused: 1, held: 0 });
  });

  it("is as it was after the browser was killed", async () => {
    const phone = await aPhone();
    const server = new Server();
    const events = [aSample(1), aSample(2), aSample(3)];
    for (const event of events) await phone.outbox.write([event]);
    server.weather = "away";
    await senderOf(phone.outbox, server).run();

    const { outbox } = await phone.again();

    expect((await outbox.after(0)).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
    expect(await outbox.debt()).toEqual({ count: 3, since: "2026-11-22T01:00:00.000Z", refused: 0, held: 0 });
  });

  it("sends the same batch again after a lost answer, and takes the duplicates for done", async () => {
    const phone = await aPhone();
    const server = new Server();
    await phone.outbox.write([aSample(1), aSample(2)]);
    server.weather = "lost";
    await senderOf(phone.outbox, server).run();
    expect(server.stored.size).toBe(2);
    expect((await phone.outbox.debt()).count).toBe(2);

    const { outbox } = await phone.again();
    await outbox.write([aSample(3)]);
    server.weather = "fine";
    await senderOf(outbox, server).run();

    const [first, second, third] = server.batches;
    expect(second?.batch).toBe(first?.batch);
    expect(second?.events).toEqual(first?.events);
    expect(third?.events.map(({ seq }) => seq)).toEqual([3]);
    expect(await verdicts(outbox)).toEqual([
      [false, "duplicate", ""],
      [false, "duplicate", ""],
      [false, "applied", ""],
    ]);
  });

  it("halves a batch that cannot be read until one event is left, and holds only that", async () => {
    const { outbox } = await aPhone();
    const server = new Server();
    const events = Array.from({ length: 9 }, (_, i) => aSample(i + 1));
    await outbox.write(events);
    const poison = events[4];
    if (!poison) throw new Error("no fifth event");
    server.unreadable.add(poison.id);

    await senderOf(outbox, server).run();

    expect(server.stored.size).toBe(8);
    expect((await outbox.owed()).map(({ id }) => id)).toEqual([poison.id]);
    expect(await outbox.debt()).toEqual({ count: 1, since: poison.at, refused: 1, held: 1 });
    server.unreadable.clear();
    await outbox.release();
    await senderOf(outbox, server).run();
    expect(await outbox.debt()).toEqual({ count: 0, since: "", refused: 0, held: 0 });
  });

  it("passes on how long the server asks to wait, and keeps everything", async () => {
    const { outbox } = await aPhone();
    const server = new Server();
    server.weather = "later";
    await outbox.write([aSample(1)]);

    const outcome = await senderOf(outbox, server).run();

    expect(outcome).toEqual({ contact: "server_busy", retryAfter: 7000 });
    expect((await outbox.debt()).count).toBe(1);
  });

  it.each([
    ["revoked", "revoked"],
    ["unknown", "unknown"],
    ["away", "offline"],
  ] as const)("keeps everything when the device is %s", async (weather, contact) => {
    const { outbox } = await aPhone();
    const server = new Server();
    server.weather = weather;
    await outbox.write([aSample(1)]);

    expect((await senderOf(outbox, server).run())?.contact).toBe(contact);
    expect((await outbox.owed()).length).toBe(1);
  });

  it("forgets old counted acts of other rounds, and nothing that is owed", async () => {
    const { outbox } = await aPhone();
    const server = new Server();
    await outbox.write([aSample(1)]);
    await senderOf(outbox, server).run();
    await outbox.write([aSample(2)]);

    await outbox.prune("another round", Date.parse("2026-12-22T00:00:00Z"));

    expect((await outbox.after(0)).map(({ seq }) => seq)).toEqual([2]);
  });

  it("keeps no name or number in clear on the phone", async () => {
    const { db, outbox } = await aPhone();
    const found = {
      ...head(),
      kind: "person_found" as const,
      person: newId(),
      name: "诸葛小花",
      document: "990001195106150049",
      phone: "13900000000",
      building: "5栋",
      unit: "",
      room: "404",
      note: "",
    };
    await outbox.write([found]);

    const [row] = await db.events.toArray();
    const clear = JSON.stringify({ ...row, body: new TextDecoder().decode(row?.body.bytes) });

    expect(clear).toContain("person_found");
    expect(clear).not.toContain("诸葛");
    expect(clear).not.toContain("990001195106150049");
    expect(await outbox.after(0)).toEqual([{ ...found, seq: 1 }]);
  });
});
