/** The acts of a lane. Each one looks, decides, writes down and says so; none of them waits for a network. */
import { computed, effect, signal, type ReadonlySignal, type Signal } from "@preact/signals";

import type { PackPerson } from "../../contract";
import { citizenIdFault, normaliseDocument } from "../../domain/document";
import { newId } from "../../domain/ids";
import {
  dwellingOf,
  lastSwabs,
  openTubes,
  sampledInRound,
  type LaneState,
  type LaneTube,
  type Swab,
} from "../../domain/lane";
import { bareToken, byFullNumber, isToken, search } from "../../domain/search";
import {
  chooseTube,
  mayClose,
  mayOpen,
  mayReject,
  mayStayOpen,
  type CloseReason,
  type PersonFacts,
  type RejectReason,
} from "../../domain/tubes";
import { no, type Facts, type Verdict } from "../../domain/verdict";
import type { NewEvent } from "../../store/outbox";
import { feel, type Tone } from "../../ui/feedback";
import { dayOf, timeOf, tubeCode } from "../../ui/format";
import { language, sentence, t } from "../../ui/words";
import type { App } from "../app";

export type How = "scan" | "search" | "typed";
export type Panel = "person" | "close" | "reject" | "add";

export interface Candidate {
  readonly person: PackPerson;
  readonly how: How;
}

export interface Notice {
  readonly tone: Tone;
  readonly text: string;
}

/** What quick add asks for (MT-23). */
export interface NewPerson {
  readonly name: string;
  readonly document: string;
  readonly phone: string;
  readonly building: string;
  readonly unit: string;
  readonly room: string;
  readonly note: string;
}

export const UNDO_MS = 10_000;
const RESULTS = 30;

export class LaneWork {
  readonly panel: Signal<Panel> = signal("person");
  readonly candidate: Signal<Candidate | null> = signal(null);
  readonly query: Signal<string> = signal("");
  readonly results: Signal<readonly PackPerson[]> = signal([]);
  readonly notice: Signal<Notice | null> = signal(null);
  readonly camera: Signal<boolean> = signal(false);
  /** Until when a touch is the echo of the one before: a second tap must not hit what has just come under the thumb. */
  private quietUntil = 0;

  readonly open: ReadonlySignal<readonly LaneTube[]>;
  readonly tube: ReadonlySignal<LaneTube | null>;
  readonly verdict: ReadonlySignal<Verdict | null>;
  readonly last: ReadonlySignal<readonly Swab[]>;

  constructor(readonly app: App) {
    this.open = computed(() => openTubes(app.state.value, app.laneId.value));
    const choice = computed(() => {
      const candidate = this.candidate.value;
      return candidate ? this.choose(app.state.value, candidate.person) : null;
    });
    this.verdict = computed(() => choice.value?.verdict ?? null);
    this.tube = computed(() => choice.value?.tube ?? this.open.value[0] ?? null);
    this.last = computed(() => lastSwabs(app.state.value, app.laneId.value, app.round.value?.id ?? "", 3));
    effect(() => {
      this.results.value = this.find(this.query.value);
    });
  }

  /** Something came in by camera, scanner or the return key: a sampling code, a tube, a card number, or words. */
  enter(raw: string, bySight: boolean): void {
    const text = raw.trim();
    if (text === "") return;
    const person = this.app.index.value.byToken.get(bareToken(text));
    if (person) this.show(person, "scan");
    else if (isToken(text)) this.missed("person_unknown");
    else if (this.tubeNamed(text)) void this.openTube(text);
    else if (this.byCard(text)) return;
    else if (bySight) this.missed(this.open.value.length === 0 ? "tube_unknown" : "code_unknown");
    else this.pickOnly();
  }

  /** Put a person on the screen and say at once whether they may be sampled. */
  show(person: PackPerson, how: How): void {
    const shown = this.candidate.value;
    if (shown?.person.id === person.id) return;
    if (shown && this.verdict.value?.ok) return this.say("ask", "confirm_first", { name: shown.person.name });
    this.candidate.value = { person, how };
    this.panel.value = "person";
    this.query.value = "";
    this.settle();
    const verdict = this.verdict.value;
    if (verdict && !verdict.ok) this.refuse(verdict);
    else {
      this.notice.value = null;
      if (person.flags.length > 0) feel("ask", t.value.flash.ask);
    }
  }

  dismiss(): void {
    this.candidate.value = null;
    this.panel.value = "person";
    this.query.value = "";
    this.notice.value = null;
    this.settle();
  }

