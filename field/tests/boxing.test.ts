import { describe, expect, it } from "vitest";

import {
  ageOf,
  degrees,
  mayBox,
  mayHand,
  maySeal,
  oldestSwab,
  waitingBoxes,
  waitingTubes,
} from "../src/domain/boxes";
import { isBindable } from "../src/domain/codes";
import {
  EMPTY,
  fold,
  homesOf,
  mixOf,
  openTubes,
  sampledInRound,
  type LaneEvent,
  type LaneState,
} from "../src/domain/lane";
import { looksLikeTube, mayRepeat } from "../src/domain/tubes";

const ROUND = "r10";
const LANE = "lane-2";
let ids = 0;

const at = (time: string) => `2026-11-22T${time}:00+08:00`;
const head = (time: string) => ({ id: `e${(ids += 1)}`, at: at(time), round: ROUND, lane: LANE });
const opened = (tube: string, time = "09:00"): LaneEvent => ({
  ...head(time),
  kind: "tube_opened",
  tube,
  pool: "pool10",
  capacity: 10,
});
const swab = (tube: string, person: string, time = "09:01"): LaneEvent => ({
  ...head(time),
  kind: "sample",
  tube,
  person,
  position: 1,
  how: "scan",
});
const closed = (tube: string, spoken = 1): LaneEvent => ({
  ...head("09:30"),
  kind: "tube_closed",
  tube,
  reason: "time",
  spoken,
});
const sealed = (box: string, tubes: string[]): LaneEvent => ({
  ...head("10:00"),
  kind: "box_sealed",
  box,
  seal: `seal-${box}`,
  tubes,
  ice: true,
  temperature: 4,
});
const handed = (box: string): LaneEvent => ({
  ...head("10:10"),
  kind: "box_handed",
  box,
  giver: "赵敏",
  taker: "钱师傅",
  vehicle: "",
  temperature: null,
});

const after = (...events: LaneEvent[]): LaneState => fold(EMPTY, events, () => undefined);
const codes = (state: LaneState, packed: Parameters<typeof waitingTubes>[1] = []) =>
  waitingTubes(state, packed).map(({ code }) => code);

describe("boxes at a lane (MT-32)", () => {
  const two = after(opened("A"), swab("A", "p1"), closed("A"), opened("B"), swab("B", "p2"));

  it("take closed tubes with swabs in them, and no open or empty one", () => {
    const state = fold(two, [opened("C"), closed("C", 0)], () => undefined);

    expect(codes(state)).toEqual(["A"]);
  });

  it("take what the pack knows as closed at this point, unless it is in a box already", () => {
    const packed = [
      { code: "A", lane: LANE, state: "closed" },
      { code: "X", lane: "lane-3", state: "closed" },
      { code: "Y", lane: "lane-3", state: "open" },
    ];

    expect(codes(two, packed)).toEqual(["A", "X"]);
    expect(
      codes(
        fold(two, [sealed("b1", ["A", "X"])], () => undefined),
        packed,
      ),
    ).toEqual([]);
  });

  it.each([
    ["A", true, ""],
    ["B", false, "tube_not_closed"],
    ["Z", false, "tube_unknown"],
  ])("say of tube %s whether it may go in", (code, ok, word) => {
    expect(mayBox(two, waitingTubes(two, []), code)).toMatchObject({ ok, code: word });
  });

  it("do not take a tube twice, nor open it again", () => {
    const state = fold(two, [sealed("b1", ["A"])], () => undefined);

    expect(mayBox(state, waitingTubes(state, []), "A").code).toBe("tube_boxed");
    expect(state.tubes.get("A")?.state).toBe("boxed");
    expect(openTubes(state, LANE).map(({ code }) => code)).toEqual(["B"]);
  });

  it.each([
    [{ seal: "F1", tubes: ["A"], temperature: "4,5" }, ""],
    [{ seal: "F1", tubes: ["A"], temperature: "" }, ""],
    [{ seal: "F1", tubes: [], temperature: "" }, "box_empty"],
    [{ seal: "F1", tubes: ["A", "B", "C"], temperature: "" }, "box_full"],
    [{ seal: " ", tubes: ["A"], temperature: "" }, "seal_needed"],
    [{ seal: "seal-b0", tubes: ["A"], temperature: "" }, "seal_used"],
    [{ seal: "F1", tubes: ["A"], temperature: "cold" }, "temperature_odd"],
    [{ seal: "F1", tubes: ["A"], temperature: "451" }, "temperature_odd"],
  ])("are sealed with what is needed: %j", (box, code) => {
    const state = fold(two, [sealed("b0", ["B"])], () => undefined);

    expect(maySeal(state, box, { small: 1, large: 2 }).code).toBe(code);
  });

  it.each([
    ["赵敏", "钱师傅", "", ""],
    ["赵敏", " ", "", "names_needed"],
    ["赵敏", "赵敏 ", "", "names_same"],
    ["赵敏", "钱师傅", "?", "temperature_odd"],
  ])("go from %s to %s", (giver, taker, temperature, code) => {
    expect(mayHand(giver, taker, temperature).code).toBe(code);
  });

  it("wait until they are handed over, and their tubes are on the way then", () => {
    const state = fold(two, [sealed("b1", ["A"])], () => undefined);
    const gone = fold(state, [handed("b1")], () => undefined);

    expect(waitingBoxes(state, LANE).map(({ seal }) => seal)).toEqual(["seal-b1"]);
    expect([waitingBoxes(gone, LANE), gone.tubes.get("A")?.state]).toEqual([[], "in_transit"]);
  });

  it.each([
    ["4.5", 4.5],
    ["－70", -70],
    ["4。25", 4.3],
    ["", null],
    ["6e1", null],
  ])("read %s as degrees", (typed, value) => {
    expect(degrees(typed)).toBe(value);
  });
});

