// Text from a hostile village: two hundred pieces of markup in whatever people type. Each is shown
// as the text it is; no element comes of it, nothing runs, nothing is fetched, no dialog opens.

import { expect, test, type Page } from "@playwright/test";

import { SCREENS } from "../src/app/screens";
import { newHome, PASSPHRASE, Served } from "./served";

/** What is tried, each within the forty letters that a name may have; `@` becomes its number. */
const VECTORS = [
  "<script>alert(@)</script>",
  "<img src=x onerror=alert(@)>",
  "<svg onload=alert(@)>",
  "<iframe src=//evil.example/@>",
  "<a href=javascript:alert(@)>点</a>",
  "<b id=x@ onclick=alert(@)>",
  "<input autofocus onfocus=alert(@)>",
  "<details open ontoggle=alert(@)>",
  "<object data=//evil.example/@>",
  "<embed src=//evil.example/@>",
  "<base href=//evil.example/@>",
  "<form action=//evil.example/@>",
  "<meta http-equiv=refresh content=@>",
  "<link rel=stylesheet href=//evil/@>",
  "<style>*{background:url(//e/@)}",
  "<math><mi xlink:href=data:x,@>",
  "<video src=x onerror=alert(@)>",
  "<template><img src=x@></template>",
  "{{constructor.constructor('@')()}}",
  "${alert(@)}",
];

/** How a vector is dressed up, to break out of where it might stand. */
const CONTEXTS: ((vector: string) => string)[] = [
  (vector) => vector,
  (vector) => `">${vector}`,
  (vector) => `'>${vector}`,
  (vector) => `-->${vector}`,
  (vector) => `]]>${vector}`,
  (vector) => `</p>${vector}`,
  (vector) => vector.replace("<", "<\u200b"),
  (vector) => vector.replaceAll("<", "&lt;"),
  (vector) => vector.toUpperCase(),
  (vector) => `\\u003c${vector}`,
];

const PAYLOADS = CONTEXTS.flatMap((dress) => VECTORS.map(dress)).map((payload, index) =>
  payload.replaceAll("@", String(index + 100)),
);

/** The longest name. */
const NAME_CHARS_MAX = 40;

/** Elements and attributes that these pages never have, and that only markup could have made. */
const FOREIGN = [
  "iframe, object, embed, base, math, video, template, marquee, style, form[action]",
  "script:not([src]), meta[http-equiv], link[href*='evil'], img, [id^='x1'], [id^='x2']",
  "[onerror], [onload], [onclick], [onfocus], [ontoggle], [srcdoc]",
  "[href^='javascript:' i], [src^='javascript:' i], [href*='evil'], [src*='evil']",
].join(", ");

let served: Served;
const cases: string[] = [];
let names: string[] = [];

test.beforeAll(async () => {
  expect(PAYLOADS).toHaveLength(200);
  served = await Served.start(newHome());
  names = PAYLOADS.filter((payload) => payload.length <= NAME_CHARS_MAX);
  const name = (index: number) => names[index % names.length] ?? "";
  await served.call("org_create", {
    name: name(0),
    user_name: name(1),
    device_name: name(2),
    passphrase: PASSPHRASE,
  });
  for (let at = 0; at < PAYLOADS.length; at += 10) {
    const [title, place, summary, first, second, ...notes] = PAYLOADS.slice(at, at + 10);
    const party = (side: string, index: number) => ({
      name: name(index),
      side,
      address: name(index + 1),
    });
    const { id } = await served.call("case_register", {
      title,
      place,
      summary,
      demands: [first, second],
      parties: [party("applicant", at + 3), party("respondent", at + 5)] as never,
    } as never);
    const facts = notes.map((text) => ({ kind: "note", body: { text } }));
    await served.call("fact_add", { case: id, facts } as never);
    await served.call("person_add", { name: name(at + 7) } as never);
    cases.push(id);
  }
  for (const index of [11, 12, 13]) {
    await served.call("invitation_create", {
      unit_name: name(index),
      level: "village",
      sort: "point",
      role: "R3",
      to: { path: newHome() },
    } as never);
  }
});

test.afterAll(() => served?.stop());

/** Opens a page that tells of everything it should not do. */
async function watched(page: Page): Promise<string[]> {
  const told: string[] = [];
  page.on("dialog", (dialog) => {
    told.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    const isOwn =
      url.origin === new URL(served.address).origin || ["data:", "about:"].includes(url.protocol);
    if (!isOwn) {
      told.push(`a request: ${request.url()}`);
    }
  });
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) {
      told.push(message.text());
    }
  });
  page.on("popup", () => told.push("another window"));
  return told;
}

async function expectNothingMade(page: Page, where: string): Promise<void> {
  const made = await page.locator(FOREIGN).evaluateAll((all) => all.map((one) => one.outerHTML));
  expect(made, where).toEqual([]);
}

async function go(page: Page, path: string): Promise<void> {
  // Only the fragment differs: without this the page would not be opened anew.
  await page.goto("about:blank");
  await page.goto(served.at(path));
}

/** Everything that a page says, in its text and in its fields. */
async function saidBy(page: Page): Promise<string> {
  return page.evaluate(() => {
    const fields = [...document.querySelectorAll<HTMLInputElement>("input, textarea")];
    return [document.body.textContent, ...fields.map((field) => field.value)].join("\n");
  });
}

test("two hundred pieces of markup on a case stay text", async ({ page }) => {
  const told = await watched(page);
  let shown = 0;
  for (const [at, id] of cases.entries()) {
    await go(page, `/cases/${id}`);
    const payloads = PAYLOADS.slice(at * 10, at * 10 + 10);
    for (const payload of payloads) {
      await expect.poll(() => saidBy(page), { message: payload }).toContain(payload);
      shown += 1;
    }
    await expectNothingMade(page, `case ${at}`);
  }
  expect(told).toEqual([]);
  expect(shown).toBe(200);
  process.stdout.write(`${shown} pieces of markup shown as text, ${told.length} effects\n`);
});

test("no screen makes anything of markup in names and titles", async ({ page }) => {
  const told = await watched(page);
  let seen = "";
  const { id: person } = await served.call("person_add", {
    name: PAYLOADS[1] ?? "",
    sex: null,
    birth: null,
    phone: null,
    address: PAYLOADS[2] ?? "",
    id_number: null,
    note: PAYLOADS[3] ?? "",
  });
  // There is no conflict here to be opened.
  for (const { name, path } of SCREENS.filter((screen) => !screen.path.includes(":record"))) {
    await go(page, path.replace(":case", cases[0] ?? "").replace(":person", person));
    await page.waitForSelector("h1", { timeout: 60_000 });
    await expect(page.locator(".loading")).toHaveCount(0, { timeout: 60_000 });
    await expectNothingMade(page, name);
    seen += await saidBy(page);
  }
  expect(told).toEqual([]);
  // The unit, the user and the computer are called so on some screen, a person is, and cases stand
  // in the list.
  for (const payload of [names[0], names[1], names[2], ...PAYLOADS.slice(0, 4)]) {
    expect(seen).toContain(payload);
  }
});
