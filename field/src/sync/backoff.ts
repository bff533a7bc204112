/** Full jitter: anything from nothing to a doubling bound, so that a hundred lanes do not come back at once. */
const BASE = 1_000;
const CAP = 60_000;

export function waitFor(attempt: number, retryAfter: number, random: () => number = Math.random): number {
  const bound = Math.min(CAP, BASE * 2 ** Math.min(attempt, 16));
  return retryAfter + random() * bound;
}
