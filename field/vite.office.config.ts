import { defineConfig } from "vite";

// Plain names: Django's storage gives them their hashes (templates say {% static 'office/office.css' %}).
export default defineConfig({
  base: "./",
  publicDir: false,
  build: {
    outDir: "../src/tongxin/static/office",
    emptyOutDir: true,
    target: ["chrome100", "safari15.4"],
    cssCodeSplit: false,
    lib: {
      entry: "office/office.ts",
      name: "office",
      formats: ["iife"],
      fileName: () => "office.js",
      cssFileName: "office",
    },
  },
});
