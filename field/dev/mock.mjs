// A server to try the lane app against: node dev/mock.mjs [port]. It serves the built app as Django will, and
// speaks the wire contract with thirty invented people. POST /dev/weather {"weather": "fine"|"later"|"lost"|"revoked"}
// changes what the capture door does; GET /dev/stored tells what has arrived. ALARM_MINUTES and CLOCK_OFF (minutes) set
// the alarm of waiting swabs and the clock of this server.
import { createHash, randomUUID } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const PORT = Number(process.argv[2] ?? 8111);
const BUILT = fileURLToPath(new URL("../../src/tongxin/static/field/", import.meta.url));
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
};
const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "img-src 'self' blob: data:",
  "media-src blob:",
].join("; ");

const id = (name) => {
  const hex = createHash("sha256").update(name).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};
const ROUND = id("round 10");
const ALARM = Number(process.env.ALARM_MINUTES ?? 120);
const CLOCK_OFF = Number(process.env.CLOCK_OFF ?? 0) * 60_000;
const LANES = [
  { id: id("lane 2"), number: 2, pool: "pool10", capacity: 10 },
  { id: id("lane 3"), number: 3, pool: "pool10", capacity: 10 },
  { id: id("lane 4"), number: 4, pool: "household", capacity: 5 },
];

// name, pinyin, sex, age, tail, building, unit, room, flags
const PEOPLE = [
  ["张伟", "zhang wei", "男", 46, "0016", "3", "1", "401", []],
  ["李娜", "li na", "女", 38, "0024", "3", "1", "401", []],
  ["张子轩", "zhang zi xuan", "男", 9, "0033", "3", "1", "401", ["priority"]],
  ["王强", "wang qiang", "男", 52, "0051", "3", "1", "402", []],
  ["陈芳", "chen fang", "女", 61, "0068", "3", "1", "302", []],
  ["陈国梁", "chen guo liang", "男", 79, "0075", "3", "1", "302", ["priority"]],
  ["单雄信", "shan xiong xin | dan xiong xin", "男", 33, "0092", "3", "2", "101", []],
  ["仇英", "qiu ying | chou ying", "女", 27, "0107", "3", "2", "102", []],
  ["曾泰", "zeng tai | ceng tai", "男", 44, "0114", "3", "2", "201", []],
  ["龘䶮", "da yan", "男", 24, "0131", "3", "2", "202", []],
  ["欧阳㛃", "ou yang jie", "女", 31, "0148", "3", "2", "301", []],
  ["买买提·吐尔逊", "mai mai ti tu er xun", "男", 35, "0155", "5", "1", "101", []],
  ["阿依古丽·买买提", "a yi gu li mai mai ti", "女", 30, "0162", "5", "1", "101", []],
  ["刘洋", "liu yang", "男", 41, "0179", "5", "1", "102", ["single"]],
  ["刘洋", "liu yang", "女", 19, "0186", "5", "1", "103", []],
  ["赵敏", "zhao min", "女", 29, "0193", "5", "1", "201", []],
  ["周杰", "zhou jie", "男", 36, "021X", "5", "1", "202", []],
  ["吴秀英", "wu xiu ying", "女", 84, "0227", "5", "1", "203", ["priority", "single"]],
  ["徐静", "xu jing", "女", 26, "0234", "5", "2", "101", ["apart"]],
  ["孙浩", "sun hao", "男", 22, "0251", "5", "2", "102", []],
  ["马丽", "ma li", "女", 48, "0268", "5", "2", "201", ["door"]],
  ["朱军", "zhu jun", "男", 57, "0275", "5", "2", "202", []],
  ["胡婷", "hu ting", "女", 34, "0292", "5", "2", "301", []],
  ["郭涛", "guo tao", "男", 39, "0307", "5", "2", "302", []],
  ["林小满", "lin xiao man", "女", null, "", "5", "2", "401", ["priority"]],
  ["何平", "he ping", "男", 66, "0331", "8", "1", "101", []],
  ["高翔", "gao xiang", "男", 28, "0348", "8", "1", "102", []],
  ["罗兰", "luo lan", "女", 43, "0355", "8", "1", "201", []],
  ["Jean-Baptiste Desrosiers", "", "男", 50, "0362", "8", "1", "202", []],
  ["梁静", "liang jing", "女", 37, "0379", "8", "1", "203", []],
].map(([name, pinyin, sex, age, tail, building, unit, room, flags], i) => ({
  id: id(`person ${i}`),
  token: `demo${String(i).padStart(2, "0")}${id(`token ${i}`).replaceAll("-", "").slice(0, 16)}`,
  name,
  ...sounds(pinyin),
  sex,
  age,
  masked: tail === "" ? "" : `9900**********${tail}`,
  tail,
  address: `${building}栋${unit}单元${room}`,
  building,
  unit,
  room,
  flags,
  household: id(`household ${building}-${unit}-${room}`).slice(0, 8),
  mix: flags.includes("apart") ? "apart" : "",
  sampled: name === "郭涛",
}));

