import { useEffect, useMemo } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { wakeSound } from "../ui/feedback";
import { FlashBand } from "../ui/Flash";
import { isSunny } from "../ui/sun";
import { language, t } from "../ui/words";
import { AppProvider, useApp, type App } from "./app";
import { codeIn, Enrol } from "./enrol/Enrol";
import { Locked } from "./enrol/Locked";
import { NewPin } from "./enrol/NewPin";
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
  const touched = () => {
    app.touched();
    wakeSound();
  };
  return (
    <AppProvider value={app}>
      <div class={isSunny.value ? "app sun" : "app"} onPointerDown={touched} onKeyDown={() => app.touched()}>
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
  const isForgotten = useSignal(false);
  const wantsEnrol = useSignal(false);
  const { view, device, phase } = app;
  const done = () => {
    code.value = "";
    isForgotten.value = false;
    wantsEnrol.value = false;
    view.value = "work";
  };
  if (phase.value === "old") return <Adopt />;
  if (phase.value === "locked") {
    // A link's code waits until somebody has said whether this phone is theirs.
    if (isForgotten.value)
      return <Enrol code={code.value} onDone={done} onBack={() => (isForgotten.value = false)} />;
    return <Locked onForgotten={() => (isForgotten.value = true)} />;
  }
  if (phase.value === "empty" && app.stopped.value && code.value === "" && !wantsEnrol.value)
    return <Stopped onEnrol={() => (wantsEnrol.value = true)} />;
  if (code.value !== "" || !device.value || view.value === "enrol")
    return <Enrol code={code.value} onDone={done} onBack={device.value ? done : undefined} />;
  if (view.value === "unsent") return <Unsent />;
  if (device.value.state === "revoked") return <Stopped onEnrol={() => (view.value = "enrol")} />;
  if (view.value === "menu") return <Menu work={work} />;
  if (view.value === "lanes" || !app.lane.value) return <Lanes />;
  if (!app.round.value)
    return (
      <main>
        <p>{t.value.noRoundLong}</p>
        <Refresh />
      </main>
    );
  return <Lane work={work} />;
}

/** An edition without PINs was here: it gets one, and nothing on it is lost. */
function Adopt() {
  const app = useApp();
  const isBusy = useSignal(false);
  const take = (pin: string) => {
    isBusy.value = true;
    void app
      .adopt(pin)
      .catch((fault: unknown) => app.troubled(fault))
      .finally(() => (isBusy.value = false));
  };
  return <NewPin problem="" isBusy={isBusy.value} onPin={take} />;
}

/** The enrolment link's code, taken out of the address line so that it is not left there. */
function codeInAddress(): string {
  const { hash } = location;
  if (!hash.includes("enrol=")) return "";
  history.replaceState(null, "", location.pathname);
  return codeIn(hash);
}
