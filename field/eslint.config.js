import tseslint from "typescript-eslint";

// Who may import whom (STYLE.md, "The phone app"): screens -> domain, store, sync; domain imports nothing.
const room = (name, forbidden, message) => ({
  files: [`src/${name}/**/*.{ts,tsx}`],
  rules: { "no-restricted-imports": ["error", { patterns: [{ regex: forbidden, message }] }] },
});

export default tseslint.config(
  { ignores: ["node_modules", "src/contract.ts"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // `return refuse(verdict)` is how an act ends early.
      "@typescript-eslint/no-confusing-void-expression": "off",
    },
  },
  { files: ["**/*.js", "**/*.mjs"], ...tseslint.configs.disableTypeChecked },
  room("domain", "^(?!\\./)", "domain imports nothing but its own plain modules"),
  room("store", "^\\.\\./(screens|sync|ui)/", "store stands under sync, ui and screens"),
  room("sync", "^\\.\\./(screens|ui)/", "sync stands under ui and screens"),
  room("ui", "^\\.\\./(screens|store|sync)/", "ui shows values, it fetches none"),
);
