// Pieces of markup, and what a page must not make of them.

import { expect, type Page } from "@playwright/test";

import type { Served } from "./served";

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

export const PAYLOADS = CONTEXTS.flatMap((dress) => VECTORS.map(dress)).map((payload, index) =>
  payload.replaceAll("@", String(index + 100)),
);

/** The longest name. */
const NAME_CHARS_MAX = 40;

/** Those that may be a name. */
export const NAMES = PAYLOADS.filter((payload) => payload.length <= NAME_CHARS_MAX);

/** Elements and attributes that these pages never have, and that only markup could have made. */
const FOREIGN = [
  "iframe, object, embed, base, math, video, template, marquee, style, form[action]",
  "script:not([src]), meta[http-equiv], link[href*='evil'], img:not([src^='blob:']), [id^='x1'], [id^='x2']",
  "[onerror], [onload], [onclick], [onfocus], [ontoggle], [srcdoc]",
  "[href^='javascript:' i], [src^='javascript:' i], [href*='evil'], [src*='evil']",
].join(", ");

/** Opens a page that tells of everything it should not do. */
export async function watched(page: Page, served: Served): Promise<string[]> {
  const told: string[] = [];
  page.on("dialog", (dialog) => {
    told.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    const isOwn =
      url.origin === new URL(served.address).origin ||
      ["data:", "about:", "blob:"].includes(url.protocol);
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

/** Nothing on the page was made of markup. */
export async function expectNothingMade(page: Page, where: string): Promise<void> {
  const made = await page.locator(FOREIGN).evaluateAll((all) => all.map((one) => one.outerHTML));
  expect(made, where).toEqual([]);
}

/** Opens a screen anew. */
export async function go(page: Page, served: Served, path: string): Promise<void> {
  // Only the fragment differs: without this the page would not be opened anew.
  await page.goto("about:blank");
  await page.goto(served.at(path));
}

/** Everything that a page says, in its text and in its fields. */
export async function saidBy(page: Page): Promise<string> {
  return page.evaluate(() => {
    const fields = [...document.querySelectorAll<HTMLInputElement>("input, textarea")];
    return [document.body.textContent, ...fields.map((field) => field.value)].join("\n");
  });
}
