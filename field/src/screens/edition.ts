/** A new edition of the app waits until somebody has a moment: at a start, or by the button in the menu. */
import { signal } from "@preact/signals";

export const isNewerWaiting = signal(false);

let registration: ServiceWorkerRegistration | undefined;

export async function holdOffline(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  registration = await navigator.serviceWorker.register("/field/sw.js", { scope: "/field/" });
  const look = () =>
    (isNewerWaiting.value = Boolean(registration?.waiting) && Boolean(navigator.serviceWorker.controller));
  look();
  registration.addEventListener("updatefound", () => {
    registration?.installing?.addEventListener("statechange", look);
  });
}

/** Every tab goes over at once, from what is stored: an act that was written down is there afterwards. */
export function changeEdition(): void {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  registration?.waiting?.postMessage("change-edition");
}
