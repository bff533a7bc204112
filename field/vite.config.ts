import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

import preact from "@preact/preset-vite";
import { defineConfig, type Plugin } from "vite";
import { configDefaults } from "vitest/config";

const { version } = JSON.parse(readFileSync(new URL("./package.json", import.meta.url), "utf8")) as {
  version: string;
};
const BASE = "/static/field/";
const PUBLIC = ["icon.svg", "icon-192.png", "icon-512.png"];

/** Writes into sw.js which files make this edition, so that a phone holds all of them or none. */
function editionForServiceWorker(): Plugin {
  return {
    name: "tongxin-edition",
    generateBundle(_, bundle) {
      const hash = createHash("sha256");
      const files = Object.values(bundle).filter(({ fileName }) => /^assets\//.test(fileName));
      for (const file of files) hash.update(file.fileName);
      const shell = bundle["shell.html"];
      if (shell?.type === "asset") hash.update(shell.source);
      const worker = bundle["sw.js"];
      if (worker?.type !== "chunk") this.error("sw.js is missing");
      hash.update(worker.code);
      const list = [
        "/field/",
        ...[...files.map(({ fileName }) => fileName), ...PUBLIC].map((name) => BASE + name),
      ];
      worker.code = worker.code
        .replaceAll("__EDITION__", JSON.stringify(hash.digest("hex").slice(0, 12)))
        .replaceAll("__FILES__", JSON.stringify(list));
    },
  };
}

/** What a phone loads before its first screen; a lane on a bad network waits for all of it. */
const FIRST_LOAD_KB = 90;

function firstLoad(): Plugin {
  return {
    name: "tongxin-first-load",
    writeBundle(_, bundle) {
      const first = Object.values(bundle).filter(({ fileName }) =>
        /^(shell\.html|assets\/shell-.*\.(js|css))$/.test(fileName),
      );
      const size = first.reduce(
        (sum, file) => sum + gzipSync(file.type === "asset" ? file.source : file.code).length,
        0,
      );
      const kilobytes = Math.round(size / 1000);
      console.log(`first load: ${kilobytes} kB gzip (limit ${FIRST_LOAD_KB})`);
      if (kilobytes > FIRST_LOAD_KB) this.error(`the first load grew over ${FIRST_LOAD_KB} kB`);
    },
  };
}

export default defineConfig({
  base: BASE,
  plugins: [
    preact({ devToolsEnabled: false, prefreshEnabled: false }),
    editionForServiceWorker(),
    firstLoad(),
  ],
  define: { __APP_VERSION__: JSON.stringify(version) },
  build: {
    outDir: "../src/tongxin/static/field",
    emptyOutDir: true,
    manifest: true,
    target: ["chrome90", "safari15"],
    // A file of its own for everything: an inlined one would be a data: address, which the page's policy forbids.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { shell: "shell.html", sw: "src/sw.ts" },
      output: { entryFileNames: ({ name }) => (name === "sw" ? "sw.js" : "assets/[name]-[hash].js") },
    },
  },
  test: {
    exclude: [...configDefaults.exclude],
    include: ["tests/**/*.test.ts"],
    setupFiles: ["tests/setup.ts"],
  },
});