describe("how long the oldest swab waits (MT-31)", () => {
  const state = after(
    opened("A"),
    swab("A", "p1", "09:01"),
    closed("A"),
    opened("B"),
    swab("B", "p2", "10:00"),
  );
  const limits = { alarm: 120, breach: 240 };
  const ago = (minutes: number) => Date.parse(at("09:01")) + minutes * 60_000;

  it("counts from the first swab, also in a box, until that is handed over", () => {
    const boxed = fold(state, [sealed("b1", ["A"])], () => undefined);

    expect([state, boxed].map((each) => oldestSwab(each, LANE))).toEqual([at("09:01"), at("09:01")]);
    expect(
      oldestSwab(
        fold(boxed, [handed("b1")], () => undefined),
        LANE,
      ),
    ).toBe(at("10:00"));
  });

  it.each([
    [119, "", 121],
    [120, "ask", 120],
    [239, "ask", 1],
    [240, "stop", 0],
  ])("says after %i minutes: %s", (minutes, tone, left) => {
    expect(ageOf(at("09:01"), ago(minutes), limits)).toEqual({ tone, minutes, left });
  });

  it("says nothing without the area's rule, and nothing of nothing", () => {
    expect(ageOf(at("09:01"), ago(999), { alarm: undefined, breach: undefined }).tone).toBe("");
    expect(ageOf("", ago(999), limits)).toEqual({ tone: "", minutes: 0, left: null });
  });
});

describe("who may be swabbed again (MT-22)", () => {
  it.each([
    ["spoiled_tube", "赵敏", ""],
    ["doubtful_swab", "  ", "supervisor_needed"],
    ["", "赵敏", "reason_unknown"],
  ])("reason %s, allowed by %s", (reason, by, code) => {
    expect(mayRepeat(reason, by).code).toBe(code);
  });

  it("a proof from elsewhere stands against another swab in the same round", () => {
    const proof = { place: "A", proof: "B", taken_on: "2026-11-22" };
    const state = after({ ...head("09:05"), kind: "sampled_elsewhere", person: "p1", ...proof });
    const person = { id: "p1", sampled: false };

    expect(sampledInRound(state, ROUND, person)).toEqual({ tube: "", at: at("09:05") });
    expect(sampledInRound(state, "r11", person)).toBeNull();
  });
});

describe("who shares a tube (MT-06)", () => {
  const home = { building: "3", unit: "1", room: "401" };

  it("the register's household does; a newborn behind the same door belongs to it", () => {
    const homeOf = homesOf([{ ...home, household: "h1" }]);

    expect(homeOf({ ...home, household: "h1" })).toBe("h1");
    expect(homeOf({ building: "3栋", unit: "1单元", room: "401" })).toBe("h1");
  });

  it("two households behind one door do not, and nobody guesses for a third", () => {
    const homeOf = homesOf([
      { ...home, household: "h1" },
      { ...home, household: "h2" },
    ]);

    expect(
      new Set([homeOf({ ...home, household: "h1" }), homeOf({ ...home, household: "h2" }), homeOf(home)]),
    ).toEqual(new Set(["h1", "h2", "3/1/401"]));
  });

  it("who is apart is of another kind, whether the server says how or not", () => {
    expect(
      [{ flags: ["apart"] }, { flags: ["apart"], mix: "yellow" }, { flags: ["priority"] }].map(mixOf),
    ).toEqual(["apart", "yellow", ""]);
  });
});

describe("codes", () => {
  it.each([
    ["XK-889900-AB", true],
    ["https://card.example/7f3a", true],
    ["abc", false],
    ["two words", false],
    ["990001198803120010", false],
    ["13900000001", false],
    ["+8613900000001", false],
  ])("%s may be bound: %s", (text, ok) => {
    expect(isBindable(text)).toBe(ok);
  });

  it("bound here stand for their person at the next scan", () => {
    const state = after({ ...head("09:05"), kind: "code_bound", person: "p1", token: "XK-889900" });

    expect(state.bound.get("XK-889900")).toBe("p1");
  });

  it.each([
    ["SX1010099", true],
    ["sx1010099", true],
    ["SX101009", false],
    ["3-1-401", false],
  ])("%s has the shape of a tube here: %s", (text, ok) => {
    expect(looksLikeTube(text, ["SX1010001"])).toBe(ok);
  });
});
