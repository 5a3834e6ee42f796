// Markup in every text that any command takes, and in every text that any answer brings: nothing
// is made of it, on no screen and in no form.

import { join } from "node:path";

import { expect, test, type Page } from "@playwright/test";

import { SCREENS } from "../src/app/screens";
import { GROUPS } from "../src/features/case/offers";
import { commands, HERE, ofCommands, ofFacts } from "./asked";
import { expectNothingMade, go, NAMES, PAYLOADS, saidBy, watched } from "./markup";
import { demoHome, newHome, PASSPHRASE, Served } from "./served";
import { archivedCase, knownPerson, twinCases, watchedCase } from "./stories";

/** Anything that somebody wrote: what the program itself says by code is not. */
const WRITTEN = /[^\u0000-\u007f]/;

let served: Served;
/** What stands for the parameters of a path. */
let names: Record<string, string> = {};

test.beforeAll(async () => {
  const home = demoHome(60);
  served = await Served.start(home);
  await served.call("profile_unlock", { passphrase: PASSPHRASE });
  const conflict = (await served.call("conflict_list", { limit: 1 })).rows[0];
  if (!conflict) {
    throw new Error("the example has no conflict");
  }
  await twinCases(served);
  names = {
    ":case": await watchedCase(served),
    ":record": conflict.record,
    ":key": encodeURIComponent(conflict.key),
    ":archived": await archivedCase(served),
    ":person": await knownPerson(served),
  };
});

test.afterAll(() => served?.stop());

function path(of: string): string {
  return of.replace(/:[a-z]+/g, (name) => names[name] ?? name);
}

/** Calls a command whatever comes of it; the answer, or the code of its fault. */
async function attempt(name: string, payload: unknown): Promise<{ code?: string }> {
  return served.call(name as never, payload as never).then(
    () => ({}),
    (error: Error) => {
      const said = JSON.parse(error.message.slice(name.length + 2)) as { error: { code: string } };
      return { code: said.error.code };
    },
  );
}

/** Puts a piece of markup where it is to stand, and the ids at hand where they are meant. */
function filled(value: unknown, payload: string, known: Record<string, string>): unknown {
  let text = JSON.stringify(value).replaceAll(JSON.stringify(HERE), JSON.stringify(payload));
  for (const [name, id] of Object.entries(known)) {
    text = text.replaceAll(`$${name}`, id);
  }
  return JSON.parse(text) as unknown;
}

/** What the examples name, in one case. */
async function known(id: string): Promise<Record<string, string>> {
  const view = await served.call("case_get", { case: id });
  const { office } = await served.call("status_get", {});
  const [zhang = "", li = ""] = view.parties.map((party) => party.id);
  return {
    case: id,
    zhang,
    li: li || zhang,
    person: names[":person"] ?? "",
    unit: office?.unit.id ?? "",
    session: zhang,
    agreement: zhang,
    filing: zhang,
    packet: id,
    stick: newHome(),
    file: join(newHome(), "file"),
  };
}

async function everyScreen(page: Page, look: (name: string) => Promise<void>): Promise<void> {
  const screens = [...SCREENS, { name: "case-archived", path: "/cases/:archived" }];
  for (const { name, path: of } of screens) {
    await go(page, served, path(of));
    await page.waitForSelector("h1", { timeout: 60_000 });
    await expect(page.locator(".loading")).toHaveCount(0, { timeout: 60_000 });
    await look(name);
  }
}

test("every text of every command takes markup as text or not at all", async ({ page }) => {
  const told = await watched(page, served);
  const asked = ofCommands(commands());
  const cases = [names[":case"] ?? "", names[":archived"] ?? "", names[":record"] ?? ""];
  const knowns = await Promise.all(cases.map(known));
  let taken = 0;
  let at = 0;
  for (const { name, field, value } of asked) {
    const plain = NAMES[at++ % NAMES.length] ?? "";
    // A file of that name may be, within the test's own folder.
    const isPath = field.endsWith(".path");
    const payload = isPath ? join(newHome(), plain.replaceAll("/", "-")) : plain;
    const { code } = await attempt(name, filled(value, payload, knowns[0] ?? {}));
    expect(code, `${name}${field}`).not.toBe("internal");
    taken += code === undefined ? 1 : 0;
  }
  const facts = ofFacts();
  const written = new Set<string>();
  for (const { name, field, value } of facts) {
    for (const known of knowns) {
      const fact = filled(value, NAMES[at++ % NAMES.length] ?? "", known);
      const { code } = await attempt("fact_add", { case: known["case"], facts: [fact], notes: [] });
      expect(code, `${name}${field}`).not.toBe("internal");
      if (code === undefined) {
        written.add(`${name}${field}`);
        taken += 1;
        break;
      }
    }
  }
  const fields = asked.length + facts.length;
  process.stdout.write(`${fields} texts of commands and facts, ${taken} times taken\n`);
  expect(asked.length).toBeGreaterThan(100);
  expect(written.size).toBeGreaterThan(20);
  await everyScreen(page, (name) => expectNothingMade(page, name));
  expect(told).toEqual([]);
});

test("every text of every answer is shown as text", async ({ page }) => {
  const told = await watched(page, served);
  let put = 0;
  const markup = (value: unknown): unknown => {
    if (typeof value === "string" && WRITTEN.test(value)) {
      return PAYLOADS[put++ % PAYLOADS.length];
    }
    if (Array.isArray(value)) {
      return value.map(markup);
    }
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, markup(one)]));
    }
    return value;
  };
  await page.route("**/call", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: markup(await answer.json()) });
  });
  const seen = new Set<string>();
  const look = async (name: string) => {
    await expectNothingMade(page, name);
    const said = await saidBy(page);
    for (const payload of PAYLOADS) {
      if (said.includes(payload)) seen.add(payload);
    }
  };
  await everyScreen(page, look);
  const id = names[":case"] ?? "";
  const { may_write } = await served.call("case_get", { case: id });
  const kinds = Object.values(GROUPS)
    .flat()
    .filter((kind) => may_write.includes(kind));
  for (const kind of kinds) {
    await go(page, served, `/cases/${id}?do=${kind}`);
    await page.waitForSelector("dialog[open]", { timeout: 60_000 });
    await look(`form ${kind}`);
  }
  // A page asks on; what is under way when it closes is nobody's mistake.
  await page.unrouteAll({ behavior: "ignoreErrors" });
  process.stdout.write(`${put} texts of answers replaced, ${seen.size} pieces of markup seen\n`);
  expect(seen.size).toBe(PAYLOADS.length);
  expect(told).toEqual([]);
});
