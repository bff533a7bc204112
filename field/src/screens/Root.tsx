import { useEffect, useMemo } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { wakeSound } from "../ui/feedback";
import { FlashBand } from "../ui/Flash";
import { isSunny } from "../ui/sun";
import { language, t } from "../ui/words";
import { AppProvider, type App } from "./app";
import { codeIn, Enrol } from "./enrol/Enrol";
import { Stopped } from "./enrol/Stopped";
import { Lane } from "./lane/Lane";
import { LaneWork } from "./lane/work";
import { Refresh, Lanes } from "./Lanes";
import { Menu } from "./Menu";
import { TopLine } from "./TopLine";
import { Unsent } from "./Unsent";

export function Root({ app }: { readonly app: App }) {
  const work = useMemo(() => new LaneWork(app), [app]);
  useEffect(() => {
    document.documentElement.lang = language.value;
    document.title = t.value.appName;
  }, [language.value]);
  return (
    <AppProvider value={app}>
      <div class={isSunny.value ? "app sun" : "app"} onPointerDown={wakeSound}>
        <TopLine />
        <FlashBand />
        <Screen app={app} work={work} />
      </div>
    </AppProvider>
  );
}

/** What the phone's state asks for first; then what the user chose to look at. */
function Screen({ app, work }: { readonly app: App; readonly work: LaneWork }) {
  const code = useSignal(codeInAddress());
  const { view, device } = app;
  const enrolled = () => {
    code.value = "";
    view.value = "work";
  };
  if (code.value !== "" || !device.value || view.value === "enrol")
    return <Enrol code={code.value} onDone={enrolled} />;
  if (view.value === "unsent") return <Unsent />;
  if (device.value.state === "revoked") return <Stopped />;
  if (view.value === "menu") return <Menu />;
  if (view.value === "lanes" || !app.lane.value) return <Lanes />;
  if (!app.round.value)
    return (
      <main>
        <p>{t.value.noRoundLong}</p>
        <Refresh />
      </main>
    );
  return (
    <>
      {device.value.state === "unknown" && <p class="line stop">{t.value.unknownText}</p>}
      <Lane work={work} />
    </>
  );
}

/** The enrolment link's code, taken out of the address line so that it is not left there. */
function codeInAddress(): string {
  const { hash } = location;
  if (!hash.includes("enrol=")) return "";
  history.replaceState(null, "", location.pathname);
  return codeIn(hash);
}
