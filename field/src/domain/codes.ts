/** Which scanned code may stand for a person (采样码); the server decides by people/rules/codes.py. */
import { citizenIdFault, normaliseDocument } from "./document";

const SHORTEST = 6;
const LONGEST = 80;

/** Opaque and readable, and not the number of a document or a phone: such a code anybody can print. */
export function isBindable(text: string, today: string): boolean {
  if (text.length < SHORTEST || text.length > LONGEST || /\s/.test(text)) return false;
  return citizenIdFault(normaliseDocument(text), today) !== null && !/^(\+?86)?1[3-9]\d{9}$/.test(text);
}
