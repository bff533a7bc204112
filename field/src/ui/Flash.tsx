import { flash } from "./feedback";
import { Sign } from "./Sign";

/** A word over the whole width: seen from the corner of an eye. It takes no touch and moves nothing. */
export function FlashBand() {
  const shown = flash.value;
  return (
    <div class="flash-place" role="status" aria-live="assertive">
      {shown && (
        <div class={`flash ${shown.tone}`} key={shown.number}>
          <Sign tone={shown.tone} />
          <span>{shown.word}</span>
        </div>
      )}
    </div>
  );
}
