/** The acts of a lane. Each one looks, decides, writes down and says so; none of them waits for a network. */
import { computed, effect, signal, type ReadonlySignal, type Signal } from "@preact/signals";

import type { PackPerson } from "../../contract";
import { isBindable } from "../../domain/codes";
import { citizenIdFault, normaliseDocument } from "../../domain/document";
import { newId } from "../../domain/ids";
import {
  lastSwabs,
  mixOf,
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
  looksLikeTube,
  mayOpen,
  mayReject,
  mayRepeat,
  mayStayOpen,
  type CloseReason,
  type PersonFacts,
  type RejectReason,
  type RepeatReason,
} from "../../domain/tubes";
import { no, type Facts, type Verdict } from "../../domain/verdict";
import type { Decision } from "../../store/log";
import { isFull } from "../../store/trouble";
import { feel, type Tone } from "../../ui/feedback";
import { dayOf, timeOf, tubeCode } from "../../ui/format";
import { language, sentence, t } from "../../ui/words";
import type { App } from "../app";
import { Boxing } from "./boxing";

export type How = "scan" | "search" | "typed";
export type Panel = "person" | "close" | "reject" | "add" | "repeat" | "elsewhere" | "box" | "hand";

export interface Candidate {
  readonly person: PackPerson;
  readonly how: How;
}

/** The last word, kept as what makes it: another language says it anew. */
export interface Notice {
  readonly tone: Tone;
  readonly words: () => string;
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

/** A proof of having been sampled elsewhere (MT-22). */
export interface Proof {
  readonly place: string;
  readonly proof: string;
  readonly taken_on: string;
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
  /** A code that nobody here goes by: it is bound to whom it is found to belong to (code_bound). */
  readonly carried: Signal<string> = signal("");
  readonly boxing: Boxing;
  /** Until when a touch is the echo of the one before: a second tap must not hit what has just come under the thumb. */
  private quietUntil = 0;

  readonly open: ReadonlySignal<readonly LaneTube[]>;
  /** Open here, but the pack says that something else was decided: two phones, or voided. */
  readonly taken: ReadonlySignal<readonly LaneTube[]>;
  readonly tube: ReadonlySignal<LaneTube | null>;
  readonly verdict: ReadonlySignal<Verdict | null>;
  readonly last: ReadonlySignal<readonly Swab[]>;

  constructor(readonly app: App) {
    this.boxing = new Boxing(this);
    this.open = computed(() => this.openIn(app.state.value));
    this.taken = computed(() =>
      openTubes(app.state.value, app.laneId.value).filter(({ code }) => this.isTakenAway(code)),
    );
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
    this.app.touched();
    if (this.panel.value === "box") return this.boxing.scan(text);
    const token = bareToken(text);
    const person = this.byToken(token);
    if (person) this.show(person, "scan");
    else if (isToken(text)) this.carry(token);
    else if (this.tubeNamed(text) || this.app.state.value.tubes.has(text)) void this.openTube(text);
    else if (this.byCard(text)) return;
    else if (bySight) this.strange(text);
    else if (this.results.value.length === 0 && this.isTubeLike(text)) this.noTube();
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
    this.carried.value = "";
    this.panel.value = "person";
    this.query.value = "";
    this.notice.value = null;
    this.settle();
  }

  async openTube(code: string): Promise<void> {
    const { round, lane } = this.here();
    const verdict = await this.act((state) => {
      const dealt = this.tubeNamed(code);
      const mine = this.openIn(state);
      const known = state.tubes.get(code) ?? (dealt ? { ...dealt, round: round?.id ?? "", swabs: [] } : null);
      const verdict = mayOpen(lane, round, known, mine);
      if (!verdict.ok || !known) return { answer: verdict, events: [] };
      const { pool, capacity } = known;
      return {
        answer: verdict,
        events: [{ ...this.head(), kind: "tube_opened", tube: code, pool, capacity }],
      };
    });
    if (!verdict) return;
    this.query.value = "";
    if (!verdict.ok) return this.refuse(verdict);
    this.well(() => t.value.opened(tubeCode(code)));
    const waiting = this.verdict.value;
    if (waiting && !waiting.ok) this.refuse(waiting);
  }

