import { useSignal } from "@preact/signals";

import { useApp } from "../app";
import { ageOn, birthOf, citizenIdFault, looksLikeCitizenId, normaliseDocument } from "../../domain/document";
import { withGap } from "../../domain/names";
import { possibleDuplicates } from "../../domain/search";
import { dayOf } from "../../ui/format";
import { Field, Tick } from "../../ui/inputs";
import { t } from "../../ui/words";
import { Carried } from "./Carried";
import { NoticeLine } from "./Lane";
import { bodyLine } from "./PersonCard";
import type { LaneWork, NewPerson } from "./work";

const EMPTY: NewPerson = { name: "", document: "", phone: "", building: "", unit: "", room: "", note: "" };

/** 新人登记: the least that is needed (MT-23), and a look whether the person is on the list after all. */
export function AddPerson({ work }: { readonly work: LaneWork }) {
  const app = useApp();
  const typed = useSignal(EMPTY);
  const hasNone = useSignal(false);
  const keepsFault = useSignal(false);
  const wasAsked = useSignal(false);
  const document = hasNone.value ? "" : normaliseDocument(typed.value.document);
  const word = aboutNumber(document);
  const missing = firstMissing(
    { ...typed.value, document },
    hasNone.value,
    word.isFault && !keepsFault.value,
  );
  const change = (name: keyof NewPerson) => (value: string) => {
    typed.value = { ...typed.value, [name]: value };
    if (name === "document") keepsFault.value = false;
  };
  const maybe = possibleDuplicates(app.index.value, { ...typed.value, document }).slice(0, 5);
  const save = (event: Event) => {
    event.preventDefault();
    wasAsked.value = true;
    if (missing !== "") return;
    const note = word.isFault ? t.value.documentAsShown : "";
    void work.add({ ...trimmed(typed.value), document, note });
  };
  return (
    <form class="screen" onSubmit={save}>
      <main>
        <h2>{t.value.addTitle}</h2>
        <NoticeLine work={work} />
        <Carried work={work} />
        <Field label={t.value.addName} value={typed.value.name} onInput={change("name")} />
        {maybe.length > 0 && (
          <section class="results">
            <p>{t.value.addMaybe}</p>
            <ul>
              {maybe.map((person) => (
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
          </section>
        )}
        {!hasNone.value && (
          <Field label={t.value.addDocument} value={typed.value.document} onInput={change("document")} />
        )}
        {!hasNone.value && word.text !== "" && (
          <p class={word.isFault ? "line ask" : "line ok"}>{word.text}</p>
        )}
        {word.isFault && (
          <Tick label={t.value.addAnyway} on={keepsFault.value} onTick={(on) => (keepsFault.value = on)} />
        )}
        <Tick label={t.value.addNoDocument} on={hasNone.value} onTick={(on) => (hasNone.value = on)} />
        <Field label={t.value.addPhone} value={typed.value.phone} onInput={change("phone")} mode="tel" />
        <div class="row doors">
          <Field label={t.value.addBuilding} value={typed.value.building} onInput={change("building")} />
          <Field label={t.value.addUnit} value={typed.value.unit} onInput={change("unit")} />
          <Field label={t.value.addRoom} value={typed.value.room} onInput={change("room")} />
        </div>
      </main>
      <footer>
        {wasAsked.value && missing !== "" && (
          <p class="line ask" role="alert">
            {missing}
          </p>
        )}
        <button type="submit" class="main go">
          {t.value.addSave}
        </button>
        <div class="row others">
          <button type="button" onClick={() => work.dismiss()}>
            {t.value.back}
          </button>
        </div>
      </footer>
    </form>
  );
}

/** What the check of the number says, while it is typed. */
function aboutNumber(document: string): { readonly text: string; readonly isFault: boolean } {
  if (document === "") return { text: "", isFault: false };
  if (!looksLikeCitizenId(document)) return { text: t.value.documentOther, isFault: false };
  const today = dayOf(Date.now());
  const fault = citizenIdFault(document, today);
  if (fault) return { text: t.value.documentFault[fault], isFault: true };
  const sex = Number(document[16]) % 2 === 1 ? "男" : "女";
  return {
    text: t.value.documentGood(t.value.sex[sex] ?? sex, ageOn(birthOf(document), today)),
    isFault: false,
  };
}

function firstMissing(typed: NewPerson, hasNone: boolean, isFaulty: boolean): string {
  if (typed.name.trim() === "") return t.value.addNeedsName;
  if (typed.document === "" && !hasNone) return t.value.addNeedsDocument;
  if (isFaulty) return aboutNumber(typed.document).text;
  if (typed.building.trim() === "" && typed.room.trim() === "") return t.value.addNeedsPlace;
  return "";
}

function trimmed(typed: NewPerson): NewPerson {
  const { name, document, phone, building, unit, room, note } = typed;
  const trim = (text: string) => text.normalize("NFC").trim();
  return {
    name: trim(name),
    document,
    phone: phone.replace(/[^\d+]/g, ""),
    building: trim(building),
    unit: trim(unit),
    room: trim(room),
    note,
  };
}
