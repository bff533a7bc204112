import { defineConfig } from "vite";

// The map's own bundle: only pages with a map load it. It is built after the office's, into the same folder.
export default defineConfig({
  base: "./",
  publicDir: false,
  build: {
    outDir: "../src/tongxin/static/office",
    emptyOutDir: false,
    target: ["chrome100", "safari15.4"],
    cssCodeSplit: false,
    lib: {
      entry: "office/map.ts",
      name: "officeMap",
      formats: ["iife"],
      fileName: () => "map.js",
      cssFileName: "map",
    },
  },
});
