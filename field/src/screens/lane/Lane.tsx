import { Scanner } from "../../ui/Scanner";
import { Sign } from "../../ui/Sign";
import { t } from "../../ui/words";
import { useApp } from "../app";
import { AddPerson } from "./AddPerson";
import { Box, Oldest } from "./Box";
import { CloseTube } from "./CloseTube";
import { Elsewhere } from "./Elsewhere";
import { Find, Results } from "./Find";
import { Hand } from "./Hand";
import { Household } from "./Household";
import { useKeys } from "./keys";
import { LastThree } from "./LastThree";
import { PersonCard } from "./PersonCard";
import { RejectPosition } from "./RejectPosition";
import { Repeat } from "./Repeat";
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
  if (panel === "repeat") return <Repeat work={work} />;
  if (panel === "elsewhere") return <Elsewhere work={work} />;
  if (panel === "box") return <Box work={work} />;
  if (panel === "hand") return <Hand work={work} />;
  const isTyping = !candidate && work.query.value !== "";
  return (
    <>
      <main>
        <TubeCard work={work} />
        <NoticeLine work={work} />
        {!candidate && !isTyping && <Oldest work={work} onOpen={() => work.boxing.begin()} />}
        {!candidate && <Warnings />}
        {work.camera.value && (
          <Scanner
            paused={work.verdict.value?.ok === true}
            onRead={(text) => work.enter(text, true)}
            onClose={() => (work.camera.value = false)}
          />
        )}
        {candidate ? <PersonCard candidate={candidate} work={work} /> : <Results work={work} />}
        {!candidate && !isTyping && !work.camera.value && <Household work={work} />}
      </main>
      <footer>
        {!candidate && !isTyping && <LastThree work={work} />}
        {candidate ? <Decide work={work} /> : <Find work={work} />}
        {!isTyping && <Others work={work} />}
      </footer>
    </>
  );
}

/** What is wrong with this phone, as long as it is. */
function Warnings() {
  const app = useApp();
  const { device, trouble, clockOff } = app;
  return (
    <>
      {device.value?.state === "unknown" && <p class="line stop">{t.value.unknownText}</p>}
      {trouble.value !== "" && (
        <p class="line stop" role="alert">
          {trouble.value === "full" ? t.value.code.storage_full() : t.value.code.storage_shut()}
        </p>
      )}
      {clockOff.value > 0 && <p class="line ask">{t.value.clockOff(clockOff.value)}</p>}
    </>
  );
}

/** The last word on the last act. */
export function NoticeLine({ work }: { readonly work: LaneWork }) {
  const notice = work.notice.value;
  return (
    <p class={`notice ${notice?.tone ?? ""}`} role="alert">
      {notice && <Sign tone={notice.tone} />}
      {notice?.words()}
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
    <>
      <button type="button" class="main" onClick={() => work.dismiss()}>
        {t.value.next}
      </button>
      {code === "already_sampled" && (
        <button
          type="button"
          class="wide"
          onClick={() => {
            work.notice.value = null;
            work.panel.value = "repeat";
          }}
        >
          {t.value.repeat}
        </button>
      )}
    </>
  );
}

function Others({ work }: { readonly work: LaneWork }) {
  const tube = work.tube.value;
  const to = (panel: "add" | "reject" | "close" | "elsewhere") => () => {
    if (work.isEcho()) return;
    work.settle();
    work.notice.value = null;
    work.panel.value = panel;
  };
  const isBlocked = work.verdict.value?.code === "already_sampled";
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
      {work.candidate.value ? (
        !isBlocked && (
          <button type="button" aria-label={t.value.elsewhereLong} onClick={to("elsewhere")}>
            {t.value.elsewhere}
          </button>
        )
      ) : (
        <button type="button" onClick={() => work.boxing.begin()}>
          {t.value.box}
        </button>
      )}
    </div>
  );
}
