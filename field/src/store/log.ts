/** The lanes of this phone as one value that grows with each act; every decision is made on the newest. */
import type { CaptureEvent } from "../contract";
import { EMPTY, fold, type LaneState, type PersonLookup } from "../domain/lane";
import type { NewEvent, Outbox } from "./outbox";
import { inTurn } from "./turn";

/** What an act decided: the answer for the screen, and the events to write, none if it was a no. */
export interface Decision<Answer> {
  readonly answer: Answer;
  readonly events: readonly NewEvent[];
}

export class LaneLog {
  private state: LaneState = EMPTY;
  private last = 0;

  constructor(
    private readonly outbox: Outbox,
    private lookup: PersonLookup,
    private readonly changed: (state: LaneState) => void,
  ) {}

  /** From the beginning: at start, and when a new pack may know more about the persons in the tubes. */
  load(lookup: PersonLookup = this.lookup): Promise<void> {
    return inTurn("log", async () => {
      this.lookup = lookup;
      this.state = EMPTY;
      this.last = 0;
      await this.catchUp();
    });
  }

  /** Look, decide and write as one step: no other act, of this tab or another, comes between. */
  act<Answer>(decide: (state: LaneState) => Decision<Answer>): Promise<Answer> {
    return inTurn("log", async () => {
      await this.catchUp();
      const { answer, events } = decide(this.state);
      if (events.length > 0) this.take(await this.outbox.write(events));
      return answer;
    });
  }

  private async catchUp(): Promise<void> {
    this.take(await this.outbox.after(this.last));
  }

  private take(events: readonly CaptureEvent[]): void {
    const newest = events.at(-1);
    if (newest) {
      this.state = fold(this.state, events, this.lookup);
      this.last = newest.seq;
    }
    this.changed(this.state);
  }
}
