/** Citizen ID numbers (GB 11643-1999) as they are typed at a lane: ID-10 to ID-14. */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = "10X98765432";

export type DocumentFault =
  "document_length" | "document_date" | "document_future" | "document_age" | "document_check";

/** Half width, upper X, no spaces or hyphens; an old 15-digit number gets its century and check (ID-12). */
export function normaliseDocument(typed: string): string {
  const plain = typed
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[\s\-‐-―]/g, "");
  if (!/^\d{15}$/.test(plain)) return plain;
  const body = `${plain.slice(0, 6)}19${plain.slice(6)}`;
  return body + checkOf(body);
}

export const looksLikeCitizenId = (number: string): boolean => /^[0-9]{6,}[0-9X]*$/.test(number);

/** What is wrong with a citizen ID number, or nothing. `today` is the day in China, YYYY-MM-DD. */
export function citizenIdFault(number: string, today: string): DocumentFault | null {
  if (!/^\d{17}[0-9X]$/.test(number)) return "document_length";
  const birth = birthOf(number);
  if (!isRealDay(birth)) return "document_date";
  if (birth > today) return "document_future";
  if (Number(today.slice(0, 4)) - Number(birth.slice(0, 4)) > 130) return "document_age";
  return checkOf(number.slice(0, 17)) === number[17] ? null : "document_check";
}

/** YYYY-MM-DD out of an 18-character number. */
export const birthOf = (number: string): string =>
  `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;

/** Full years between two days, both YYYY-MM-DD. */
export function ageOn(birth: string, today: string): number {
  const years = Number(today.slice(0, 4)) - Number(birth.slice(0, 4));
  return today.slice(5) < birth.slice(5) ? years - 1 : years;
}

function checkOf(first17: string): string {
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(first17[i]), 0);
  return CHECKS.charAt(sum % 11);
}

function isRealDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
