import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { useApp } from "../app";
import { withGap } from "../../domain/names";
import { tubeCode } from "../../ui/format";
import { t } from "../../ui/words";
import { bodyLine } from "./PersonCard";
import type { LaneWork } from "./work";

interface Props {
  readonly work: LaneWork;
  /** A person waits on the screen and needs a tube: the big button says so. */
  readonly forTube?: boolean;
}

/**
 * The way in: camera, a scanner that types, or words. The field holds the cursor for the scanner without calling
 * the phone's keyboard up; a touch on it does that.
 */
export function Find({ work, forTube = false }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const wantsKeys = useSignal(false);
  const needsTube = forTube || work.tube.value === null;
  useEffect(() => {
    if (!work.camera.value) field.current?.focus({ preventScroll: true });
  }, [work, work.camera.value]);
  const submit = (event: Event) => {
    event.preventDefault();
    const text = work.query.value;
    wantsKeys.value = false;
    work.enter(text, false);
  };
  if (work.camera.value) return null;
  return (
    <form class="find" onSubmit={submit}>
      <input
        ref={field}
        type="search"
        enterkeyhint="search"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        inputMode={wantsKeys.value ? "search" : "none"}
        placeholder={t.value.entry}
        aria-label={t.value.entry}
        value={work.query.value}
        onPointerDown={() => (wantsKeys.value = true)}
        onBlur={() => (wantsKeys.value = false)}
        onInput={(event) => (work.query.value = event.currentTarget.value)}
      />
      {work.query.value === "" && (
        <button
          type="button"
          class={needsTube ? "main go" : "main"}
          onClick={() => (work.camera.value = true)}
        >
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M4 8V5a1 1 0 011-1h3M16 4h3a1 1 0 011 1v3M20 16v3a1 1 0 01-1 1h-3M8 20H5a1 1 0 01-1-1v-3M7 12h10" />
          </svg>
          {needsTube ? t.value.goOpen : t.value.scan}
        </button>
      )}
    </form>
  );
}

/** Who and which tube the words may mean. */
export function Results({ work }: { readonly work: LaneWork }) {
  const app = useApp();
  const query = work.query.value.trim();
  if (query === "")
    return work.tube.value && !work.camera.value ? (
      <section class="ready">
        <h2>{t.value.ready}</h2>
        <p>{t.value.readyHint}</p>
      </section>
    ) : null;
  const people = work.results.value;
  const tubes = /^\d{4,}$/.test(query)
    ? (app.pack.value?.tubes ?? []).filter(
        ({ code, lane }) => lane === app.laneId.value && code.endsWith(query),
      )
    : [];
  return (
    <section class="results" aria-live="polite">
      <p>{people.length + tubes.length === 0 ? t.value.nobody(query) : t.value.foundCount(people.length)}</p>
      <ul>
        {tubes.map(({ code }) => (
          <li key={code}>
            <button type="button" onClick={() => void work.openTube(code)}>
              <b>{t.value.openThis(tubeCode(code))}</b>
            </button>
          </li>
        ))}
        {people.map((person) => (
          <li key={person.id}>
            <button type="button" onClick={() => work.show(person, "search")}>
              <b>{withGap(person.name)}</b>
              <span>
                {bodyLine(person)} · {person.address} · {person.tail}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {people.length + tubes.length === 0 && work.tube.value && (
        <button type="button" class="wide" onClick={() => (work.panel.value = "add")}>
          {t.value.addPerson}
        </button>
      )}
    </section>
  );
}
