/** One at a time, also across tabs where the browser can: reading, deciding and writing belong together. */
const waiting = new Map<string, Promise<unknown>>();

export async function inTurn<Result>(name: string, act: () => Promise<Result>): Promise<Result> {
  const before = waiting.get(name) ?? Promise.resolve();
  const mine = before.then(() => acrossTabs(name, act));
  waiting.set(
    name,
    mine.catch(() => undefined),
  );
  return mine;
}

async function acrossTabs<Result>(name: string, act: () => Promise<Result>): Promise<Result> {
  if (typeof navigator === "undefined" || !("locks" in navigator)) return act();
  return navigator.locks.request(`tongxin-${name}`, act);
}
