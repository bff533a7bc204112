/**
 * The PIN of a phone: what may be one, and how long somebody waits who does not know it.
 * Why these numbers: docs/decisions/0008.
 */
export const PIN_LENGTH = 6;

/** After so many wrong tries in a row the people on the phone are gone; what is owed stays, sealed. */
export const TRIES_UNTIL_EMPTY = 10;

const SECOND = 1000;
const WAITS = [0, 0, 0, 15, 30, 60, 120, 300, 600].map((seconds) => seconds * SECOND);
const LONGEST = 900 * SECOND;

/** How long the next try has to wait after so many wrong ones in a row. */
export const waitAfter = (tries: number): number =>
  tries <= 0 ? 0 : tries <= WAITS.length ? (WAITS[tries - 1] ?? LONGEST) : LONGEST;

export const isPin = (text: string): boolean => /^\d{6}$/.test(text);

/** 000000, 123456, 654321, 121212: the ones that are tried first. */
export function isWeakPin(pin: string): boolean {
  const digits = Array.from(pin, Number);
  const steps = new Set(digits.slice(1).map((digit, i) => digit - (digits[i] ?? 0)));
  if (steps.size === 1 && [-1, 0, 1].some((step) => steps.has(step))) return true;
  return pin.slice(0, 2).repeat(3) === pin || pin.slice(0, 3).repeat(2) === pin;
}
