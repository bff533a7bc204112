// Writes src/contract.ts from contracts/capture.schema.json; --check only says whether it is up to date.
// It knows the few words of JSON Schema which that file uses and stops at any other.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { format } from "prettier";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const schema = JSON.parse(readFileSync(at("../../contracts/capture.schema.json"), "utf8"));
const primitives = {
  string: "string",
  integer: "number",
  number: "number",
  boolean: "boolean",
  null: "null",
};

function typeOf(node) {
  if (node.$ref) return node.$ref.split("/").at(-1);
  if ("const" in node) return JSON.stringify(node.const);
  if (node.enum) return node.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (node.oneOf ?? node.anyOf) return (node.oneOf ?? node.anyOf).map(typeOf).join(" | ");
  if (node.type === "array") return `readonly (${typeOf(node.items)})[]`;
  // Whatever a newer phone says: kept whole, and never made here.
  if (node.type === "object" && !node.properties) return "Readonly<Record<string, unknown>>";
  if (node.type === "object") return `{ ${Object.entries(node.properties).map(member(node)).join("\n")} }`;
  const names = [node.type].flat().map((name) => primitives[name]);
  if (names.includes(undefined)) throw new Error(`no TypeScript for ${JSON.stringify(node)}`);
  return names.join(" | ");
}

const remark = (node) => (node.description ? `/** ${node.description} */\n` : "");

const member =
  (node) =>
  ([name, value]) =>
    `${remark(value)}readonly ${name}${node.required.includes(name) ? "" : "?"}: ${typeOf(value)};`;

const body = Object.entries(schema.$defs).map(([name, node]) =>
  node.type === "object"
    ? `${remark(node)}export interface ${name} ${typeOf(node)}`
    : `${remark(node)}export type ${name} = ${typeOf(node)};`,
);
const text = await format(
  `// Generated from contracts/capture.schema.json by "npm run contract"; do not edit.\n\n${body.join("\n\n")}\n`,
  { parser: "typescript", printWidth: 110 },
);

const target = at("../src/contract.ts");
if (!process.argv.includes("--check")) {
  writeFileSync(target, text);
} else if (readFileSync(target, "utf8") !== text) {
  console.error("src/contract.ts is not what contracts/capture.schema.json says: npm run contract");
  process.exit(1);
}
