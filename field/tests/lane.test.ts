import { describe, expect, it } from "vitest";

import {
  dwellingOf,
  EMPTY,
  fold,
  lastSwabs,
  openTubes,
  sampledInRound,
  type LaneEvent,
} from "../src/domain/lane";
import { LANE, ROUND } from "./world";

const head = (id: string) => ({ id, at: "2026-11-22T01:00:00.000Z", round: ROUND, lane: LANE });
const opened = (tube: string): LaneEvent => ({
  ...head(`o${tube}`),
  kind: "tube_opened",
  tube,
  pool: "pool10",
  capacity: 10,
});
const sampled = (id: string, person: string, position: number): LaneEvent => ({
  ...head(id),
  kind: "sample",
  tube: "t1",
  position,
  person,
  how: "scan",
});
const rejected = (id: string, sample: string): LaneEvent => ({
  ...head(id),
  kind: "sample_rejected",
  sample,
  reason: "nausea",
});
const lookup = () => ({ dwelling: "3/1/401", mix: "" });
const state = (...events: LaneEvent[]) => fold(EMPTY, events, lookup);

describe("a dwelling", () => {
  it.each([
    ["3栋", "1单元", "401室", "3/1/401"],
    ["3号楼", "", "401", "3//401"],
    ["3", "1", "401", "3/1/401"],
    ["3", "1", "", ""],
  ])("%s %s %s is %s", (building, unit, room, dwelling) => {
    expect(dwellingOf({ building, unit, room })).toBe(dwelling);
  });

  it("is another one in another compound, however it was typed", () => {
    const east = dwellingOf({ compound: "东区", building: "3", unit: "1", room: "401" });
    expect(east).not.toBe(dwellingOf({ compound: "西区", building: "3", unit: "1", room: "401" }));
    expect(east).toBe(dwellingOf({ building: "东区3栋", unit: "1单元", room: "401" }));
  });
});

describe("the state of a lane", () => {
  it("is the same whether events come at once or one by one", () => {
    const events = [
      opened("t1"),
      sampled("s1", "a", 1),
      sampled("s2", "b", 2),
      rejected("r1", "s1"),
      sampled("s3", "c", 1),
    ];

    const step = events.reduce((sum, event) => fold(sum, [event], lookup), EMPTY);

    expect(step).toEqual(fold(EMPTY, events, lookup));
  });

  it("holds the live swabs of its open tube", () => {
    const [tube] = openTubes(
      state(opened("t1"), sampled("s1", "a", 1), sampled("s2", "b", 2), rejected("r", "s1")),
      LANE,
    );

    expect(tube?.swabs.map(({ id, position }) => [id, position])).toEqual([["s2", 2]]);
  });

  it("has no open tube after closing, and the newest first before", () => {
    const closed: LaneEvent = { ...head("c"), kind: "tube_closed", tube: "t1", reason: "time", spoken: 0 };

    expect(openTubes(state(opened("t1"), opened("t2")), LANE).map(({ code }) => code)).toEqual(["t2", "t1"]);
    expect(openTubes(state(opened("t1"), closed), LANE)).toEqual([]);
  });

  it("shows another lane's tubes to that lane only", () => {
    expect(openTubes(state(opened("t1")), "another lane")).toEqual([]);
  });

  it("knows the last three, the newest first", () => {
    const last = lastSwabs(
      state(opened("t1"), ...["a", "b", "c", "d"].map((person, i) => sampled(`s${person}`, person, i + 1))),
      LANE,
      ROUND,
      3,
    );

    expect(last.map(({ person }) => person)).toEqual(["d", "c", "b"]);
  });
});

// MT-22
describe("sampled in this round", () => {
  const person = { id: "a", sampled: false };

  it("says tube and time of our own swab", () => {
    expect(sampledInRound(state(opened("t1"), sampled("s1", "a", 1)), ROUND, person)).toEqual({
      tube: "t1",
      at: "2026-11-22T01:00:00.000Z",
    });
  });

  it("believes the pack about somebody never seen here", () => {
    const told = { ...person, sampled: true, sampled_at: "2026-11-22T00:10:00Z" };

    expect(sampledInRound(EMPTY, ROUND, told)).toEqual({ tube: "", at: "2026-11-22T00:10:00Z" });
  });

  it("believes our own rejection over the pack, which heard of the swab before", () => {
    const taken = state(opened("t1"), sampled("s1", "a", 1), rejected("r1", "s1"));

    expect(sampledInRound(taken, ROUND, { ...person, sampled: true })).toBeNull();
  });

  it("does not count another round", () => {
    expect(sampledInRound(state(opened("t1"), sampled("s1", "a", 1)), "another round", person)).toBeNull();
  });
});
