import { useApp } from "../app";
import { ageOf } from "../../domain/boxes";
import { Choices, Field } from "../../ui/inputs";
import { Scanner } from "../../ui/Scanner";
import { tubeCode } from "../../ui/format";
import { spanOf } from "../../ui/span";
import { t } from "../../ui/words";
import type { BoxDraft } from "./boxing";
import { NoticeLine } from "./Lane";
import type { LaneWork } from "./work";

const ICE = ["yes", "no"] as const;

/** 装箱: boxes that wait for the carrier, and the tubes for the next one (MT-32). */
export function Box({ work }: { readonly work: LaneWork }) {
  const { boxing } = work;
  const minutes = work.app.round.value?.breach_minutes;
  const breach = minutes === undefined ? "" : spanOf(minutes * 60_000);
  const chosen = boxing.chosen.value;
  const count = boxing.waiting.value.filter(({ code }) => chosen.has(code)).length;
  const { seal, ice, temperature } = boxing.draft.value;
  const change = (more: Partial<BoxDraft>) => (boxing.draft.value = { ...boxing.draft.value, ...more });
  const hand = (id: string) => {
    boxing.box.value = id;
    work.notice.value = null;
    work.panel.value = "hand";
  };
  return (
    <form
      class="screen"
      onSubmit={(event) => {
        event.preventDefault();
        void boxing.seal();
      }}
    >
      <main>
        <h2>{t.value.boxTitle}</h2>
        <NoticeLine work={work} />
        <Oldest work={work} />
        {boxing.sealed.value.map((box) => (
          <button type="button" class="wide" key={box.id} onClick={() => hand(box.id)}>
            {t.value.boxWaits(box.seal, box.tubes.length)}
          </button>
        ))}
        {work.camera.value ? (
          <Scanner
            paused={false}
            onRead={(text) => boxing.scan(text)}
            onClose={() => (work.camera.value = false)}
          />
        ) : (
          boxing.waiting.value.length > 0 && (
            <button type="button" class="wide" onClick={() => (work.camera.value = true)}>
              {t.value.scan}
            </button>
          )
        )}
        <p>{boxing.waiting.value.length === 0 ? t.value.boxNoTubes : t.value.boxChoose}</p>
        <Tubes work={work} />
        {boxing.waiting.value.length > 0 && (
          <>
            <Field
              label={t.value.boxSeal}
              value={seal}
              onInput={(text) => change({ seal: text.slice(0, 24) })}
            />
            <Choices
              label={t.value.boxIce}
              keys={ICE}
              words={t.value.yesNo}
              chosen={ice === null ? "" : ice ? "yes" : "no"}
              onChoose={(key) => change({ ice: key === "yes" })}
            />
            {ice === false && <p class="line ask">{t.value.boxNoIce(breach)}</p>}
            <Field
              label={t.value.boxTemperature}
              value={temperature}
              mode="decimal"
              onInput={(text) => change({ temperature: text })}
            />
          </>
        )}
      </main>
      <footer>
        {boxing.waiting.value.length > 0 && (
          <button type="submit" class="main go" disabled={count === 0 || seal.trim() === "" || ice === null}>
            {t.value.boxSealNow(seal.trim(), count)}
          </button>
        )}
        <div class="row others">
          <button type="button" onClick={() => work.dismiss()}>
            {t.value.back}
          </button>
        </div>
      </footer>
    </form>
  );
}

function Tubes({ work }: { readonly work: LaneWork }) {
  const app = useApp();
  const { boxing } = work;
  const laneOf = (id: string) => app.pack.value?.lanes.find((lane) => lane.id === id)?.number;
  return (
    <ul class="positions" aria-label={t.value.boxChoose}>
      {boxing.waiting.value.map((tube) => {
        const isIn = boxing.chosen.value.has(tube.code);
        const lane = laneOf(tube.lane);
        return (
          <li key={tube.code}>
            <button type="button" aria-pressed={isIn} onClick={() => boxing.toggle(tube.code)}>
              <i aria-hidden="true">{isIn ? "✓" : "+"}</i>
              <b>{tubeCode(tube.code)}</b>
              <span>
                {[
                  tube.held === null ? "" : t.value.people(tube.held),
                  tube.lane === app.laneId.value || lane === undefined ? "" : t.value.lane(lane),
                  tube.firstAt === "" ? "" : spanOf(app.now.value - Date.parse(tube.firstAt)),
                ]
                  .filter((part) => part !== "")
                  .join(" · ")}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** How long the oldest swab has been waiting here: nothing until the alarm (MT-31). A touch leads to the boxes. */
export function Oldest({ work, onOpen }: { readonly work: LaneWork; readonly onOpen?: () => void }) {
  const app = useApp();
  const round = app.round.value;
  const limits = { alarm: round?.alarm_minutes, breach: round?.breach_minutes };
  const { tone, minutes, left } = ageOf(work.boxing.oldest.value, app.now.value, limits);
  if (tone === "") return null;
  const span = spanOf(minutes * 60_000);
  const words =
    tone === "stop" || left === null
      ? t.value.ageOver(span)
      : t.value.ageSoon(span, spanOf(Math.max(0, left) * 60_000));
  return onOpen ? (
    <button type="button" class={`line wide ${tone}`} onClick={onOpen}>
      {words}
    </button>
  ) : (
    <p class={`line ${tone}`}>{words}</p>
  );
}
