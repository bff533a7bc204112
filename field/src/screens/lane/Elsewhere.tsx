import { useSignal } from "@preact/signals";

import { withGap } from "../../domain/names";
import { Day, Field } from "../../ui/inputs";
import { dayOf } from "../../ui/format";
import { t } from "../../ui/words";
import { NoticeLine } from "./Lane";
import type { LaneWork, Proof } from "./work";

/** 他处已采: somebody shows a proof; it is written down, and no swab is taken (MT-22, MT-40). */
export function Elsewhere({ work }: { readonly work: LaneWork }) {
  const today = dayOf(Date.now());
  const proof = useSignal<Proof>({ place: "", proof: "", taken_on: today });
  const person = work.candidate.value?.person;
  if (!person) return null;
  const { place, proof: shown, taken_on: day } = proof.value;
  const change = (more: Partial<Proof>) => (proof.value = { ...proof.value, ...more });
  const isWhole = place.trim() !== "" && shown.trim() !== "" && day !== "" && day <= today;
  return (
    <form
      class="screen"
      onSubmit={(event) => {
        event.preventDefault();
        if (isWhole) void work.elsewhere({ place: place.trim(), proof: shown.trim(), taken_on: day });
      }}
    >
      <main>
        <h2>{t.value.elsewhereTitle(withGap(person.name))}</h2>
        <NoticeLine work={work} />
        <p>{t.value.elsewhereHint}</p>
        <Field
          label={t.value.elsewherePlace}
          value={place}
          onInput={(text) => change({ place: text.slice(0, 100) })}
        />
        <Field
          label={t.value.elsewhereProof}
          value={shown}
          hint={t.value.elsewhereProofHint}
          onInput={(text) => change({ proof: text.slice(0, 200) })}
        />
        <Day
          label={t.value.elsewhereDay}
          max={today}
          value={day}
          onInput={(text) => change({ taken_on: text })}
        />
      </main>
      <footer>
        <button type="submit" class="main go" disabled={!isWhole}>
          {t.value.elsewhereNow}
        </button>
        <div class="row others">
          <button type="button" onClick={() => (work.panel.value = "person")}>
            {t.value.back}
          </button>
        </div>
      </footer>
    </form>
  );
}