  async openTube(code: string): Promise<void> {
    const { round, lane } = this.here();
    const verdict = await this.app.log.act((state) => {
      const dealt = this.tubeNamed(code);
      const mine = openTubes(state, lane);
      const known = state.tubes.get(code) ?? (dealt ? { ...dealt, round: round?.id ?? "", swabs: [] } : null);
      const verdict = mayOpen(lane, round, known, mine);
      if (!verdict.ok || !known) return { answer: verdict, events: [] };
      const { pool, capacity } = known;
      return {
        answer: verdict,
        events: [{ ...this.head(), kind: "tube_opened", tube: code, pool, capacity }],
      };
    });
    this.query.value = "";
    if (!verdict.ok) return this.refuse(verdict);
    this.well(t.value.opened(tubeCode(code)));
    const waiting = this.verdict.value;
    if (waiting && !waiting.ok) this.refuse(waiting);
  }

  /** The registrar has read the name aloud and the person nodded: bind the swab to the tube. */
  async confirm(): Promise<void> {
    const candidate = this.candidate.value;
    if (!candidate || this.isEcho()) return;
    this.settle();
    const { person, how } = candidate;
    const done = await this.app.log.act((state) => {
      const { tube, verdict } = this.choose(state, person);
      const event = verdict.ok && tube ? this.sample(tube, person.id, verdict, how) : null;
      return { answer: { verdict, tube }, events: event ? [event] : [] };
    });
    this.after(done.verdict, done.tube, person);
  }

  /** Somebody the pack does not know: written down and sampled in one step (MT-23). */
  async add(found: NewPerson): Promise<void> {
    if (this.isEcho()) return;
    this.settle();
    const id = newId();
    const facts = { id, dwelling: dwellingOf(found), mix: "", single: false };
    const done = await this.app.log.act((state) => {
      const { lane, round } = this.here();
      const choice = chooseTube(round, openTubes(state, lane), facts, null, this.app.lane.value?.pool ?? "");
      const sample =
        choice.tube && choice.verdict.ok ? this.sample(choice.tube, id, choice.verdict, "typed") : null;
      if (!sample) return { answer: choice, events: [] };
      return {
        answer: choice,
        events: [{ ...this.head(), kind: "person_found" as const, person: id, ...found }, sample],
      };
    });
    if (done.verdict.ok) this.panel.value = "person";
    this.after(done.verdict, done.tube, { name: found.name });
  }

  /** Within ten seconds: that was the wrong one. */
  async undo(swab: Swab): Promise<void> {
    const verdict = await this.giveBack(swab, "wrong_person");
    if (verdict.ok)
      this.well(t.value.undone(this.nameOf(swab.person)), "ask", t.value.flashBack(swab.position));
    else this.refuse(verdict);
  }

  async reject(swab: Swab, reason: RejectReason): Promise<void> {
    const verdict = await this.giveBack(swab, reason);
    if (!verdict.ok) return this.refuse(verdict);
    this.panel.value = "person";
    this.well(
      t.value.givenBack(this.nameOf(swab.person), swab.position),
      "ask",
      t.value.flashBack(swab.position),
    );
  }

  async close(code: string, spoken: number, reason: CloseReason): Promise<void> {
    const verdict = await this.app.log.act((state) => {
      const verdict = mayClose(state.tubes.get(code) ?? null, spoken, reason);
      const event = {
        ...this.head(state.tubes.get(code)?.round),
        kind: "tube_closed" as const,
        tube: code,
        reason,
        spoken,
      };
      return { answer: verdict, events: verdict.ok ? [event] : [] };
    });
    if (!verdict.ok) return this.refuse(verdict);
    this.panel.value = "person";
    this.well(t.value.closedTube(tubeCode(code), spoken));
  }

  /** Full, or too long since the first swab: what the tube asks for now. */
  overdue(tube: LaneTube, now: number): Verdict {
    return mayStayOpen(tube, now, this.app.round.value?.tube_minutes ?? null);
  }

  nameOf(person: string): string {
    return this.app.person(person)?.name ?? "—";
  }

  refuse(verdict: Verdict): void {
    const isWayOn = ["tube_full", "tube_time", "no_tube_open", "pool_mixed", "tube_mixed"].includes(
      verdict.code,
    );
    this.say(isWayOn ? "ask" : "stop", verdict.code, verdict.facts);
  }

  isEcho(): boolean {
    return Date.now() < this.quietUntil;
  }

  settle(): void {
    this.quietUntil = Date.now() + 350;
  }