  /** The registrar has read the name aloud and the person nodded: bind the swab to the tube. */
  async confirm(): Promise<void> {
    const candidate = this.candidate.value;
    if (!candidate || this.isEcho()) return;
    this.settle();
    const { person, how } = candidate;
    const token = this.carried.value;
    const done = await this.act((state) => {
      const { tube, verdict } = this.choose(state, person);
      const event = verdict.ok && tube ? this.sample(tube, person.id, verdict, how) : null;
      const bound = { ...this.head(), kind: "code_bound" as const, person: person.id, token };
      return {
        answer: { verdict, tube },
        events: event ? [...(token === "" ? [] : [bound]), event] : [],
      };
    });
    if (done) this.after(done.verdict, done.tube, person);
  }

  /** A second swab in this round, because a supervisor said so by name (MT-22). The person counts once. */
  async repeat(reason: RepeatReason | "", allowedBy: string): Promise<void> {
    const candidate = this.candidate.value;
    if (!candidate || this.isEcho()) return;
    this.settle();
    const { person, how } = candidate;
    const done = await this.act((state) => {
      const allowed = mayRepeat(reason, allowedBy);
      if (!allowed.ok || reason === "") return { answer: { verdict: allowed, tube: null }, events: [] };
      const { tube, verdict } = this.choose(state, person, true);
      if (!verdict.ok || !tube) return { answer: { verdict, tube }, events: [] };
      const event = this.sample(tube, person.id, verdict, how);
      return {
        answer: { verdict, tube },
        events: [{ ...event, repeat: reason, allowed_by: allowedBy.trim() }],
      };
    });
    if (!done) return;
    if (done.verdict.ok) this.panel.value = "person";
    this.after(done.verdict, done.tube, person);
  }

  /** Shows a proof of having been sampled elsewhere: written down, no swab (MT-22, MT-40). */
  async elsewhere(proof: Proof): Promise<void> {
    const candidate = this.candidate.value;
    if (!candidate || this.isEcho()) return;
    this.settle();
    const { person } = candidate;
    const done = await this.act(() => {
      const event = { ...this.head(), kind: "sampled_elsewhere" as const, person: person.id, ...proof };
      return { answer: true, events: [event] };
    });
    if (!done) return;
    this.dismiss();
    this.well(() => t.value.notedElsewhere(person.name));
  }

  /** Somebody the pack does not know: written down and sampled in one step (MT-23). */
  async add(found: NewPerson): Promise<void> {
    if (this.isEcho()) return;
    this.settle();
    const id = newId();
    const facts = { id, dwelling: this.app.homeOf.value(found), mix: "", single: false };
    const token = this.carried.value;
    const done = await this.act((state) => {
      const { round } = this.here();
      const choice = chooseTube(round, this.openIn(state), facts, null, this.app.lane.value?.pool ?? "");
      const sample =
        choice.tube && choice.verdict.ok ? this.sample(choice.tube, id, choice.verdict, "typed") : null;
      if (!sample) return { answer: choice, events: [] };
      return {
        answer: choice,
        events: [
          { ...this.head(), kind: "person_found" as const, person: id, ...found },
          ...(token === "" ? [] : [{ ...this.head(), kind: "code_bound" as const, person: id, token }]),
          sample,
        ],
      };
    });
    if (!done) return;
    if (done.verdict.ok) this.panel.value = "person";
    this.after(done.verdict, done.tube, { name: found.name });
  }

  /** Within ten seconds: that was the wrong one. */
  async undo(swab: Swab): Promise<void> {
    const verdict = await this.giveBack(swab, "wrong_person");
    if (!verdict) return;
    const name = this.nameOf(swab.person);
    if (verdict.ok) this.well(() => t.value.undone(name), "ask", t.value.flashBack(swab.position));
    else this.refuse(verdict);
  }

  async reject(swab: Swab, reason: RejectReason): Promise<void> {
    const verdict = await this.giveBack(swab, reason);
    if (!verdict) return;
    if (!verdict.ok) return this.refuse(verdict);
    this.panel.value = "person";
    const name = this.nameOf(swab.person);
    this.well(() => t.value.givenBack(name, swab.position), "ask", t.value.flashBack(swab.position));
  }

