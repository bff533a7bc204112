import { useApp } from "../app";
import { sampledInRound } from "../../domain/lane";
import { withGap } from "../../domain/names";
import { t } from "../../ui/words";
import { bodyLine } from "./PersonCard";
import type { LaneWork } from "./work";

/** 一户一管: who else lives here, until the tube is closed. A touch puts them on the screen. */
export function Household({ work }: { readonly work: LaneWork }) {
  const app = useApp();
  const tube = work.tube.value;
  const [first] = tube?.swabs ?? [];
  if (!tube || tube.pool !== "household" || !first || first.dwelling === "") return null;
  const members = (app.pack.value?.people ?? []).filter((each) => app.homeOf.value(each) === first.dwelling);
  const left = members.filter((each) => !sampledInRound(app.state.value, tube.round, each));
  return (
    <section class="results">
      <p>{left.length === 0 ? t.value.householdDone : t.value.householdLeft(left.length)}</p>
      <ul>
        {left.map((person) => (
          <li key={person.id}>
            <button type="button" onClick={() => work.show(person, "search")}>
              <b>{withGap(person.name)}</b>
              <span>{bodyLine(person)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
