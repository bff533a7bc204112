import { useSignal } from "@preact/signals";

import { REPEAT_REASONS, type RepeatReason } from "../../domain/tubes";
import { withGap } from "../../domain/names";
import { Choices, Field } from "../../ui/inputs";
import { t } from "../../ui/words";
import { NoticeLine } from "./Lane";
import type { LaneWork } from "./work";

/** 重采: a second swab in this round, only because a supervisor says so, by name and with a reason (MT-22). */
export function Repeat({ work }: { readonly work: LaneWork }) {
  const reason = useSignal<RepeatReason | "">("");
  const allowedBy = useSignal("");
  const person = work.candidate.value?.person;
  if (!person) return null;
  return (
    <form
      class="screen"
      onSubmit={(event) => {
        event.preventDefault();
        void work.repeat(reason.value, allowedBy.value);
      }}
    >
      <main>
        <h2>{t.value.repeatTitle(withGap(person.name))}</h2>
        <NoticeLine work={work} />
        <p>{t.value.repeatHint}</p>
        <Choices
          label={t.value.repeatWhy}
          keys={REPEAT_REASONS}
          words={t.value.repeatReason}
          chosen={reason.value}
          onChoose={(key) => (reason.value = key)}
        />
        <Field
          label={t.value.repeatBy}
          value={allowedBy.value}
          onInput={(text) => (allowedBy.value = text.slice(0, 60))}
        />
      </main>
      <footer>
        <button
          type="submit"
          class="main go"
          disabled={reason.value === "" || allowedBy.value.trim() === "" || !work.tube.value}
        >
          {work.tube.value ? t.value.repeatNow : t.value.noTube}
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
