import { useSignal } from "@preact/signals";

import { isWeakPin } from "../../domain/pin";
import { feel } from "../../ui/feedback";
import { PinPad } from "../../ui/PinPad";
import { t } from "../../ui/words";

interface Props {
  readonly problem: string;
  readonly isBusy: boolean;
  readonly onPin: (pin: string) => void;
}

/** 设口令: twice the same, and not one of those that are tried first. */
export function NewPin({ problem, isBusy, onPin }: Props) {
  const first = useSignal("");
  const fault = useSignal("");
  const take = (pin: string) => {
    if (first.value === "") {
      fault.value = isWeakPin(pin) ? t.value.pinWeak : "";
      if (fault.value === "") first.value = pin;
    } else if (pin === first.value) {
      fault.value = "";
      return onPin(pin);
    } else {
      first.value = "";
      fault.value = t.value.pinDiffers;
    }
    if (fault.value !== "") feel("ask", t.value.flash.ask);
  };
  const word = isBusy ? "" : fault.value || problem;
  return (
    <main>
      <h2>{first.value === "" ? t.value.pinNew : t.value.pinAgain}</h2>
      {word !== "" && (
        <p class="line stop" role="alert">
          {word}
        </p>
      )}
      <PinPad
        label={first.value === "" ? t.value.pinNew : t.value.pinAgain}
        disabled={isBusy}
        onPin={take}
        key={first.value === "" ? "new" : "again"}
      />
      <p role="status">{isBusy ? t.value.enrolBusy : t.value.pinWhy}</p>
    </main>
  );
}
