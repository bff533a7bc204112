import { useSignal } from "@preact/signals";

import { Field } from "../../ui/inputs";
import { tubeCode } from "../../ui/format";
import { t } from "../../ui/words";
import type { HandDraft } from "./boxing";
import { NoticeLine } from "./Lane";
import type { LaneWork } from "./work";

const EMPTY: HandDraft = { giver: "", taker: "", vehicle: "", temperature: "" };

/** 交接: the carrier takes the sealed box over; both names are said aloud and written down. */
export function Hand({ work }: { readonly work: LaneWork }) {
  const draft = useSignal(EMPTY);
  const box = work.boxing.sealed.value.find(({ id }) => id === work.boxing.box.value);
  const { giver, taker, vehicle, temperature } = draft.value;
  const change = (name: keyof HandDraft) => (text: string) =>
    (draft.value = { ...draft.value, [name]: text });
  if (!box) return null;
  return (
    <form
      class="screen"
      onSubmit={(event) => {
        event.preventDefault();
        void work.boxing.hand(box, draft.value);
      }}
    >
      <main>
        <h2>{t.value.handTitle(box.seal)}</h2>
        <NoticeLine work={work} />
        <p>{t.value.handCheck(box.tubes.length, box.tubes.map(tubeCode).join("、"))}</p>
        <Field label={t.value.handGiver} value={giver} onInput={change("giver")} />
        <Field label={t.value.handTaker} value={taker} onInput={change("taker")} />
        <Field label={t.value.handVehicle} value={vehicle} onInput={change("vehicle")} />
        <Field
          label={t.value.boxTemperature}
          value={temperature}
          mode="decimal"
          onInput={change("temperature")}
        />
      </main>
      <footer>
        <button type="submit" class="main go" disabled={giver.trim() === "" || taker.trim() === ""}>
          {t.value.handNow(giver.trim(), taker.trim())}
        </button>
        <div class="row others">
          <button type="button" onClick={() => work.dismiss()}>
            {t.value.handLater}
          </button>
        </div>
      </footer>
    </form>
  );
}