// As the server writes them: every spelling in one piece, the likeliest first.
function sounds(pinyin) {
  const spellings = pinyin.split(" | ").filter((spelling) => spelling !== "");
  const letters = (spelling) =>
    spelling
      .split(" ")
      .map((syllable) => syllable.slice(0, 1))
      .join("");
  return {
    pinyin: spellings.map((spelling) => spelling.replaceAll(" ", "")).join(" "),
    initials: [...new Set(spellings.map(letters))].join(" "),
  };
}

const TUBES = LANES.flatMap((lane) => [
  ...Array.from({ length: 6 }, (_, i) =>
    dealt(lane, `041${lane.number}1234${String(5670 + i)}`, lane.pool, lane.capacity),
  ),
  ...Array.from({ length: 4 }, (_, i) =>
    dealt(lane, `091${lane.number}1234${String(5670 + i)}`, "single", 1),
  ),
]);

function dealt(lane, code, pool, capacity) {
  return { code, lane: lane.id, pool, capacity, state: "issued" };
}

let weather = "fine";
const tokens = new Set();
const stored = new Map();
const batches = [];

function pack() {
  const live = new Map(
    [...stored.values()].filter(({ kind }) => kind === "sample").map((event) => [event.id, event]),
  );
  for (const event of stored.values()) if (event.kind === "sample_rejected") live.delete(event.sample);
  const sampled = new Set([...live.values()].map(({ person }) => person));
  const seen = new Map(
    [...stored.values()].filter(({ kind }) => kind.startsWith("tube_")).map((e) => [e.tube, e.kind]),
  );
  const state = { tube_opened: "open", tube_closed: "closed" };
  const round = {
    id: ROUND,
    number: 10,
    state: "open",
    closes_at: "2026-11-22T12:00:00Z",
    area: "双溪社区",
    tube_minutes: 60,
    alarm_minutes: ALARM,
    breach_minutes: 240,
    clock_seconds: 120,
  };
  const body = {
    round,
    point: { id: "a", name: "A点" },
    lanes: LANES,
    tubes: TUBES.map((tube) => ({ ...tube, state: state[seen.get(tube.code)] ?? tube.state })),
    people: PEOPLE.map((person) => ({ ...person, sampled: person.sampled || sampled.has(person.id) })),
  };
  const version = createHash("sha256").update(JSON.stringify(body)).digest("hex").slice(0, 16);
  return { version, made_at: new Date().toISOString(), ...body };
}

function receive(event) {
  if (stored.has(event.id)) return { id: event.id, verdict: "duplicate", code: null };
  stored.set(event.id, event);
  if (weather === "revoked") return { id: event.id, verdict: "kept", code: "device_revoked" };
  return KINDS.includes(event.kind)
    ? { id: event.id, verdict: "applied", code: event.repeat ? "repeat" : null }
    : { id: event.id, verdict: "kept", code: "unknown_kind" };
}

