import { openTubes } from "../domain/lane";
import { tubeCode } from "../ui/format";
import { t } from "../ui/words";
import { useApp } from "./app";

/** Which lane this phone works at; not to be changed while a tube stands open. */
export function Lanes() {
  const app = useApp();
  const pack = app.pack.value;
  const [open] = openTubes(app.state.value, app.laneId.value);
  if (!pack)
    return (
      <main>
        <h2>{t.value.chooseLane}</h2>
        <p>{app.contact.value === "online" ? t.value.waitingPack : t.value.noPack}</p>
        <Refresh />
      </main>
    );
  return (
    <main>
      <h2>{[t.value.chooseLane, pack.point.name].filter((part) => part !== "").join(" · ")}</h2>
      <p>{pack.lanes.length === 0 ? t.value.noLanes : t.value.chooseLaneHint}</p>
      {open && <p class="line ask">{t.value.menuLaneBusy(tubeCode(open.code))}</p>}
      <ul class="list">
        {pack.lanes.map((lane) => (
          <li key={lane.id}>
            <button
              type="button"
              disabled={open !== undefined && lane.id !== app.laneId.value}
              aria-pressed={lane.id === app.laneId.value}
              onClick={() => void app.chooseLane(lane.id)}
            >
              <b>{t.value.lane(lane.number)}</b>
              <span>
                {t.value.pool[lane.pool] ?? lane.pool} ·{" "}
                {t.value.tubesLeft(
                  pack.tubes.filter((tube) => tube.lane === lane.id && tube.state === "issued").length,
                )}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {pack.lanes.length === 0 && <Refresh />}
    </main>
  );
}

export function Refresh() {
  const app = useApp();
  return (
    <button type="button" class="wide" onClick={() => app.courier.refresh()}>
      {t.value.menuRefresh}
    </button>
  );
}
