import { describe, expect, it } from "vitest";

import { signOf, styleOf, wordsOf } from "../office/shapes";

const WORDS = { doors: "doors", grid: "grid" };

describe("the map of the office", () => {
  it("gives every kind of site the sign that the page has for it", () => {
    expect(
      ["sampling_point", "checkpoint", "roadblock", "institution", "laboratory"].map((kind) =>
        signOf(kind, "采卡障院验"),
      ),
    ).toEqual(["采", "卡", "障", "院", "验"]);
  });

  it("marks a kind that a newer server knows, and a page without signs, with a dot", () => {
    expect([signOf("depot", "采卡障院验"), signOf("checkpoint", "")]).toEqual(["•", "•"]);
  });

  it("says kind and name, the grid and the doors, and nothing that is not there", () => {
    const building = { what: "building", level: "building", name: "3栋", grid: "第1网格", doors: 0 };

    expect(wordsOf(building, WORDS)).toEqual(["building · 3栋", "grid: 第1网格", "0 doors"]);
    expect(wordsOf({ what: "site", level: "checkpoint", name: "东门" }, WORDS)).toEqual([
      "checkpoint · 东门",
    ]);
  });

  it("draws what it does not know thinly", () => {
    expect(styleOf("moon").fillOpacity).toBeLessThan(styleOf("building").fillOpacity);
  });
});
