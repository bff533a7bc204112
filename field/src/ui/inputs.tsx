/** The few ways in which something is typed or chosen. */
interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly mode?: "text" | "tel" | "decimal";
  readonly hint?: string;
  readonly onInput: (value: string) => void;
}

export function Field({ label, value, mode = "text", hint = "", onInput }: FieldProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        value={value}
        inputMode={mode}
        placeholder={hint}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}

interface DayProps {
  readonly label: string;
  readonly value: string;
  readonly max: string;
  readonly onInput: (value: string) => void;
}

export function Day({ label, value, max, onInput }: DayProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <input type="date" value={value} max={max} onInput={(event) => onInput(event.currentTarget.value)} />
    </label>
  );
}

interface TickProps {
  readonly label: string;
  readonly on: boolean;
  readonly onTick: (on: boolean) => void;
}

export function Tick({ label, on, onTick }: TickProps) {
  return (
    <label class="tick">
      <input type="checkbox" checked={on} onChange={(event) => onTick(event.currentTarget.checked)} />
      <span>{label}</span>
    </label>
  );
}

interface ChoicesProps<Key extends string> {
  readonly label: string;
  readonly keys: readonly Key[];
  readonly words: Readonly<Record<Key, string>>;
  readonly chosen: Key | "";
  readonly onChoose: (key: Key) => void;
}

/** One of a few, each a target for a glove. */
export function Choices<Key extends string>({ label, keys, words, chosen, onChoose }: ChoicesProps<Key>) {
  const id = `choice-${keys.join("-")}`;
  return (
    <>
      <p id={id}>{label}</p>
      <div class="choices" role="group" aria-labelledby={id}>
        {keys.map((key) => (
          <button type="button" key={key} aria-pressed={chosen === key} onClick={() => onChoose(key)}>
            {words[key]}
          </button>
        ))}
      </div>
    </>
  );
}
