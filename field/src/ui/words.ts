/** Two languages with the same keys. Chinese is the first; the choice is kept on the phone. */
import { computed, signal } from "@preact/signals";

import { en } from "./en";
import { zh } from "./zh";

/** The shape of the dictionary: every key of Chinese, each sentence with the same parameters. */
export type Words = Same<typeof zh>;

type Same<Tree> = {
  readonly [Key in keyof Tree]: Tree[Key] extends string
    ? string
    : Tree[Key] extends (...facts: infer Given) => string
      ? (...facts: Given) => string
      : Same<Tree[Key]>;
};

export type Language = "zh-Hans" | "en";

const KEPT = "tongxin.language";

export const language = signal<Language>(localStorage.getItem(KEPT) === "en" ? "en" : "zh-Hans");

export const t = computed<Words>(() => (language.value === "en" ? en : zh));

export function setLanguage(next: Language): void {
  language.value = next;
  localStorage.setItem(KEPT, next);
}

/** The sentence for a code: of the lane itself, or one that only a newer server knows. */
export function sentence(code: string, facts: Readonly<Record<string, string | number | null>> = {}): string {
  const known = Object.entries(t.value.code).find(([name]) => name === code);
  return known ? known[1](facts) : t.value.codeOther(code);
}
