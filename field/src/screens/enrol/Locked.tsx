import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { useApp } from "../app";
import { TRIES_UNTIL_EMPTY } from "../../domain/pin";
import { feel } from "../../ui/feedback";
import { timeOf } from "../../ui/format";
import { spanOf } from "../../ui/span";
import { PinPad } from "../../ui/PinPad";
import { language, t } from "../../ui/words";

/** 输入口令: what is unsent is said here too; nobody has to open the phone to know that it still owes. */
export function Locked({ onForgotten }: { readonly onForgotten: () => void }) {
  const app = useApp();
  const isBusy = useSignal(false);
  const tries = app.lock.value?.tries ?? 0;
  const wait = useWait(app.lock.value?.notBefore ?? 0);
  const { count, since } = app.debt.value;
  const take = async (pin: string) => {
    isBusy.value = true;
    const answer = await app.unlock(pin);
    isBusy.value = false;
    if (answer.kind === "open") feel("ok", t.value.flash.ok);
    else feel("stop", t.value.flash.stop);
  };
  const word = isBusy.value ? "" : wordOn(tries, wait);
  return (
    <>
      <main>
        <h2>{t.value.pinAsk}</h2>
        {count > 0 && <p class="line ask">{t.value.unsent(count, timeOf(since, language.value))}</p>}
        {isBusy.value && <p>{t.value.pinBusy}</p>}
        {word !== "" && (
          <p class="line stop" role="alert">
            {word}
          </p>
        )}
        <PinPad label={t.value.pinAsk} disabled={isBusy.value || wait > 0} onPin={(pin) => void take(pin)} />
      </main>
      <footer>
        <div class="row others">
          <button type="button" onClick={onForgotten}>
            {t.value.pinForgotten}
          </button>
        </div>
      </footer>
    </>
  );
}

function wordOn(tries: number, wait: number): string {
  if (tries === 0) return "";
  const left = TRIES_UNTIL_EMPTY - tries;
  const wrong = left > 0 ? t.value.pinWrong(left) : t.value.pinEmptied;
  return wait > 0 ? `${wrong} ${t.value.pinWait(spanOf(wait))}` : wrong;
}

/** Milliseconds until then, counted down. */
function useWait(until: number): number {
  const left = useSignal(Math.max(0, until - Date.now()));
  useEffect(() => {
    const count = () => (left.value = Math.max(0, until - Date.now()));
    count();
    const timer = setInterval(count, 500);
    return () => clearInterval(timer);
  }, [until, left]);
  return left.value;
}
