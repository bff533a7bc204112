/** A scanner that types is heard wherever the cursor is; the return key alone confirms. */
import { useEffect } from "preact/hooks";

import type { LaneWork } from "./work";

const PAUSE = 300;

export function useKeys(work: LaneWork, active: boolean): void {
  useEffect(() => {
    if (!active) return;
    let typed = "";
    let lastAt = 0;
    const listen = (event: KeyboardEvent) => {
      if (isField(event.target) || event.ctrlKey || event.altKey || event.metaKey) return;
      const now = event.timeStamp;
      if (now - lastAt > PAUSE) typed = "";
      lastAt = now;
      if (event.key.length === 1) {
        typed += event.key;
        if (event.key === " ") event.preventDefault();
      } else if (event.key === "Enter") {
        event.preventDefault();
        const text = typed.trim();
        typed = "";
        if (text !== "") work.enter(text, true);
        else if (work.panel.value === "person") void work.confirm();
      } else if (event.key === "Escape") work.dismiss();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [work, active]);
}

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement ||
  target instanceof HTMLTextAreaElement ||
  target instanceof HTMLSelectElement;
