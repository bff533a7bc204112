import { describe, expect, it } from "vitest";

import contract from "../../contracts/tube_cases.json";
import {
  chooseTube,
  mayClose,
  mayOpen,
  mayReject,
  mayStayOpen,
  mayTake,
  type PersonFacts,
  type RoundFacts,
  type SampledFacts,
  type TubeFacts,
} from "../src/domain/tubes";
import type { Verdict } from "../src/domain/verdict";

interface Given {
  lane: string;
  round: RoundFacts | null;
  tube: TubeFacts | null;
  person: PersonFacts;
  sampled: SampledFacts | null;
  open_tubes: { code: string; pool: string }[];
  position: number;
  reason: string;
  spoken: number;
  at: string;
  minutes: number | null;
}

const defaults: Record<string, unknown> = contract.defaults;

function laidOverDefaults(given: Record<string, unknown>): Given {
  const laid: Record<string, unknown> = { ...defaults, ...given };
  for (const [name, value] of Object.entries(defaults)) {
    const over = given[name];
    const areObjects = isObject(value) && isObject(over);
    if (areObjects) laid[name] = { ...value, ...over };
  }
  return laid as unknown as Given;
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const RULES: Record<string, (given: Given) => Verdict> = {
  may_open: ({ lane, round, tube, open_tubes }) => mayOpen(lane, round, tube, open_tubes),
  may_take: ({ round, tube, person, sampled }) => mayTake(round, tube, person, sampled),
  may_reject: ({ tube, position, reason }) => mayReject(tube, position, reason),
  may_close: ({ tube, spoken, reason }) => mayClose(tube, spoken, reason),
  may_stay_open: ({ tube, at, minutes }) => {
    if (!tube) throw new Error("a case without a tube");
    return mayStayOpen(tube, Date.parse(at), minutes);
  },
};

interface Case {
  readonly name: string;
  readonly rule: string;
  readonly given: Record<string, unknown>;
  readonly ok?: boolean;
  readonly code?: string;
  readonly facts?: Record<string, unknown>;
}

// MT-06, MT-22, MT-24, MT-25: the same cases run in Python (tests/testing/rules/test_tubes.py).
describe("the verdict of the contract", () => {
  it.each(contract.cases as Case[])("$rule: $name", ({ rule, given, ok = false, code = "", facts = {} }) => {
    const verdict = RULES[rule]?.(laidOverDefaults(given));

    expect(verdict).toEqual({ ok, code, facts });
  });

  it("has cases for every rule", () => {
    expect(new Set(contract.cases.map(({ rule }) => rule))).toEqual(new Set(Object.keys(RULES)));
  });
});

describe("which of the open tubes", () => {
  const { round, person, tube } = laidOverDefaults({});
  const pooled = { ...(tube as TubeFacts), code: "pooled" };
  const single = { ...pooled, code: "single", pool: "single", capacity: 1, swabs: [] };

  it("takes who must be single into the single one", () => {
    const choice = chooseTube(round, [pooled, single], { ...person, single: true }, null, "pool10");

    expect(choice.tube?.code).toBe("single");
  });

  it("takes everybody else into the lane's kind, though the single one is newer", () => {
    expect(chooseTube(round, [single, pooled], person, null, "pool10").tube?.code).toBe("pooled");
  });

  it("says the no of the tube that would have been used", () => {
    const full = { ...pooled, capacity: 2 };

    expect(chooseTube(round, [full], person, null, "pool10").verdict.code).toBe("tube_full");
  });

  it("says that none is open", () => {
    expect(chooseTube(round, [], person, null, "pool10").verdict.code).toBe("no_tube_open");
  });
});
