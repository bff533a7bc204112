/** Three patterns and no more: ok, ask, stop. Each is a sound, a vibration and a word across the screen. */
import { signal } from "@preact/signals";

export type Tone = "ok" | "ask" | "stop";

export interface Flash {
  readonly tone: Tone;
  readonly word: string;
  readonly number: number;
}

export const flash = signal<Flash | null>(null);

interface Beep {
  readonly at: number;
  readonly length: number;
  readonly hertz: number;
  readonly shape: OscillatorType;
}

const BEEPS: Readonly<Record<Tone, readonly Beep[]>> = {
  ok: [{ at: 0, length: 0.12, hertz: 1320, shape: "sine" }],
  ask: [
    { at: 0, length: 0.1, hertz: 880, shape: "triangle" },
    { at: 0.16, length: 0.1, hertz: 880, shape: "triangle" },
  ],
  stop: [{ at: 0, length: 0.55, hertz: 196, shape: "square" }],
};

const SHAKES: Readonly<Record<Tone, number[]>> = { ok: [70], ask: [70, 80, 70], stop: [450] };
const SHOWN: Readonly<Record<Tone, number>> = { ok: 700, ask: 1300, stop: 1600 };

let audio: AudioContext | undefined;
let count = 0;

/** Browsers give sound only after a touch: call this from the first one. */
export function wakeSound(): void {
  audio ??= typeof AudioContext === "undefined" ? undefined : new AudioContext();
  if (audio?.state === "suspended") void audio.resume();
}

export function feel(tone: Tone, word: string): void {
  count += 1;
  const mine = count;
  flash.value = { tone, word, number: mine };
  setTimeout(() => {
    if (flash.value?.number === mine) flash.value = null;
  }, SHOWN[tone]);
  // Chromium warns when a page shakes before the first touch; nobody would feel it either.
  if ("vibrate" in navigator && navigator.userActivation.hasBeenActive) navigator.vibrate(SHAKES[tone]);
  for (const beep of BEEPS[tone]) play(beep);
}

function play({ at, length, hertz, shape }: Beep): void {
  if (audio?.state !== "running") return;
  const start = audio.currentTime + at;
  const tone = new OscillatorNode(audio, { type: shape, frequency: hertz });
  const volume = new GainNode(audio, { gain: 0.5 });
  volume.gain.setTargetAtTime(0, start + length, 0.015);
  tone.connect(volume).connect(audio.destination);
  tone.start(start);
  tone.stop(start + length + 0.1);
}
