import { useSignal } from "@preact/signals";

import { useApp } from "../app";
import { feel } from "../../ui/feedback";
import { Scanner } from "../../ui/Scanner";
import { t } from "../../ui/words";

interface Props {
  readonly code: string;
  readonly onDone: () => void;
}

/** 登记设备: a one-time code from the point chief's screen, and a name people will know the phone by. */
export function Enrol({ code: given, onDone }: Props) {
  const app = useApp();
  const code = useSignal(given);
  const name = useSignal("");
  const camera = useSignal(false);
  const isBusy = useSignal(false);
  const problem = useSignal("");
  const device = app.device.value;
  const send = async (event: Event) => {
    event.preventDefault();
    isBusy.value = true;
    const result = await app.enrol(code.value.trim(), name.value.trim());
    isBusy.value = false;
    if (result === "ok") {
      feel("ok", t.value.flash.ok);
      return onDone();
    }
    problem.value =
      result === "away"
        ? t.value.enrolAway
        : result.code === "enrolment_expired"
          ? t.value.enrolExpired
          : t.value.enrolDeclined(result.code);
    feel("stop", t.value.flash.stop);
  };
  return (
    <form class="screen" onSubmit={(event) => void send(event)}>
      <main>
        <h2>{t.value.enrolTitle}</h2>
        {device?.state === "well" ? <p class="line ask">{t.value.enrolAgain(device.name)}</p> : null}
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
        <label class="field">
          <span>{t.value.enrolCode}</span>
          <input
            value={code.value}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            onInput={(event) => (code.value = event.currentTarget.value)}
          />
        </label>
        <label class="field">
          <span>{t.value.enrolName}</span>
          <input
            value={name.value}
            placeholder={t.value.enrolNameHint}
            maxLength={60}
            autocomplete="off"
            onInput={(event) => (name.value = event.currentTarget.value)}
          />
        </label>
        {problem.value !== "" && (
          <p class="line stop" role="alert">
            {problem.value}
          </p>
        )}
      </main>
      <footer>
        <button
          type="submit"
          class="main go"
          disabled={isBusy.value || code.value.trim() === "" || name.value.trim() === ""}
        >
          {isBusy.value ? t.value.enrolBusy : t.value.enrolNow}
        </button>
        {device && (
          <div class="row others">
            <button type="button" onClick={onDone}>
              {t.value.back}
            </button>
          </div>
        )}
      </footer>
    </form>
  );
}

/** The code itself, or the link that a phone's own camera would open. */
export const codeIn = (text: string): string =>
  new URLSearchParams(text.split("#")[1] ?? "").get("enrol") ?? text.trim();
