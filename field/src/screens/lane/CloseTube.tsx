import { useSignal } from "@preact/signals";

import { CLOSE_REASONS, type CloseReason } from "../../domain/tubes";
import { no } from "../../domain/verdict";
import { tubeCode } from "../../ui/format";
import { t } from "../../ui/words";
import { NoticeLine } from "./Lane";
import type { LaneWork } from "./work";

/** 封管: the sampler says the count, the registrar taps it; the tube closes only when both agree. */
export function CloseTube({ work }: { readonly work: LaneWork }) {
  const tube = work.tube.value;
  // One swab in a tube for one is its own count; more than one has to be said.
  const spoken = useSignal<number | null>(tube?.capacity === 1 && tube.swabs.length === 1 ? 1 : null);
  // A household's tube is nearly always closed because the household is done.
  const chosen = useSignal<CloseReason | null>(tube?.pool === "household" ? "household_end" : null);
  if (!tube) return null;
  const held = tube.swabs.length;
  const isFull = held >= tube.capacity;
  const reason = isFull ? "full" : chosen.value;
  const code = tubeCode(tube.code);
  const say = (number: number) => {
    spoken.value = number;
    if (number === held) work.notice.value = null;
    else work.refuse(no("count_differs", { tube: tube.code, spoken: number, held }));
  };
  return (
    <>
      <main>
        <h2>{t.value.closeTitle(code)}</h2>
        <NoticeLine work={work} />
        <p id="spoken">
          {t.value.closeCount(held)} {t.value.closeAsk}
        </p>
        <div class="numbers" role="group" aria-labelledby="spoken">
          {Array.from({ length: Math.max(held, tube.capacity) + 1 }, (_, number) => (
            <button
              type="button"
              key={number}
              aria-pressed={spoken.value === number}
              onClick={() => say(number)}
            >
              {number}
            </button>
          ))}
        </div>
        {!isFull && (
          <>
            <p id="why">{t.value.closeWhy}</p>
            <div class="choices" role="group" aria-labelledby="why">
              {CLOSE_REASONS.filter((each) => each !== "full").map((each) => (
                <button
                  type="button"
                  key={each}
                  aria-pressed={reason === each}
                  onClick={() => (chosen.value = each)}
                >
                  {t.value.closeReason[each]}
                </button>
              ))}
            </div>
          </>
        )}
      </main>
      <footer>
        <button
          type="button"
          class="main go"
          disabled={spoken.value !== held || reason === null}
          onClick={() => reason && void work.close(tube.code, held, reason)}
        >
          {t.value.closeNow(code, held)}
        </button>
        <div class="row others">
          <button type="button" onClick={() => work.dismiss()}>
            {t.value.back}
          </button>
          <button type="button" disabled={held === 0} onClick={() => (work.panel.value = "reject")}>
            {t.value.reject}
          </button>
        </div>
      </footer>
    </>
  );
}
