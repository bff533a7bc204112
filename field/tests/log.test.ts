import { describe, expect, it } from "vitest";

import { EMPTY, type LaneState } from "../src/domain/lane";
import { nextPosition } from "../src/domain/tubes";
import { LaneLog } from "../src/store/log";
import { Outbox } from "../src/store/outbox";
import { aPhone, aSample, head } from "./world";

async function aLane(phone: Awaited<ReturnType<typeof aPhone>>) {
  const seen: { state: LaneState } = { state: EMPTY };
  const log = new LaneLog(
    new Outbox(phone.db, phone.sealer),
    () => undefined,
    (state) => (seen.state = state),
  );
  await log.load();
  const take = () =>
    log.act((state) => {
      const position = nextPosition([...state.swabs.values()].map((swab) => swab.position));
      return { answer: position, events: [aSample(position)] };
    });
  return { log, seen, take };
}

describe("the log of a lane", () => {
  it("decides one act after the other, also when two are asked for at once", async () => {
    const { take } = await aLane(await aPhone());

    expect(await Promise.all([take(), take(), take()])).toEqual([1, 2, 3]);
  });

  it("sees what another tab wrote before it decides", async () => {
    const phone = await aPhone();
    const [one, other] = [await aLane(phone), await aLane(phone)];

    await one.take();

    expect(await other.take()).toBe(2);
  });

  it("stands where it stood after the browser was killed", async () => {
    const phone = await aPhone();
    const before = await aLane(phone);
    await before.log.act(() => ({
      answer: null,
      events: [{ ...head(), kind: "tube_opened", tube: "041212345670", pool: "pool10", capacity: 10 }],
    }));
    await before.take();

    const after = await aLane(await phone.again());

    expect(after.seen.state).toEqual(before.seen.state);
    expect([...after.seen.state.tubes.values()].map(({ swabs }) => swabs.length)).toEqual([1]);
  });

  it("writes nothing for a no", async () => {
    const phone = await aPhone();
    const { log } = await aLane(phone);

    await log.act(() => ({ answer: "no", events: [] }));

    expect(await phone.db.events.count()).toBe(0);
  });
});
