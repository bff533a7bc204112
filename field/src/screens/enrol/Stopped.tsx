import { useApp } from "../app";
import { timeOf } from "../../ui/format";
import { language, t } from "../../ui/words";
import { ExportOwed } from "../Unsent";

/** Put out: the list is gone at once; what is owed is handed in, then the phone is emptied, and says so. */
export function Stopped({ onEnrol }: { readonly onEnrol: () => void }) {
  const app = useApp();
  const owed = app.debt.value.count;
  const stopped = app.stopped.value;
  return (
    <>
      <main>
        <h2>{t.value.wipedTitle}</h2>
        {stopped ? (
          <p class="line ok">{t.value.wipedClean(stopped.handed, timeOf(stopped.at, language.value))}</p>
        ) : (
          <>
            <p>{t.value.wipedText}</p>
            <p class="line ask" role="status">
              {t.value.wipedOwes(owed)}
            </p>
            {owed > 0 && app.contact.value !== "online" && <ExportOwed />}
          </>
        )}
        <p>{t.value.wipedNext}</p>
      </main>
      <footer>
        {!stopped && owed > 0 && (
          <button type="button" class="main" onClick={() => app.courier.hope()}>
            {t.value.sendNow}
          </button>
        )}
        <div class="row others">
          <button type="button" onClick={onEnrol}>
            {t.value.menuReenrol}
          </button>
        </div>
      </footer>
    </>
  );
}
