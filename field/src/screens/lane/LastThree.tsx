import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { t } from "../../ui/words";
import { UNDO_MS, type LaneWork } from "./work";

/** The last three, so that a doubt is settled at a glance; the newest can be undone for ten seconds. */
export function LastThree({ work }: { readonly work: LaneWork }) {
  const swabs = work.last.value;
  const newest = swabs[0];
  const left = useSignal(0);
  useEffect(() => {
    const until = newest ? Date.parse(newest.at) + UNDO_MS : 0;
    const count = () => (left.value = Math.max(0, Math.ceil((until - Date.now()) / 1000)));
    count();
    const timer = setInterval(count, 250);
    return () => clearInterval(timer);
  }, [newest, left]);
  if (!newest) return null;
  return (
    <div class="last row spread">
      <p>
        {t.value.lastThree}
        {[...swabs].reverse().map(({ id, person }) => (
          <span key={id}>{work.nameOf(person)} ✓</span>
        ))}
      </p>
      {left.value > 0 && work.open.value.some(({ code }) => code === newest.tube) && (
        <button type="button" onClick={() => void work.undo(newest)}>
          {t.value.undo(left.value)}
        </button>
      )}
    </div>
  );
}
