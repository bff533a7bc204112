/** One way each to write times and tube codes. Times are those of China, whatever the phone is set to. */
import type { Language } from "./words";

const ZONE = "Asia/Shanghai";

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: ZONE });
const calendar = new Intl.DateTimeFormat("en-CA", {
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  timeZone: ZONE,
});
const dates = {
  en: new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: ZONE }),
  "zh-Hans": new Intl.DateTimeFormat("zh-Hans", { day: "numeric", month: "long", timeZone: ZONE }),
};

/** The day in China, YYYY-MM-DD. */
export const dayOf = (at: number): string => calendar.format(at);

/** 14:05 for today, with its date before it for another day; empty for no time. */
export function timeOf(at: string, language: Language, now = Date.now()): string {
  const instant = Date.parse(at);
  if (Number.isNaN(instant)) return "";
  const time = clock.format(instant);
  return dayOf(instant) === dayOf(now) ? time : `${dates[language].format(instant)} ${time}`;
}

/** 0412 1234 567: long figures in fours, as they are read to somebody; a code with letters as it is printed. */
export const tubeCode = (code: string): string =>
  /^\d{9,}$/.test(code) ? code.replace(/(.{4})(?=.)/g, "$1 ") : code;
