/** Sun mode: black on white, no greys. Kept on the phone. */
import { signal } from "@preact/signals";

const KEPT = "tongxin.sun";

export const isSunny = signal(localStorage.getItem(KEPT) === "1");

export function setSunny(on: boolean): void {
  isSunny.value = on;
  localStorage.setItem(KEPT, on ? "1" : "0");
}
