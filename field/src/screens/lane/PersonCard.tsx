import { useEffect, useRef, useState } from "preact/hooks";

import type { PackPerson } from "../../contract";
import { hasRare, spell, withGap } from "../../domain/names";
import { Sign } from "../../ui/Sign";
import { t } from "../../ui/words";
import { Carried } from "./Carried";
import type { Candidate, LaneWork } from "./work";

/** Who stands here, as far as a lane may know, and what to do; then what to read aloud (MT-21, ID-43). */
export function PersonCard({ candidate, work }: { readonly candidate: Candidate; readonly work: LaneWork }) {
  const { person } = candidate;
  const card = useRef<HTMLElement>(null);
  useEffect(() => card.current?.scrollIntoView({ block: "nearest" }), [person]);
  return (
    <>
      <section class="person" ref={card}>
        <h2 class="name">{withGap(person.name)}</h2>
        <p class="row spread">
          <span>{bodyLine(person)}</span>
          <span class="number">
            {person.masked === "" ? t.value.noNumber : person.masked.replace(/\*+/, "••••••••")}
          </span>
        </p>
        <p>{person.address}</p>
        {advice(person).map((words) => (
          <p class="line ask" key={words}>
            <Sign tone="ask" />
            {words}
          </p>
        ))}
        {work.verdict.value?.ok !== false && <Carried work={work} />}
      </section>
      {work.verdict.value?.ok !== false && <ReadAloud person={person} key={person.id} />}
    </>
  );
}

/** Until then a tube is in nobody's hands but the staff's (MT-13), and somebody comes along (LE-40). */
const GROWN_UP = 18;

/** What to do, never why (MT-21). */
function advice({ flags, age }: PackPerson): readonly string[] {
  const told = flags.map((flag) => t.value.flag[flag] ?? t.value.flagUnknown);
  if (age === null || age >= GROWN_UP) return told;
  return [...told, flags.includes("priority") ? t.value.child : t.value.childTube];
}

function ReadAloud({ person }: { readonly person: PackPerson }) {
  const isRare = hasRare(person.name);
  const [isAsked, ask] = useState(isRare);
  const says =
    person.tail === ""
      ? t.value.readDoor(withGap(person.name), person.address)
      : t.value.readName(withGap(person.name), person.tail);
  return (
    <section class="aloud">
      {isAsked ? (
        <Spelled person={person} />
      ) : (
        <div class="row spread">
          <p>
            {t.value.readAloud}
            <b>{says}</b>
          </p>
          <button type="button" onClick={() => ask(true)}>
            {t.value.spellIt}
          </button>
        </div>
      )}
    </section>
  );
}

/** One box a character with its reading beneath: also for a phone whose fonts lack the character. */
function Spelled({ person }: { readonly person: PackPerson }) {
  const spoken = spell(person.name, person.pinyin, person.initials);
  const isTold = spoken.some(({ reading }) => reading !== "");
  return (
    <>
      <p>{t.value.spellHint(person.tail)}</p>
      <ol class="spelled">
        {spoken.map(({ character, reading }, i) => (
          <li key={i}>
            <b>{character}</b>
            <span>{reading}</span>
          </li>
        ))}
      </ol>
      {!isTold && person.pinyin !== "" && <p>{person.pinyin.split(" ")[0]}</p>}
    </>
  );
}

export const bodyLine = ({ sex, age }: PackPerson): string =>
  [t.value.sex[sex] ?? sex, age === null ? "" : t.value.age(age)].filter((part) => part !== "").join(" ");
