/** Which scanned code may stand for a person (采样码); the server decides by people/rules/codes.py. */
const SHORTEST = 6;
const LONGEST = 80;

/** Opaque and readable, and not the number of a document or a phone, also a misread one: anybody can print that. */
export function isBindable(text: string): boolean {
  if (text.length < SHORTEST || text.length > LONGEST || /\s/.test(text)) return false;
  return !/^\d{14}(\d|\d{3}[\dX])$/i.test(text) && !/^(\+?86)?1[3-9]\d{9}$/.test(text);
}
