import { Scanner } from "../../ui/Scanner";
import { Sign } from "../../ui/Sign";
import { t } from "../../ui/words";
import { AddPerson } from "./AddPerson";
import { CloseTube } from "./CloseTube";
import { Find, Results } from "./Find";
import { useKeys } from "./keys";
import { LastThree } from "./LastThree";
import { PersonCard } from "./PersonCard";
import { RejectPosition } from "./RejectPosition";
import { TubeCard } from "./TubeCard";
import type { LaneWork } from "./work";

/** The lane: one task fills the screen, the main act is at the thumb. */
export function Lane({ work }: { readonly work: LaneWork }) {
  const panel = work.panel.value;
  const candidate = work.candidate.value;
  useKeys(work, true);
  if (panel === "add") return <AddPerson work={work} />;
  if (panel === "close") return <CloseTube work={work} />;
  if (panel === "reject") return <RejectPosition work={work} />;
  const isTyping = !candidate && work.query.value !== "";
  return (
    <>
      <main>
        <TubeCard work={work} />
        <NoticeLine work={work} />
        {work.camera.value && (
          <Scanner
            paused={work.verdict.value?.ok === true}
            onRead={(text) => work.enter(text, true)}
            onClose={() => (work.camera.value = false)}
          />
        )}
        {candidate ? <PersonCard candidate={candidate} work={work} /> : <Results work={work} />}
      </main>
      <footer>
        {!candidate && !isTyping && <LastThree work={work} />}
        {candidate ? <Decide work={work} /> : <Find work={work} />}
        {!isTyping && <Others work={work} />}
      </footer>
    </>
  );
}

/** The last word on the last act. */
export function NoticeLine({ work }: { readonly work: LaneWork }) {
  const notice = work.notice.value;
  return (
    <p class={`notice ${notice?.tone ?? ""}`} role="alert">
      {notice && <Sign tone={notice.tone} />}
      {notice?.text}
    </p>
  );
}

/** The big button says the next act, whatever the rules leave: confirm, close, open, or go on to the next. */
function Decide({ work }: { readonly work: LaneWork }) {
  const verdict = work.verdict.value;
  if (verdict?.ok)
    return (
      <button type="button" class="main go" onClick={() => void work.confirm()}>
        {t.value.confirm(Number(verdict.facts["position"]))}
      </button>
    );
  const code = verdict?.code ?? "";
  if (["tube_full", "tube_mixed", "household_outsider", "tube_other_round"].includes(code))
    return (
      <button type="button" class="main" onClick={() => (work.panel.value = "close")}>
        {t.value.goClose}
      </button>
    );
  if (["no_tube_open", "pool_mixed", "tube_sealed", "tube_not_open"].includes(code))
    return <Find work={work} forTube />;
  return (
    <button type="button" class="main" onClick={() => work.dismiss()}>
      {t.value.next}
    </button>
  );
}

function Others({ work }: { readonly work: LaneWork }) {
  const tube = work.tube.value;
  const to = (panel: "add" | "reject" | "close") => () => {
    if (work.isEcho()) return;
    work.settle();
    work.notice.value = null;
    work.panel.value = panel;
  };
  return (
    <div class="row others">
      {work.candidate.value ? (
        <button type="button" onClick={() => work.dismiss()}>
          {t.value.notThis}
        </button>
      ) : (
        <button type="button" disabled={!tube} onClick={to("add")}>
          {t.value.addPerson}
        </button>
      )}
      <button type="button" disabled={!tube || tube.swabs.length === 0} onClick={to("reject")}>
        {t.value.reject}
      </button>
      <button type="button" disabled={!tube} onClick={to("close")}>
        {t.value.close}
      </button>
    </div>
  );
}
