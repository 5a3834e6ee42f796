// Every text that a command can be given: walked through the schemas of the commands and through
// the facts as the page of the scenarios shows them.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

import { PROGRAM } from "./served";

/** Where the commands and the facts are described. */
const README = "../tests/scenarios/README.md";

interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
}

export interface Row {
  name: string;
  payload: Schema;
}

/** A value in which one text is to be replaced, and where it stands. */
export interface Asked {
  name: string;
  field: string;
  value: unknown;
}

/** Stands for the text that is to be replaced. */
export const HERE = "\u0000here";

/** The commands with their schemas. */
export function commands(): Row[] {
  const text = execFileSync(PROGRAM, ["commands", "--json"], { maxBuffer: 1 << 26 });
  return JSON.parse(text.toString()) as Row[];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The least that fits a schema. */
function least(schema: Schema, root: Schema, depth = 6): unknown {
  const own = resolved(schema, root);
  if (own.const !== undefined) return own.const;
  if (own.enum) return own.enum[0];
  const choice = (own.oneOf ?? own.anyOf ?? own.allOf)?.[0];
  if (choice) return depth > 0 ? least(choice, root, depth - 1) : null;
  const type = Array.isArray(own.type) ? own.type[0] : own.type;
  if (type === "object" && depth > 0) {
    const members = (own.required ?? []).map((name) => {
      const member = own.properties?.[name];
      return [name, member ? least(member, root, depth - 1) : null];
    });
    return Object.fromEntries(members);
  }
  return { array: [], string: "", integer: 0, number: 0, boolean: false }[type ?? ""] ?? null;
}

function resolved(schema: Schema, root: Schema): Schema {
  const name = schema.$ref?.replace("#/$defs/", "");
  return (name ? root.$defs?.[name] : undefined) ?? schema;
}

/** Every text of a schema: a value each, with the text to be replaced in it. */
function* within(
  schema: Schema,
  root: Schema,
  example: unknown,
  field: string,
  depth: number,
): Generator<{ field: string; value: unknown }> {
  const own = resolved(schema, root);
  if (depth === 0 || own.enum || own.const !== undefined) return;
  const choices = own.oneOf ?? own.anyOf ?? own.allOf;
  for (const choice of choices ?? []) {
    yield* within(choice, root, example, field, depth - 1);
  }
  const types = [own.type ?? []].flat();
  if (types.includes("string")) yield { field, value: HERE };
  if (own.items) {
    const item = Array.isArray(example) ? example[0] : undefined;
    for (const one of within(own.items, root, item, `${field}[]`, depth - 1)) {
      yield { field: one.field, value: [one.value] };
    }
  }
  const base = isObject(example) ? example : (least(own, root) as Record<string, unknown>);
  for (const [name, member] of Object.entries(own.properties ?? {})) {
    for (const one of within(member, root, base?.[name], `${field}.${name}`, depth - 1)) {
      yield { field: one.field, value: { ...base, [name]: one.value } };
    }
  }
}

/** The examples of the page, each under its heading, and the texts that its table names. */
function sections(page: string): Map<string, { example: unknown; texts: string[] }> {
  const found = new Map<string, { example: unknown; texts: string[] }>();
  for (const section of page.split(/\n#{2,4} /)) {
    const heading = /^`([a-z_]+)`/.exec(section)?.[1];
    const example = /```json\n(.*?)\n```/s.exec(section)?.[1];
    if (!heading || !example) continue;
    const rows = section.matchAll(/\n\| `([a-z_]+)` \| (?:list of )?text\??,? /g);
    found.set(heading, {
      example: JSON.parse(example) as unknown,
      texts: [...rows].map((row) => row[1] ?? ""),
    });
  }
  return found;
}

/** Every text of a value, whatever it is: an example shows which there are. */
function* leaves(value: unknown, field: string): Generator<{ field: string; value: unknown }> {
  if (typeof value === "string") yield { field, value: HERE };
  if (Array.isArray(value)) {
    for (const one of leaves(value[0], `${field}[]`)) {
      yield { field: one.field, value: [one.value, ...(value.slice(1) as unknown[])] };
    }
  }
  if (isObject(value)) {
    for (const [name, member] of Object.entries(value)) {
      for (const one of leaves(member, `${field}.${name}`)) {
        yield { field: one.field, value: { ...value, [name]: one.value } };
      }
    }
  }
}

/** Every text of every command. */
export function ofCommands(rows: readonly Row[]): Asked[] {
  const [page = ""] = readFileSync(README, "utf8").split("\n## 7. Facts");
  const examples = sections(page);
  return rows.flatMap(({ name, payload }) => {
    const example = examples.get(name)?.example ?? {};
    return [...within(payload, payload, example, "", 8)].map((one) => ({ name, ...one }));
  });
}

/** Every text of every kind of fact, as `fact_add` takes it. */
export function ofFacts(): Asked[] {
  const [, page = ""] = readFileSync(README, "utf8").split("\n## 7. Facts");
  const [facts = ""] = page.split("\n## 8.");
  return [...sections(facts)].flatMap(([name, { example, texts }]) => {
    const { kind, body } = example as { kind: string; body: Record<string, unknown> };
    const more = texts.filter((text) => !(text in body)).map((text) => [text, ""] as const);
    const whole = [...leaves(body, "")];
    for (const [text] of more) {
      whole.push({ field: `.${text}`, value: { ...body, [text]: HERE } });
      whole.push({ field: `.${text}`, value: { ...body, [text]: [HERE] } });
    }
    return whole.map((one) => ({ name, field: one.field, value: { kind, body: one.value } }));
  });
}
