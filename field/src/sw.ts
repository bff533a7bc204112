/**
 * The service worker: one edition of the app, whole, from the phone's own store. It never touches /api/: what a lane
 * sends is the outbox's matter. The two names below are filled in by the build (vite.config.ts).
 */
declare const __EDITION__: string;
declare const __FILES__: readonly string[];

interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface WorkerScope {
  readonly clients: { claim(): Promise<void> };
  readonly location: Location;
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: ExtendableEvent) => void): void;
  addEventListener(type: "fetch", listener: (event: FetchEvent) => void): void;
  addEventListener(type: "message", listener: (event: MessageEvent<unknown>) => void): void;
}

const worker = self as unknown as WorkerScope;
const PREFIX = "tongxin-field-";
const EDITION = PREFIX + __EDITION__;
const SHELL = "/field/";
const FILES = __FILES__;

worker.addEventListener("install", (event) => {
  const fresh = FILES.map((file) => new Request(file, { cache: "reload" }));
  event.waitUntil(caches.open(EDITION).then((cache) => cache.addAll(fresh)));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name.startsWith(PREFIX) && name !== EDITION))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => worker.clients.claim()),
  );
});

// The page asks for the change of edition, at a moment when nobody stands before the lane.
worker.addEventListener("message", (event) => {
  if (event.data === "change-edition") void worker.skipWaiting();
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== worker.location.origin) return;
  if (request.mode === "navigate" && pathname === SHELL) event.respondWith(fromStore(SHELL, request));
  else if (FILES.includes(pathname)) event.respondWith(fromStore(pathname, request));
});

async function fromStore(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(EDITION);
  return (await cache.match(path)) ?? fetch(request);
}
