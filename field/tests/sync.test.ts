import { describe, expect, it } from "vitest";

import { newId } from "../src/domain/ids";
import { Api, retryAfter } from "../src/sync/api";
import { waitFor } from "../src/sync/backoff";

describe("waiting before the next try", () => {
  it("is anything up to a doubling bound", () => {
    expect([0, 1, 2, 3].map((attempt) => waitFor(attempt, 0, () => 1))).toEqual([1000, 2000, 4000, 8000]);
    expect(waitFor(3, 0, () => 0)).toBe(0);
  });

  it("never grows past a minute", () => {
    expect(waitFor(1000, 0, () => 1)).toBe(60_000);
  });

  it("begins after the time the server named", () => {
    expect(waitFor(0, 7000, () => 0.5)).toBe(7500);
  });

  it("reads Retry-After as seconds, as a date, or not at all", () => {
    const now = Date.parse("2026-11-22T01:00:00Z");

    expect(
      ["12", "Sun, 22 Nov 2026 01:00:30 GMT", "Sun, 22 Nov 2026 00:00:00 GMT", "soon", null].map((header) =>
        retryAfter(header, now),
      ),
    ).toEqual([12_000, 30_000, 0, 0, 0]);
  });
});

describe("the server's answers", () => {
  const answering = (response: Response) => new Api(() => Promise.resolve(response));

  it("a sign-in page of a hotel is no answer of ours", async () => {
    const page = new Response("<html>Welcome</html>", { headers: { "Content-Type": "text/html" } });

    expect(await answering(page).pack("token", "")).toMatchObject({ kind: "away", reason: "server" });
  });

  it("304 means the pack is as it was", async () => {
    expect(await answering(new Response(null, { status: 304 })).pack("token", '"v1"')).toEqual({
      kind: "unchanged",
    });
  });

  it("asks with the tag it has", async () => {
    const asked: Headers[] = [];
    const api = new Api((_, init) => {
      asked.push(new Headers(init.headers));
      return Promise.resolve(new Response(null, { status: 304 }));
    });

    await api.pack("secret", '"v1"');

    expect([asked[0]?.get("Authorization"), asked[0]?.get("If-None-Match")]).toEqual([
      "Device secret",
      '"v1"',
    ]);
  });

  it("an expired code is a considered no", async () => {
    const gone = Response.json({ code: "enrolment_expired" }, { status: 410 });

    expect(await answering(gone).enrol("x", "Lin")).toMatchObject({
      kind: "declined",
      code: "enrolment_expired",
    });
  });
});

describe("ids of this device", () => {
  it("are UUIDv7 and sort by time", () => {
    const ids = [1, 2, 3].map((ms) => newId(1_763_000_000_000 + ms));

    expect(
      ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
    ).toBe(true);
    expect([...ids].sort()).toEqual(ids);
    expect(parseInt(newId(1_763_000_000_000).replace("-", "").slice(0, 12), 16)).toBe(1_763_000_000_000);
  });
});
