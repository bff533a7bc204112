import { t } from "../../ui/words";
import type { LaneWork } from "./work";

/** A code was scanned that nobody here goes by: it goes to whom the confirmation names, unless somebody says no. */
export function Carried({ work }: { readonly work: LaneWork }) {
  const token = work.carried.value;
  if (token === "") return null;
  return (
    <p class="line ask row spread">
      <span>{t.value.carried(token.slice(-4))}</span>
      <button type="button" onClick={() => (work.carried.value = "")}>
        {t.value.carriedNot}
      </button>
    </p>
  );
}