const KINDS = [
  "tube_opened",
  "sample",
  "sample_rejected",
  "tube_closed",
  "person_found",
  "sampled_elsewhere",
  "box_sealed",
  "box_handed",
  "code_bound",
];
const recoveryOf = (device) => createHash("sha256").update(`recovery ${device}`).digest("hex").slice(0, 32);

const doors = {
  "POST /api/v1/enrol": (request, { code, name, previous }) => {
    if (!code || code === "expired" || !name) return [410, { code: "enrolment_expired" }];
    const token = randomUUID();
    tokens.add(token);
    weather = "fine";
    const device = randomUUID();
    const area = { path: "/43/08/02/L01/001/", name: "双溪社区" };
    const recovers = previous ? { recovers: recoveryOf(previous) } : {};
    return [200, { token, device, area, demo: true, recovery: recoveryOf(device), ...recovers }];
  },
  "GET /api/v1/pack": (request) => {
    const no = refused(request);
    if (no) return no;
    if (weather === "revoked") return [403, { code: "device_revoked", wipe: true }];
    const body = pack();
    const etag = `"${body.version}"`;
    return request.headers["if-none-match"] === etag
      ? [304, null, { ETag: etag }]
      : [200, body, { ETag: etag }];
  },
  "POST /api/v1/capture": (request, body) => {
    const no = refused(request);
    if (no) return no;
    if (weather === "later") return [503, { code: "later" }, { "Retry-After": "2" }];
    if (body.events.length > 500) return [413, { code: "batch_too_large" }];
    batches.push({ batch: body.batch, count: body.events.length });
    const receipts = body.events.map(receive);
    // The answer is lost on the way: everything is stored and the phone does not know.
    if (weather === "lost") return null;
    const wipe = weather === "revoked" ? { wipe: true } : {};
    return [200, { batch: body.batch, server_at: new Date().toISOString(), receipts, ...wipe }];
  },
  "POST /dev/weather": (request, body) => {
    weather = body.weather;
    if (weather === "unknown") tokens.clear();
    return [200, { weather }];
  },
  "GET /dev/stored": () => [200, { events: [...stored.values()], batches }],
  "GET /dev/pack": () => [200, pack()],
};

function refused(request) {
  const token = (request.headers.authorization ?? "").replace("Device ", "");
  return tokens.has(token) ? null : [401, { code: "device_unknown" }];
}

function fileOf(path) {
  if (path === "/field/") return "shell.html";
  if (path === "/field/sw.js" || path === "/field/manifest.webmanifest") return path.slice("/field/".length);
  return path.startsWith("/static/field/") ? normalize(path.slice("/static/field/".length)) : null;
}

createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://mock");
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const door = doors[`${request.method} ${pathname}`];
  if (door) {
    const raw = Buffer.concat(chunks);
    const text = request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw;
    const answer = door(request, text.length > 0 ? JSON.parse(text.toString("utf8")) : {});
    if (!answer) return request.socket.destroy();
    const [status, body, headers = {}] = answer;
    response.writeHead(status, {
      "Content-Type": "application/json",
      "Cache-Control": "no-store",
      Date: new Date(Date.now() + CLOCK_OFF).toUTCString(),
      ...headers,
    });
    return response.end(body === null ? undefined : JSON.stringify(body));
  }
  const name = fileOf(pathname);
  const path = name === null || name.startsWith("..") ? null : join(BUILT, name);
  if (!path || !existsSync(path)) return response.writeHead(404).end();
  const isHashed = pathname.startsWith("/static/field/assets/");
  response.writeHead(200, {
    "Content-Type": TYPES[extname(path)] ?? "application/octet-stream",
    "Content-Security-Policy": POLICY,
    "Cache-Control": isHashed ? "public, max-age=31536000, immutable" : "no-cache",
  });
  createReadStream(path).pipe(response);
}).listen(PORT, "127.0.0.1", () => {
  if (!existsSync(join(BUILT, "shell.html"))) console.error("not built yet: npm run build");
  console.log(`http://127.0.0.1:${PORT}/field/#enrol=demo`);
});
