/** Names as they are read aloud (ID-43): letter by letter where a character is rare or somebody asks. */

/** One character with its reading; the reading is empty where it is not known. */
export interface Spoken {
  readonly character: string;
  readonly reading: string;
}

const DOTS = /[·•・．‧･]/;

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

/** Each character with its syllable, when the syllables can be told apart; dots and Latin have none. */
export function spell(name: string, pinyin: string): readonly Spoken[] {
  const characters = Array.from(name).filter((character) => character.trim() !== "");
  const syllables = pinyin.split(/\s+/).filter((syllable) => syllable !== "" && !DOTS.test(syllable));
  const han = characters.filter(isHan).length;
  let next = 0;
  return characters.map((character) => ({
    character,
    reading: isHan(character) && syllables.length === han ? (syllables[next++] ?? "") : "",
  }));
}

/** With a gap behind the surname of a short Han name: 张 伟. Compound surnames stay whole only when short. */
export function withGap(name: string): string {
  const characters = Array.from(name);
  return characters.length === 2 && characters.every(isHan) ? characters.join(" ") : name;
}
