import { useSignal } from "@preact/signals";

import { useApp } from "../app";
import { feel } from "../../ui/feedback";
import { Field } from "../../ui/inputs";
import { Scanner } from "../../ui/Scanner";
import { t } from "../../ui/words";
import { NewPin } from "./NewPin";

interface Props {
  readonly code: string;
  readonly onDone: () => void;
  /** Back to where it came from; absent where there is nothing else. */
  readonly onBack?: (() => void) | undefined;
}

/** 登记设备: a one-time code from the point chief's screen, a name people will know the phone by, and a PIN. */
export function Enrol({ code: given, onDone, onBack }: Props) {
  const app = useApp();
  const code = useSignal(given);
  const name = useSignal("");
  const camera = useSignal(false);
  const isBusy = useSignal(false);
  const problem = useSignal("");
  const isAskingPin = useSignal(false);
  const phase = app.phase.value;
  const owed = app.debt.value.count;
  const send = async (pin: string) => {
    isBusy.value = true;
    const result = await app.enrol(code.value.trim(), name.value.trim(), pin).catch((fault: unknown) => {
      app.troubled(fault);
      return { code: "storage" };
    });
    isBusy.value = false;
    if (result === "ok") {
      feel("ok", t.value.flash.ok);
      return onDone();
    }
    problem.value = result === "away" ? t.value.enrolAway : wordFor(result.code);
    isAskingPin.value = false;
    feel("stop", t.value.flash.stop);
  };
  const next = (event: Event) => {
    event.preventDefault();
    problem.value = "";
    if (phase === "open") void send("");
    else isAskingPin.value = true;
  };
  if (isAskingPin.value)
    return (
      <>
        <NewPin problem={problem.value} isBusy={isBusy.value} onPin={(pin) => void send(pin)} />
        <footer>
          <div class="row others">
            <button type="button" disabled={isBusy.value} onClick={() => (isAskingPin.value = false)}>
              {t.value.back}
            </button>
          </div>
        </footer>
      </>
    );
  return (
    <form class="screen" onSubmit={next}>
      <main>
        <h2>{phase === "locked" ? t.value.pinForgotten : t.value.enrolTitle}</h2>
        {phase === "open" && app.device.value?.state === "well" && (
          <p class="line ask">{t.value.enrolAgain(app.device.value.name)}</p>
        )}
        {phase === "locked" && (
          <p class="line ask">{owed > 0 ? t.value.forgottenOwes(owed) : t.value.forgottenClean}</p>
        )}
        {problem.value !== "" && (
          <p class="line stop" role="alert">
            {problem.value}
          </p>
        )}
        <p>{t.value.enrolHint}</p>
        {camera.value ? (
          <Scanner
            paused={false}
            onRead={(text) => {
              code.value = codeIn(text);
              camera.value = false;
            }}
            onClose={() => (camera.value = false)}
          />
        ) : (
          <button type="button" class="wide" onClick={() => (camera.value = true)}>
            {t.value.scan}
          </button>
        )}
        <Field label={t.value.enrolCode} value={code.value} onInput={(text) => (code.value = codeIn(text))} />
        <Field
          label={t.value.enrolName}
          value={name.value}
          hint={t.value.enrolNameHint}
          onInput={(text) => (name.value = text.slice(0, 60))}
        />
      </main>
      <footer>
        <button
          type="submit"
          class="main go"
          disabled={isBusy.value || code.value.trim() === "" || name.value.trim() === ""}
        >
          {isBusy.value ? t.value.enrolBusy : t.value.enrolNow}
        </button>
        {onBack && (
          <div class="row others">
            <button type="button" onClick={onBack}>
              {t.value.back}
            </button>
          </div>
        )}
      </footer>
    </form>
  );
}

function wordFor(code: string): string {
  if (code === "enrolment_expired") return t.value.enrolExpired;
  if (code === "previous_elsewhere") return t.value.enrolElsewhere;
  if (code === "recovery_failed") return t.value.enrolSealed;
  if (code === "storage") return t.value.code.storage_full();
  return t.value.enrolDeclined(code);
}

/** The code itself, or the link that a phone's own camera would open. */
export const codeIn = (text: string): string =>
  new URLSearchParams(text.split("#")[1] ?? "").get("enrol") ?? text.trim();
