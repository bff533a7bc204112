import { describe, expect, it } from "vitest";

import { ageOn, citizenIdFault, normaliseDocument } from "../src/domain/document";

const TODAY = "2026-11-22";

// ID-11 to ID-14; the vectors are those of DOMAIN.md.
describe("a citizen ID number", () => {
  it.each([
    "990001194901010016",
    "990001198808080026",
    "99000119510615009X",
    "990001202002290031",
    "990001195106150049",
  ])("%s is good", (number) => {
    expect(citizenIdFault(number, TODAY)).toBeNull();
  });

  it.each([
    ["990001195106150048", "document_check"],
    ["990001201802290019", "document_date"],
    ["99000119510615004", "document_length"],
    ["990001203001010014", "document_future"],
    ["990001189501010012", "document_age"],
    ["99000119510615009x", "document_length"],
  ])("%s: %s", (number, fault) => {
    expect(citizenIdFault(number, TODAY)).toBe(fault);
  });

  it("of fifteen digits is brought to eighteen", () => {
    expect(normaliseDocument("990001510615004")).toBe("990001195106150049");
  });

  it("is read as people type it", () => {
    expect(normaliseDocument(" ９９０００１ 19510615-009x ")).toBe("99000119510615009X");
  });

  it("gives the age of the day before and on the birthday", () => {
    expect([ageOn("1980-11-23", TODAY), ageOn("1980-11-22", TODAY)]).toEqual([45, 46]);
  });
});
