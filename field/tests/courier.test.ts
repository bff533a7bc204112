import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Api } from "../src/sync/api";
import { Courier } from "../src/sync/courier";
import type { Contact, Outcome } from "../src/sync/sender";
import { DEVICE } from "./world";

/** A courier whose sender answers as told; the pack never changes. */
function aCourier(answers: (Outcome | Error | null)[]) {
  const runs: number[] = [];
  const heard: Contact[] = [];
  const troubles: unknown[] = [];
  const owes = { value: false };
  const sender = {
    run: () => {
      runs.push(Date.now());
      const answer = answers.shift() ?? null;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  };
  const courier = new Courier({
    api: new Api(() => Promise.resolve(new Response(null, { status: 304 }))),
    boxes: { pack: () => Promise.resolve(undefined), keepPack: () => Promise.resolve() },
    sender,
    device: () => DEVICE,
    onContact: (contact) => void heard.push(contact),
    onPack: () => undefined,
    onTrouble: (problem) => void troubles.push(problem),
    owes: () => Promise.resolve(owes.value),
  });
  return { courier, runs, heard, troubles, owes };
}

const START = Date.parse("2026-11-22T01:00:00Z");
const later = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("the courier", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: START });
    vi.spyOn(Math, "random").mockReturnValue(1);
  });
  afterEach(() => vi.useRealTimers());

  it("gathers the acts of a moment into one sending", async () => {
    const { courier, runs } = aCourier([]);

    courier.soon();
    await later(100);
    courier.soon();
    await later(1000);

    expect(runs).toEqual([START + 350]);
  });

  it("does not come before the time the server named, whatever happens meanwhile", async () => {
    const { courier, runs, heard } = aCourier([{ contact: "server_busy", retryAfter: 30_000 }]);

    courier.soon();
    await later(250);
    courier.soon();
    courier.hope();
    await later(29_999);
    expect(runs).toEqual([START + 250]);
    await later(1);

    expect(runs).toEqual([START + 250, START + 30_250]);
    expect(heard).toEqual(["server_busy", "online"]);
  });

  it("lets a new act wait its turn while the network is away, and goes at once when it is back", async () => {
    const { courier, runs } = aCourier([
      { contact: "offline", retryAfter: 0 },
      { contact: "offline", retryAfter: 0 },
    ]);

    courier.soon();
    await later(250);
    courier.soon();
    await later(1_900);
    expect(runs.length).toBe(1);
    courier.hope();
    await later(250);

    expect(runs.length).toBe(2);
  });

  it("stops asking when the device is not wanted", async () => {
    const { courier, runs, heard } = aCourier([{ contact: "revoked", retryAfter: 0 }]);

    courier.soon();
    await later(3_600_000);

    expect([runs.length, heard]).toEqual([1, ["revoked"]]);
  });

  it("goes on handing in what a phone that was put out still owes", async () => {
    const revoked = { contact: "revoked", retryAfter: 0 } as const;
    const { courier, runs, owes } = aCourier([revoked, revoked]);
    owes.value = true;

    courier.soon();
    await later(250);
    owes.value = false;
    await later(3_600_000);

    expect(runs.length).toBe(2);
  });

  it("tries again when the phone's own store said no, and says so", async () => {
    const full = new DOMException("full", "QuotaExceededError");
    const { courier, runs, troubles } = aCourier([full, null]);

    courier.soon();
    await later(250);
    await later(20_000);

    expect([runs.length, troubles]).toEqual([2, [full]]);
  });
});
