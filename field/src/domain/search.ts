/** Finding a person among those of the pack: name, pinyin, initials, door, tail, code (MT-20, ID-42). */
import { ageOn, birthOf } from "./document";

export interface Searchable {
  readonly id: string;
  readonly token: string;
  /** Other codes that stand for this person: cards they already carried. */
  readonly bound?: readonly string[];
  readonly name: string;
  readonly initials: string;
  readonly pinyin: string;
  readonly age: number | null;
  readonly masked: string;
  readonly tail: string;
  readonly address: string;
  /** The compound (小区), where a community has several: 东区3栋 and 西区3栋 are two buildings. */
  readonly compound?: string;
  readonly building: string;
  readonly unit: string;
  readonly room: string;
}

interface Entry<Person> {
  readonly person: Person;
  readonly name: string;
  /** Every likely spelling, and the initials of each. */
  readonly sounds: readonly string[];
  readonly compound: string;
  readonly door: string;
  readonly rooms: readonly string[];
}

export interface Index<Person extends Searchable> {
  readonly entries: readonly Entry<Person>[];
  /** The compounds of these people, the longest name first. */
  readonly compounds: readonly string[];
  readonly byToken: ReadonlyMap<string, Person>;
  readonly byId: ReadonlyMap<string, Person>;
}

const TOKEN_PREFIX = "TX1.";

/**
 * The bare token of a sampling code, printed with or without its prefix. A scanner types into the field: what was left
 * standing there comes before the prefix and is not of the code.
 */
export const bareToken = (text: string): string => text.slice(prefixEnd(text));

export const isToken = (text: string): boolean => prefixEnd(text) > 0;

const prefixEnd = (text: string): number => {
  const at = text.lastIndexOf(TOKEN_PREFIX);
  return at < 0 ? 0 : at + TOKEN_PREFIX.length;
};

export const fold = (text: string): string =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s·•・.‧'’-]/g, "");

/** A door as people type it: 3栋1单元401, 3-1-401 and 3号楼401 all become figures with one stroke between. */
const doorOf = (text: string): string =>
  (
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[a-z]?\d+[a-z]?/g) ?? []
  ).join("-");

export function makeIndex<Person extends Searchable>(people: readonly Person[]): Index<Person> {
  const entries = people.map((person) => ({
    person,
    name: fold(person.name),
    sounds: [...person.pinyin.split(" "), ...person.initials.split(" ")]
      .map(fold)
      .filter((sound) => sound !== ""),
    compound: fold(person.compound ?? ""),
    door: doorOf(`${person.building} ${person.unit} ${person.room}`) || doorOf(person.address),
    rooms: [doorOf(person.room), doorOf(`${person.building} ${person.room}`)],
  }));
  const compounds = [...new Set(entries.map(({ compound }) => compound))].filter((name) => name !== "");
  return {
    entries,
    compounds: compounds.sort((one, other) => other.length - one.length),
    byToken: new Map(
      people.flatMap((person) =>
        [person.token, ...(person.bound ?? [])]
          .filter((token) => token !== "")
          .map((token) => [bareToken(token), person] as const),
      ),
    ),
    byId: new Map(people.map((person) => [person.id, person])),
  };
}

/** Best first; within a rank in the order of the pack. An empty question finds nobody. */
export function search<Person extends Searchable>(
  index: Index<Person>,
  query: string,
  limit: number,
): readonly Person[] {
  const asked = fold(query);
  if (asked === "") return [];
  // Who says the compound means its doors alone; without it the door of each compound is shown, with its address.
  const compound = index.compounds.find((name) => asked.startsWith(name)) ?? "";
  const behind = compound === "" ? query : query.normalize("NFKC").slice(lengthOf(query, compound));
  const door = /\d/.test(behind) ? doorOf(behind) : "";
  const ranked: Person[][] = [[], [], []];
  for (const entry of index.entries) {
    const here = compound === "" || entry.compound === compound;
    const rank = rankOf(entry, asked, here ? door : "");
    if (rank !== null) ranked[rank]?.push(entry.person);
  }
  return ranked.flat().slice(0, limit);
}

/** How much of what was typed says the compound, with the gaps in it. */
const lengthOf = (query: string, compound: string): number => {
  const plain = query.normalize("NFKC");
  let end = 0;
  while (end < plain.length && fold(plain.slice(0, end)) !== compound) end += 1;
  return end;
};

function rankOf(entry: Entry<Searchable>, asked: string, door: string): 0 | 1 | 2 | null {
  const { person, name, sounds } = entry;
  if (name === asked || sounds.includes(asked)) return 0;
  if (person.tail !== "" && person.tail.toLowerCase() === asked) return 0;
  if (door !== "" && (entry.door === door || entry.rooms.includes(door))) return 0;
  if (name.startsWith(asked) || sounds.some((sound) => sound.startsWith(asked))) return 1;
  if (door.includes("-") && entry.door.startsWith(`${door}-`)) return 1;
  return name.includes(asked) ? 2 : null;
}

/** Who a full ID number read from a card may be: the pack holds it masked, so ends and age have to agree. */
export function byFullNumber<Person extends Searchable>(
  index: Index<Person>,
  number: string,
  today: string,
): readonly Person[] {
  const age = ageOn(birthOf(number), today);
  return index.entries
    .map(({ person }) => person)
    .filter(
      ({ tail, masked, age: known }) =>
        tail === number.slice(-4) &&
        masked.slice(0, 4) === number.slice(0, 4) &&
        (known === null || Math.abs(known - age) <= 1),
    );
}

/** Who a newly typed person may be after all: same name, or same number's end, or name alike behind the same door. */
export function possibleDuplicates<Person extends Searchable>(
  index: Index<Person>,
  typed: {
    readonly name: string;
    readonly document: string;
    readonly building: string;
    readonly room: string;
  },
): readonly Person[] {
  const name = fold(typed.name);
  const tail = typed.document.length >= 8 ? typed.document.slice(-4) : "";
  const door = typed.room === "" ? "" : doorOf(`${typed.building} ${typed.room}`);
  return index.entries
    .filter(
      (entry) =>
        (name !== "" && entry.name === name) ||
        (tail !== "" &&
          entry.person.tail === tail &&
          entry.person.masked.startsWith(typed.document.slice(0, 4))) ||
        (name !== "" && door !== "" && entry.rooms.includes(door) && entry.name[0] === name[0]),
    )
    .map(({ person }) => person);
}
