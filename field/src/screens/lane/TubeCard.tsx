import { useApp } from "../app";
import { tubeCode } from "../../ui/format";
import { Sign } from "../../ui/Sign";
import { sentence, t } from "../../ui/words";
import type { LaneWork } from "./work";

/** 7 / 10, the figure the registrar says to the sampler. */
export function TubeCard({ work }: { readonly work: LaneWork }) {
  const app = useApp();
  const tube = work.tube.value;
  if (!tube) {
    const left = app.pack.value?.tubes.filter(
      ({ code, lane, state }) =>
        lane === app.laneId.value && state === "issued" && !app.state.value.tubes.has(code),
    ).length;
    return (
      <section class="tube none">
        <h2>{t.value.noTube}</h2>
        <p>{t.value.noTubeHint(left ?? 0)}</p>
        <TakenAway work={work} />
      </section>
    );
  }
  const held = tube.swabs.length;
  const others = work.open.value.filter(({ code }) => code !== tube.code).map(({ code }) => tubeCode(code));
  const asks = work.overdue(tube, app.now.value);
  const taken = new Set(tube.swabs.map(({ position }) => position));
  return (
    <section class="tube">
      <div class="row spread">
        <p class="count" aria-label={t.value.held(held, tube.capacity)}>
          <b>{held}</b> / {tube.capacity}
        </p>
        <p class="which">
          <span>{t.value.pool[tube.pool] ?? tube.pool}</span>
          <span class="code">{t.value.tube(tubeCode(tube.code))}</span>
        </p>
      </div>
      <div class="places" aria-hidden="true">
        {Array.from({ length: tube.capacity }, (_, i) => (
          <i key={i} class={taken.has(i + 1) ? "taken" : ""} />
        ))}
      </div>
      {others.length > 0 && <p>{t.value.otherOpen(others.join("、"))}</p>}
      <TakenAway work={work} />
      {asks.code === "tube_time" && (
        <p class="line ask">
          <Sign tone="ask" />
          {sentence(asks.code, asks.facts)}
        </p>
      )}
    </section>
  );
}

/** Opened on two phones, or voided at the desk: out of use until the point chief has decided (MT-26). */
function TakenAway({ work }: { readonly work: LaneWork }) {
  return (
    <>
      {work.taken.value.map(({ code }) => (
        <p class="line stop" key={code}>
          <Sign tone="stop" />
          {sentence("tube_frozen", { tube: tubeCode(code) })}
        </p>
      ))}
    </>
  );
}