  async close(code: string, spoken: number, reason: CloseReason): Promise<void> {
    const verdict = await this.act((state) => {
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
    if (!verdict) return;
    if (!verdict.ok) return this.refuse(verdict);
    this.panel.value = "person";
    this.well(() => t.value.closedTube(tubeCode(code), spoken));
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

  /** Write one act down, or say that it could not be written: then it has not happened. */
  async act<Answer>(decide: (state: LaneState) => Decision<Answer>): Promise<Answer | null> {
    this.app.touched();
    try {
      return await this.app.log.act(decide);
    } catch (problem) {
      this.app.troubled(problem);
      this.say("stop", isFull(problem) ? "storage_full" : "storage_shut");
      return null;
    }
  }

  /** Whose code this is: of the pack, or bound here since. */
  private byToken(token: string): PackPerson | undefined {
    const bound = this.app.state.value.bound.get(token);
    return (
      this.app.index.value.byToken.get(token) ?? (bound === undefined ? undefined : this.app.person(bound))
    );
  }

  /** What the pack says of a tube weighs more than this phone's own last act on it. */
  private isTakenAway(code: string): boolean {
    return ["frozen", "voided"].includes(this.tubeNamed(code)?.state ?? "");
  }

  private openIn(state: LaneState): readonly LaneTube[] {
    return openTubes(state, this.app.laneId.value).filter(({ code }) => !this.isTakenAway(code));
  }

  private choose(
    state: LaneState,
    person: PackPerson,
    isRepeat = false,
  ): { tube: LaneTube | null; verdict: Verdict } {
    const { round } = this.here();
    const facts: PersonFacts = {
      id: person.id,
      dwelling: this.app.homeOf.value(person),
      mix: mixOf(person),
      single: person.flags.includes("single"),
    };
    const sampled = isRepeat ? null : sampledInRound(state, round?.id ?? "", person);
    const choice = chooseTube(round, this.openIn(state), facts, sampled, this.app.lane.value?.pool ?? "");
    if (choice.verdict.code !== "no_tube_open" || !facts.single) return choice;
    return { ...choice, verdict: no("no_tube_open", { pool: "single" }) };
  }

  private sample(tube: LaneTube, person: string, verdict: Verdict, how: How) {
    const position = Number(verdict.facts["position"]);
    return { ...this.head(), kind: "sample" as const, tube: tube.code, position, person, how };
  }

  private after(verdict: Verdict, tube: LaneTube | null, person: { readonly name: string }): void {
    if (!verdict.ok || !tube) return this.refuse(verdict);
    const position = Number(verdict.facts["position"]);
    const done = () => t.value.taken(person.name, position);
    this.candidate.value = null;
    this.carried.value = "";
    const now = this.app.state.value.tubes.get(tube.code);
    if (!now || now.swabs.length < now.capacity)
      return this.well(done, "ok", `${position} / ${tube.capacity}`);
    const { facts } = this.overdue(now, Date.now());
    const full = () => sentence("tube_full", this.spoken(facts));
    this.panel.value = "close";
    this.well(() => `${done()} · ${full()}`, "ask", `${position} / ${tube.capacity} ${t.value.flashFull}`);
  }

  private giveBack(swab: Swab, reason: RejectReason): Promise<Verdict | null> {
    return this.act((state) => {
      const verdict = mayReject(state.tubes.get(swab.tube) ?? null, swab.position, reason);
      const isLive = state.swabs.has(swab.id);
      const answer = verdict.ok && !isLive ? no("position_empty", { position: swab.position }) : verdict;
      const event = { ...this.head(swab.round), kind: "sample_rejected" as const, sample: swab.id, reason };
      return { answer, events: answer.ok ? [event] : [] };
    });
  }

  here() {
    return { lane: this.app.laneId.value, round: this.app.round.value };
  }

  head(round = this.app.round.value?.id ?? "") {
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

  /** A code of nobody here, which is no tube of ours either. */
  private strange(text: string): void {
    if (this.isTubeLike(text) || (this.open.value.length === 0 && !this.candidate.value)) this.noTube();
    else if (isBindable(text)) this.carry(text);
    else {
      this.query.value = "";
      this.say("stop", "code_unknown");
    }
  }

  /** Somebody carries a code that the list does not hold: find them, and it is bound at the confirmation. */
  private carry(token: string): void {
    this.query.value = "";
    this.carried.value = token;
    this.say("ask", this.candidate.value ? "code_waits" : "person_unknown");
  }

  /** Not dealt to this point, as far as this phone knows: said before any swab, and the list is asked for anew. */
  private noTube(): void {
    this.query.value = "";
    this.app.courier.refresh();
    this.say("stop", "tube_unknown");
  }

  isTubeLike(text: string): boolean {
    return looksLikeTube(
      text,
      (this.app.pack.value?.tubes ?? []).map(({ code }) => code),
    );
  }

  say(tone: Tone, code: string, facts: Facts = {}): void {
    this.notice.value = { tone, words: () => sentence(code, this.spoken(facts)) };
    feel(tone, t.value.flash[tone]);
  }

  well(words: () => string, tone: Tone = "ok", word = t.value.flash[tone]): void {
    this.notice.value = { tone, words };
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
