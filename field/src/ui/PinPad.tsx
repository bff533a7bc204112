/** Six digits, by thumb in a glove or by keyboard. What was typed is shown as dots and goes away with the sixth. */
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { PIN_LENGTH } from "../domain/pin";
import { t } from "./words";

interface Props {
  readonly label: string;
  readonly disabled?: boolean;
  readonly onPin: (pin: string) => void;
}

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

export function PinPad({ label, disabled = false, onPin }: Props) {
  const typed = useSignal("");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!disabled) field.current?.focus({ preventScroll: true });
  }, [disabled, label]);
  const take = (text: string) => {
    if (disabled) return;
    const digits = text.replace(/\D/g, "").slice(0, PIN_LENGTH);
    const isWhole = digits.length === PIN_LENGTH;
    typed.value = isWhole ? "" : digits;
    // The same text twice would leave what the browser shows as it was.
    if (isWhole && field.current) field.current.value = "";
    if (isWhole) onPin(digits);
  };
  return (
    <section class="pin">
      <input
        ref={field}
        type="password"
        inputMode="none"
        autocomplete="off"
        maxLength={PIN_LENGTH}
        aria-label={label}
        disabled={disabled}
        value={typed.value}
        onInput={(event) => take(event.currentTarget.value)}
      />
      <p class="dots" aria-hidden="true">
        {Array.from({ length: PIN_LENGTH }, (_, i) => (
          <i key={i} class={i < typed.value.length ? "typed" : ""} />
        ))}
      </p>
      <div class="keys">
        {DIGITS.map((digit) => (
          <button type="button" key={digit} disabled={disabled} onClick={() => take(typed.value + digit)}>
            {digit}
          </button>
        ))}
        <span />
        <button type="button" disabled={disabled} onClick={() => take(`${typed.value}0`)}>
          0
        </button>
        <button
          type="button"
          aria-label={t.value.pinBack}
          disabled={disabled || typed.value === ""}
          onClick={() => (typed.value = typed.value.slice(0, -1))}
        >
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M9 6h11v12H9l-6-6zM12 10l4 4M16 10l-4 4" />
          </svg>
        </button>
      </div>
    </section>
  );
}
