import { beforeAll, describe, expect, it, vi } from "vitest";

import { timeOf, tubeCode } from "../src/ui/format";

// words.ts reads the kept choice at import, as it must: the first screen is already in the right language.
beforeAll(() => vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined }));

describe("words", () => {
  it("every verdict of the contract has a sentence in both languages, which says which tube", async () => {
    const { zh } = await import("../src/ui/zh");
    const { en } = await import("../src/ui/en");
    const contract = await import("../../contracts/tube_cases.json");

    const facts = {
      tube: "0412",
      held: 2,
      capacity: 2,
      spoken: 3,
      number: 10,
      state: "voided",
      position: 3,
      minutes: 61,
      at: "",
      pool: "",
      reason: "",
    };
    for (const code of contract.cases.flatMap((each) => ("code" in each ? [each.code] : [])))
      for (const words of [zh, en]) {
        const sentence = Object.entries(words.code).find(([name]) => name === code)?.[1](facts);
        expect(sentence, code).toMatch(/[。.]$/);
        if (code.startsWith("tube_") && code !== "tube_unknown" && code !== "tube_time")
          expect(sentence).toContain("0412");
      }
  });

  it("a code of a newer server is handed on to the desk", async () => {
    const { sentence } = await import("../src/ui/words");

    expect(sentence("tube_haunted")).toContain("tube_haunted");
  });
});

describe("formats", () => {
  const now = Date.parse("2026-11-22T07:00:00Z");

  it("times are those of China", () => {
    expect(timeOf("2026-11-22T06:05:00Z", "zh-Hans", now)).toBe("14:05");
    expect(timeOf("2026-11-21T15:59:00Z", "zh-Hans", now)).toBe("11月21日 23:59");
    expect(timeOf("2026-11-21T15:59:00Z", "en", now)).toBe("21 Nov 23:59");
    expect(timeOf("", "en", now)).toBe("");
  });

  it("tube codes are read in fours", () => {
    expect(["041212345670", "SX1010001", "04121"].map(tubeCode)).toEqual([
      "0412 1234 5670",
      "SX1010001",
      "04121",
    ]);
  });
});