  private choose(state: LaneState, person: PackPerson): { tube: LaneTube | null; verdict: Verdict } {
    const { lane, round } = this.here();
    const facts: PersonFacts = {
      id: person.id,
      dwelling: dwellingOf(person),
      mix: person.mix ?? "",
      single: person.flags.includes("single"),
    };
    const sampled = sampledInRound(state, round?.id ?? "", person);
    const choice = chooseTube(round, openTubes(state, lane), facts, sampled, this.app.lane.value?.pool ?? "");
    if (choice.verdict.code !== "no_tube_open" || !facts.single) return choice;
    return { ...choice, verdict: no("no_tube_open", { pool: "single" }) };
  }

  private sample(tube: LaneTube, person: string, verdict: Verdict, how: How): NewEvent {
    const position = Number(verdict.facts["position"]);
    return { ...this.head(), kind: "sample", tube: tube.code, position, person, how };
  }

  private after(verdict: Verdict, tube: LaneTube | null, person: { readonly name: string }): void {
    if (!verdict.ok || !tube) return this.refuse(verdict);
    const position = Number(verdict.facts["position"]);
    const done = t.value.taken(person.name, position);
    this.candidate.value = null;
    const now = this.app.state.value.tubes.get(tube.code);
    if (!now || now.swabs.length < now.capacity)
      return this.well(done, "ok", `${position} / ${tube.capacity}`);
    const isFull = sentence("tube_full", this.spoken(this.overdue(now, Date.now()).facts));
    this.panel.value = "close";
    this.well(`${done} · ${isFull}`, "ask", `${position} / ${tube.capacity} ${t.value.flashFull}`);
  }

  private giveBack(swab: Swab, reason: RejectReason): Promise<Verdict> {
    return this.app.log.act((state) => {
      const verdict = mayReject(state.tubes.get(swab.tube) ?? null, swab.position, reason);
      const isLive = state.swabs.has(swab.id);
      const answer = verdict.ok && !isLive ? no("position_empty", { position: swab.position }) : verdict;
      const event = { ...this.head(swab.round), kind: "sample_rejected" as const, sample: swab.id, reason };
      return { answer, events: answer.ok ? [event] : [] };
    });
  }

  private here() {
    return { lane: this.app.laneId.value, round: this.app.round.value };
  }

  private head(round = this.app.round.value?.id ?? "") {
    const now = Date.now();
    return { id: newId(now), at: new Date(now).toISOString(), round, lane: this.app.laneId.value };
  }

  private tubeNamed(code: string) {
    return this.app.pack.value?.tubes.find((tube) => tube.code === code);
  }

  /** A card reader types the whole number; the pack knows only its ends, so the age has to agree as well. */
  private byCard(text: string): boolean {
    const number = normaliseDocument(text);
    const today = dayOf(Date.now());
    if (citizenIdFault(number, today) !== null) return false;
    const people = byFullNumber(this.app.index.value, number, today);
    const [only] = people;
    if (only && people.length === 1) this.show(only, "scan");
    else {
      this.query.value = number.slice(-4);
      this.results.value = people;
      this.say(people.length === 0 ? "stop" : "ask", "person_unknown");
    }
    return true;
  }

  private pickOnly(): void {
    const [only, second] = this.results.value;
    if (only && !second) this.show(only, "search");
  }

  private find(query: string): readonly PackPerson[] {
    const found = search(this.app.foundIndex.value, query, RESULTS);
    return [...found, ...search(this.app.index.value, query, RESULTS)].slice(0, RESULTS);
  }

  /** Nothing here goes by that code; the field is empty again for the next. */
  private missed(code: "person_unknown" | "tube_unknown" | "code_unknown"): void {
    this.query.value = "";
    this.say("stop", code);
  }

  private say(tone: Tone, code: string, facts: Facts = {}): void {
    this.notice.value = { tone, text: sentence(code, this.spoken(facts)) };
    feel(tone, t.value.flash[tone]);
  }

  private well(text: string, tone: Tone = "ok", word = t.value.flash[tone]): void {
    this.notice.value = { tone, text };
    feel(tone, word);
  }

  /** Facts as people read them: tubes in fours, times as times. */
  private spoken(facts: Facts): Facts {
    const { tube, at } = facts;
    return {
      ...facts,
      ...(typeof tube === "string" ? { tube: tubeCode(tube) } : {}),
      ...(typeof at === "string" ? { at: timeOf(at, language.value) } : {}),
    };
  }
}
