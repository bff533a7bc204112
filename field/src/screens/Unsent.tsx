import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";

import type { CaptureEvent } from "../contract";
import { newId } from "../domain/ids";
import type { Entry } from "../store/outbox";
import { timeOf, tubeCode } from "../ui/format";
import { Sign } from "../ui/Sign";
import { language, t } from "../ui/words";
import { useApp, VERSION, type App } from "./app";

const SHOWN = 200;

/** Every act of this phone with the server's word on it. Nothing leaves this list before its receipt. */
export function Unsent() {
  const app = useApp();
  const entries = useSignal<readonly Entry[]>([]);
  const debt = app.debt.value;
  useEffect(() => {
    void app.outbox.entries(SHOWN).then((list) => (entries.value = list));
  }, [app, debt, entries]);
  return (
    <>
      <main>
        <h2>{t.value.unsentTitle}</h2>
        <p>
          {debt.count > 0
            ? t.value.unsent(debt.count, timeOf(debt.since, language.value))
            : t.value.unsentNone}
        </p>
        {entries.value.length === 0 && <p>{t.value.unsentEmpty}</p>}
        <ul class="log">
          {entries.value.map((entry) => (
            <li key={entry.event.id} class={toneOf(entry)}>
              <Sign tone={toneOf(entry)} />
              <div>
                <p class="row spread">
                  <b>{t.value.kind[entry.event.kind]}</b>
                  <span>{timeOf(entry.event.at, language.value)}</span>
                </p>
                <p>{subject(app, entry.event)}</p>
                <p>{stateOf(entry)}</p>
              </div>
            </li>
          ))}
        </ul>
        {entries.value.length === SHOWN && <p>{t.value.showing(SHOWN)}</p>}
        {debt.count > 0 && app.contact.value !== "online" && <ExportOwed />}
      </main>
      <footer>
        {debt.count > 0 && app.device.value?.state === "well" && (
          <button type="button" class="main" onClick={() => app.courier.hope()}>
            {t.value.sendNow}
          </button>
        )}
        <div class="row others">
          <button type="button" onClick={() => (app.view.value = "work")}>
            {t.value.back}
          </button>
        </div>
      </footer>
    </>
  );
}

/** What cannot be sent can be carried: the same batch as a file, for the desk to read in. */
export function ExportOwed() {
  const app = useApp();
  const save = async () => {
    const events = await app.outbox.owed();
    const batch = { batch: newId(), device_at: new Date().toISOString(), app: VERSION, events };
    const address = URL.createObjectURL(new Blob([JSON.stringify(batch)], { type: "application/json" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = `tongxin-${batch.device_at.slice(0, 19).replace(/[:T]/g, "-")}.json`;
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <>
      <button type="button" class="wide" onClick={() => void save()}>
        {t.value.exportFile}
      </button>
      <p>{t.value.exportHint}</p>
    </>
  );
}

const toneOf = ({ owed, verdict, code }: Entry) =>
  owed ? (code === "" ? "ask" : "stop") : verdict === "refused" || verdict === "conflict" ? "stop" : "ok";

function stateOf({ owed, verdict, code }: Entry): string {
  const { state } = t.value;
  if (owed || verdict === "") return code === "" ? state.owed : `${state.held} · ${serverWord(code)}`;
  return code === "" ? state[verdict] : `${state[verdict]} · ${serverWord(code)}`;
}

/** What the server made of it, in words; of a code that is newer than this app the desk knows more. */
const serverWord = (code: string): string => t.value.receipt[code] ?? t.value.codeOther(code);

function subject(app: App, event: CaptureEvent): string {
  const name = (id: string) => app.person(id)?.name ?? "—";
  switch (event.kind) {
    case "sample":
      return `${name(event.person)} · …${event.tube.slice(-4)} / ${event.position}`;
    case "person_found":
      return event.name;
    case "sample_rejected":
      return t.value.rejectReason[event.reason];
    case "tube_opened":
      return tubeCode(event.tube);
    case "tube_closed":
      return `${tubeCode(event.tube)} · ${event.spoken} · ${t.value.closeReason[event.reason]}`;
    case "sampled_elsewhere":
      return `${name(event.person)} · ${event.place}`;
    case "box_sealed":
      return t.value.boxWaits(event.seal, event.tubes.length);
    case "box_handed":
      return `${event.giver} → ${event.taker}`;
    case "code_bound":
      return `${name(event.person)} · …${event.token.slice(-4)}`;
  }
}
