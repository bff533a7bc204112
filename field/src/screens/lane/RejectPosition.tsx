import { useSignal } from "@preact/signals";

import { withGap } from "../../domain/names";
import { REJECT_REASONS } from "../../domain/tubes";
import { t } from "../../ui/words";
import { NoticeLine } from "./Lane";
import type { LaneWork } from "./work";

/** 退采: which position, and why (MT-24). The newest is on top: it is nearly always that one. */
export function RejectPosition({ work }: { readonly work: LaneWork }) {
  const chosen = useSignal("");
  const swabs = [...(work.tube.value?.swabs ?? [])].sort((a, b) => b.position - a.position);
  const swab = swabs.find(({ id }) => id === chosen.value);
  return (
    <>
      <main>
        <h2>{t.value.rejectTitle}</h2>
        <NoticeLine work={work} />
        {swabs.length === 0 && <p>{t.value.rejectEmpty}</p>}
        <ul class="positions">
          {swabs.map(({ id, position, person }) => (
            <li key={id}>
              <button type="button" aria-pressed={id === chosen.value} onClick={() => (chosen.value = id)}>
                <i>{position}</i>
                <b>{withGap(work.nameOf(person))}</b>
              </button>
            </li>
          ))}
        </ul>
      </main>
      <footer>
        {swab && (
          <>
            <p id="reject-why">{t.value.rejectWhy(work.nameOf(swab.person), swab.position)}</p>
            <div class="choices" role="group" aria-labelledby="reject-why">
              {REJECT_REASONS.map((reason) => (
                <button type="button" key={reason} onClick={() => void work.reject(swab, reason)}>
                  {t.value.rejectReason[reason]}
                </button>
              ))}
            </div>
          </>
        )}
        <div class="row others">
          <button type="button" onClick={() => work.dismiss()}>
            {t.value.back}
          </button>
        </div>
      </footer>
    </>
  );
}
