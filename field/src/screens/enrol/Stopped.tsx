import { useApp } from "../app";
import { t } from "../../ui/words";
import { ExportOwed } from "../Unsent";

/** Revoked: the list is gone from the phone; what it owes is not. */
export function Stopped() {
  const app = useApp();
  const owed = app.debt.value.count;
  return (
    <>
      <main>
        <h2>{t.value.wipedTitle}</h2>
        <p>{t.value.wipedText}</p>
        <p class={owed > 0 ? "line ask" : "line ok"}>
          {owed > 0 ? t.value.wipedOwes(owed) : t.value.wipedClean}
        </p>
        {owed > 0 && <ExportOwed />}
      </main>
      <footer>
        <button type="button" class="main" onClick={() => (app.view.value = "enrol")}>
          {t.value.menuReenrol}
        </button>
      </footer>
    </>
  );
}
