/** Names as they are read aloud (ID-43): letter by letter where a character is rare or somebody asks. */

/** One character with its reading; the reading is empty where it is not known. */
export interface Spoken {
  readonly character: string;
  readonly reading: string;
}

let common: Set<string> | undefined;

/** The 6,763 characters of GB 2312 are what most people read without a halt; the browser knows the table. */
function commonCharacters(): Set<string> {
  if (common) return common;
  common = new Set();
  const decoder = new TextDecoder("gbk");
  for (let row = 0xb0; row <= 0xf7; row += 1) {
    const bytes = new Uint8Array(94 * 2);
    for (let cell = 0; cell < 94; cell += 1) {
      bytes[cell * 2] = row;
      bytes[cell * 2 + 1] = 0xa1 + cell;
    }
    for (const character of decoder.decode(bytes)) common.add(character);
  }
  return common;
}

export const isHan = (character: string): boolean => /\p{Script=Han}/u.test(character);

export const isRare = (character: string): boolean => isHan(character) && !commonCharacters().has(character);

export const hasRare = (name: string): boolean => Array.from(name).some(isRare);

/**
 * Each character with its syllable. The pack writes spellings without gaps (`shanwei danwei`, initials `sw dw`), the
 * likeliest first; the initials say where its syllables begin. Where that is not certain, nothing is guessed.
 */
export function spell(name: string, pinyin: string, initials: string): readonly Spoken[] {
  const characters = Array.from(name).filter((character) => character.trim() !== "");
  const syllables = cut(pinyin.split(" ")[0] ?? "", initials.split(" ")[0] ?? "");
  const isFitting = syllables.length === characters.filter(isHan).length;
  let next = 0;
  return characters.map((character) => ({
    character,
    reading: isHan(character) && isFitting ? (syllables[next++] ?? "") : "",
  }));
}

const SYLLABLE = /^(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?[aeiouv]{1,3}(?:ng|n|r)?$/;

/** The one way to cut a spelling into syllables with these first letters, or nothing. */
function cut(sound: string, letters: string): readonly string[] {
  const ways = cuts(sound, letters);
  return ways.length === 1 ? (ways[0] ?? []) : [];
}

function cuts(sound: string, letters: string): readonly (readonly string[])[] {
  if (letters === "") return sound === "" ? [[]] : [];
  if (!sound.startsWith(letters.slice(0, 1))) return [];
  const ends = Array.from({ length: Math.min(6, sound.length) }, (_, i) => i + 1);
  return ends
    .filter((end) => SYLLABLE.test(sound.slice(0, end)))
    .flatMap((end) => cuts(sound.slice(end), letters.slice(1)).map((rest) => [sound.slice(0, end), ...rest]));
}

/** With a gap behind the surname of a short Han name: 张 伟. Compound surnames stay whole only when short. */
export function withGap(name: string): string {
  const characters = Array.from(name);
  return characters.length === 2 && characters.every(isHan) ? characters.join(" ") : name;
}
