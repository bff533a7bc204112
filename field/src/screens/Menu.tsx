import { openTubes } from "../domain/lane";
import { timeOf, tubeCode } from "../ui/format";
import { isSunny, setSunny } from "../ui/sun";
import { language, t } from "../ui/words";
import { useApp, VERSION } from "./app";
import { changeEdition, isNewerWaiting } from "./edition";
import { Refresh } from "./Lanes";
import type { LaneWork } from "./lane/work";

export function Menu({ work }: { readonly work: LaneWork }) {
  const app = useApp();
  const { device, pack, view } = app;
  const [open] = openTubes(app.state.value, app.laneId.value);
  return (
    <>
      <main>
        <h2>{t.value.menu}</h2>
        {isNewerWaiting.value && (
          <button type="button" class="wide go" onClick={() => changeEdition()}>
            {t.value.menuUpdate}
          </button>
        )}
        <button
          type="button"
          class="wide"
          aria-pressed={isSunny.value}
          onClick={() => setSunny(!isSunny.value)}
        >
          {t.value.menuSun} · {isSunny.value ? t.value.on : t.value.off}
        </button>
        <button type="button" class="wide" onClick={() => (view.value = "unsent")}>
          {t.value.menuUnsent}
        </button>
        <Refresh />
        <button
          type="button"
          class="wide"
          disabled={open !== undefined}
          onClick={() => (view.value = "lanes")}
        >
          {t.value.menuLane}
        </button>
        {open && <p class="line ask">{t.value.menuLaneBusy(tubeCode(open.code))}</p>}
        {app.lane.value && (
          <button
            type="button"
            class="wide"
            onClick={() => {
              view.value = "work";
              work.boxing.begin();
            }}
          >
            {t.value.boxTitle}
          </button>
        )}
        <button type="button" class="wide" onClick={() => app.shut()}>
          {t.value.menuLock}
        </button>
        <button type="button" class="wide" onClick={() => (view.value = "enrol")}>
          {t.value.menuReenrol}
        </button>
        <ul class="plain">
          {device.value && <li>{t.value.deviceLine(device.value.name, device.value.area.name)}</li>}
          {pack.value && (
            <li>{t.value.packLine(pack.value.people.length, timeOf(pack.value.made_at, language.value))}</li>
          )}
          <li>{app.kept.value ? t.value.storageKept : t.value.storageLoose}</li>
          <li>{t.value.versionLine(VERSION)}</li>
        </ul>
      </main>
      <footer>
        <div class="row others">
          <button type="button" onClick={() => (view.value = "work")}>
            {t.value.back}
          </button>
        </div>
      </footer>
    </>
  );
}
