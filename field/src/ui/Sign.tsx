import type { Tone } from "./feedback";

const PATHS: Readonly<Record<Tone, string>> = {
  ok: "M5 13l5 5L20 7",
  ask: "M12 5v9M12 18.2v.6",
  stop: "M6 6l12 12M18 6L6 18",
};

/** Colour is never alone: each tone has its sign. */
export function Sign({ tone }: { readonly tone: Tone }) {
  return (
    <svg class="sign" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[tone]} />
    </svg>
  );
}
