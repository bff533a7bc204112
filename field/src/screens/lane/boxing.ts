/** Boxes at the lane (装箱, MT-32): fill, seal, hand to the carrier. */
import { computed, signal, type ReadonlySignal, type Signal } from "@preact/signals";

import {
  degrees,
  mayBox,
  mayHand,
  maySeal,
  oldestSwab,
  waitingBoxes,
  waitingTubes,
  type WaitingTube,
} from "../../domain/boxes";
import { newId } from "../../domain/ids";
import type { LaneBox } from "../../domain/lane";
import { tubeCode } from "../../ui/format";
import { t } from "../../ui/words";
import type { LaneWork } from "./work";

/** What is typed about a box. */
export interface BoxDraft {
  readonly seal: string;
  readonly ice: boolean | null;
  readonly temperature: string;
}

export interface HandDraft {
  readonly giver: string;
  readonly taker: string;
  readonly vehicle: string;
  readonly temperature: string;
}

const EMPTY: BoxDraft = { seal: "", ice: null, temperature: "" };

export class Boxing {
  readonly waiting: ReadonlySignal<readonly WaitingTube[]>;
  readonly sealed: ReadonlySignal<readonly LaneBox[]>;
  readonly oldest: ReadonlySignal<string>;
  /** Tubes that go into the box: this lane's are in from the beginning, others come by a scan or a touch. */
  readonly chosen: Signal<ReadonlySet<string>> = signal(new Set());
  readonly draft: Signal<BoxDraft> = signal(EMPTY);
  readonly box: Signal<string> = signal("");

  constructor(private readonly work: LaneWork) {
    const { app } = work;
    this.waiting = computed(() => waitingTubes(app.state.value, app.pack.value?.tubes ?? []));
    this.sealed = computed(() => waitingBoxes(app.state.value, app.laneId.value));
    this.oldest = computed(() => oldestSwab(app.state.value, app.laneId.value));
  }

  begin(): void {
    const lane = this.work.app.laneId.value;
    this.chosen.value = new Set(
      this.waiting.value.filter((tube) => tube.lane === lane).map(({ code }) => code),
    );
    this.draft.value = EMPTY;
    this.work.notice.value = null;
    this.work.panel.value = "box";
  }

  /** While a box is filled: a tube goes in, and not out again by scanning twice; what is no tube is the seal. */
  scan(code: string): void {
    const { work } = this;
    if (!work.isTubeLike(code) && !work.app.state.value.tubes.has(code)) {
      const seal = code.slice(0, 24);
      this.draft.value = { ...this.draft.value, seal };
      return work.well(() => t.value.boxSealRead(seal));
    }
    const verdict = mayBox(work.app.state.value, this.waiting.value, code);
    if (!verdict.ok) return work.refuse(verdict);
    this.chosen.value = new Set([...this.chosen.value, code]);
    const count = this.chosen.value.size;
    work.well(() => t.value.inBox(tubeCode(code), count), "ok", String(count));
  }

  toggle(code: string): void {
    const next = new Set(this.chosen.value);
    if (!next.delete(code)) next.add(code);
    this.chosen.value = next;
  }

  async seal(): Promise<void> {
    const { work } = this;
    const draft = this.draft.value;
    if (work.isEcho()) return;
    work.settle();
    const box = newId();
    const seal = draft.seal.trim();
    const verdict = await work.act((state) => {
      const waiting = waitingTubes(state, work.app.pack.value?.tubes ?? []);
      const tubes = waiting.map(({ code }) => code).filter((code) => this.chosen.value.has(code));
      const verdict = maySeal(
        state,
        { seal, tubes, temperature: draft.temperature },
        work.app.round.value?.box_tubes,
      );
      const event = {
        ...work.head(),
        kind: "box_sealed" as const,
        box,
        seal,
        tubes,
        ice: draft.ice === true,
        temperature: degrees(draft.temperature),
      };
      return { answer: verdict, events: verdict.ok ? [event] : [] };
    });
    if (!verdict) return;
    if (!verdict.ok) return work.refuse(verdict);
    this.box.value = box;
    this.chosen.value = new Set();
    work.panel.value = "hand";
    work.well(() => t.value.sealedBox(seal));
  }

  async hand(box: LaneBox, draft: HandDraft): Promise<void> {
    const { work } = this;
    if (work.isEcho()) return;
    work.settle();
    const { giver, taker, vehicle, temperature } = draft;
    const verdict = await work.act((state) => {
      const verdict = mayHand(giver, taker, temperature);
      const isHere = state.boxes.get(box.id)?.handed === null;
      const event = {
        ...work.head(box.round),
        kind: "box_handed" as const,
        box: box.id,
        giver: giver.trim(),
        taker: taker.trim(),
        vehicle: vehicle.trim(),
        temperature: degrees(temperature),
      };
      return { answer: verdict, events: verdict.ok && isHere ? [event] : [] };
    });
    if (!verdict) return;
    if (!verdict.ok) return work.refuse(verdict);
    work.panel.value = "person";
    work.well(() => t.value.handedBox(box.seal, giver.trim(), taker.trim()));
  }
}
