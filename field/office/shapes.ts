/** How a feature of the map looks and what is said of it. Never a person: the server sends none. */

export interface Facts {
  readonly what: string;
  readonly level: string;
  readonly name: string;
  readonly kind?: string;
  readonly grid?: string;
  readonly doors?: number | null;
  readonly href?: string;
}

export interface Style {
  readonly color: string;
  readonly weight: number;
  readonly fillColor: string;
  readonly fillOpacity: number;
  readonly dashArray?: string;
}

const STYLES: Readonly<Record<string, Style>> = {
  community: { color: "#1f3a5f", weight: 3, fillColor: "#1f3a5f", fillOpacity: 0.03 },
  neighbour: { color: "#b54708", weight: 2, fillColor: "#b54708", fillOpacity: 0.02, dashArray: "4 6" },
  compound: { color: "#6b4f9e", weight: 2, fillColor: "#6b4f9e", fillOpacity: 0.05, dashArray: "6 4" },
  grid: { color: "#0b6e4f", weight: 2, fillColor: "#0b6e4f", fillOpacity: 0.08 },
  building: { color: "#475467", weight: 1, fillColor: "#98a2b3", fillOpacity: 0.6 },
};
const OTHER: Style = { color: "#475467", weight: 1, fillColor: "#98a2b3", fillOpacity: 0.1 };

/** The kinds of sites, in the order of the signs that the page gives: colour never says it alone. */
const KINDS = ["sampling_point", "checkpoint", "roadblock", "institution", "laboratory"];

export const styleOf = (what: string): Style => STYLES[what] ?? OTHER;

export const signOf = (kind: string, signs: string): string => Array.from(signs)[KINDS.indexOf(kind)] ?? "•";

/** The lines of a tooltip: kind and name, the grid, the doors. */
export function wordsOf(facts: Facts, words: { readonly doors: string; readonly grid: string }): string[] {
  const lines = [`${facts.level} · ${facts.name}`];
  if (facts.grid) lines.push(`${words.grid}: ${facts.grid}`);
  if (typeof facts.doors === "number") lines.push(`${facts.doors} ${words.doors}`);
  return lines;
}
