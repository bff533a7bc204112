declare module "@tabler/core/dist/js/tabler.esm.min.js" {
  export const bootstrap: Readonly<Record<string, unknown>>;
  export const tabler: Readonly<Record<string, unknown>>;
}
