import { timeOf } from "../ui/format";
import { language, setLanguage, t } from "../ui/words";
import { useApp } from "./app";

/** Where we are, whether the server answers, and what is not sent yet: facts in a corner, never a dialog. */
export function TopLine() {
  const app = useApp();
  const { device, pack, lane, phase, round, view } = app;
  // Behind the PIN nobody reads where this phone works.
  const isOpen = phase.value === "open" && device.value !== null;
  const place =
    isOpen && lane.value
      ? round.value
        ? t.value.where(round.value.number, pack.value?.point.name ?? "", lane.value.number)
        : t.value.noRound
      : ((isOpen ? device.value?.area.name : undefined) ?? t.value.appName);
  const other = language.value === "en" ? "zh-Hans" : "en";
  return (
    <header class="top">
      {device.value?.demo && <p class="demo">{t.value.demo}</p>}
      <div class="row">
        <h1>{place}</h1>
        <button
          type="button"
          class="corner"
          lang={other}
          aria-label={t.value.otherLanguageName}
          onClick={() => setLanguage(other)}
        >
          {t.value.otherLanguage}
        </button>
        {isOpen && (
          <button
            type="button"
            class="corner"
            aria-label={t.value.menu}
            aria-pressed={view.value === "menu"}
            onClick={() => (view.value = view.value === "menu" ? "work" : "menu")}
          >
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <path d="M4 7h16M4 12h16M4 17h16" />
            </svg>
          </button>
        )}
      </div>
      {isOpen && <Facts />}
    </header>
  );
}

/** One line of its own, always there: what it says changes with every act, where it stands must not. */
function Facts() {
  const { contact, debt, view } = useApp();
  const { count, since, refused } = debt.value;
  return (
    <button type="button" class="facts" onClick={() => (view.value = "unsent")}>
      <span class={`net ${contact.value}`}>
        <i aria-hidden="true" />
        {t.value.net[contact.value]}
      </span>
      <span class={count > 0 ? "owed" : ""}>
        {count > 0 ? t.value.unsent(count, timeOf(since, language.value)) : t.value.allSent}
      </span>
      {refused > 0 && <span class="look">{t.value.toLookAt(refused)}</span>}
    </button>
  );
}
