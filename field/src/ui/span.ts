import { t } from "./words";

/** 1 小时 12 分, 9 分, 40 秒: a while, in words, rounded up where it is counted down in seconds. */
export function spanOf(milliseconds: number): string {
  if (milliseconds < 60_000) return t.value.seconds(Math.max(0, Math.ceil(milliseconds / 1000)));
  const minutes = Math.floor(milliseconds / 60_000);
  return t.value.hoursMinutes(Math.floor(minutes / 60), minutes % 60);
}
