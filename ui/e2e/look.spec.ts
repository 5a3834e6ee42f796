// A picture of every screen, at both sizes and in both languages; fails on words that are cut off
// and on anything axe finds.

import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { expect, test, type Page } from "@playwright/test";

import { SCREENS, type Screen } from "../src/app/screens";
import { GROUPS } from "../src/features/case/offers";
import type { Preferences } from "../src/host/generated/Preferences";
import { messages as english } from "../src/messages/en";
import { messages as chinese } from "../src/messages/zh-CN";
import { axeFindings, clippedTexts } from "./judge";
import { demoHome, newHome, PASSPHRASE, Served } from "./served";
import { archivedCase, watchedCase } from "./stories";

const FOLDER = process.env["PINGLI_LOOK"] ?? "../target/look";

const MESSAGES = { "zh-CN": chinese, en: english };
const SIZES = [100, 200];
const LANGUAGES = ["zh-CN", "en"] as const;
/** Every form is opened by itself. */
const FORMS_MS = 600_000;
/** Cases in a state of their own. */
const CASES: readonly Screen[] = [
  { name: "case-watched", path: "/cases/:watched" },
  { name: "case-archived", path: "/cases/:archived" },
];

let open: Served;
let locked: Served;
let none: Served;
/** What stands for the parameters of a path. */
let names: Record<string, string> = {};

test.beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  const home = demoHome(300);
  open = await Served.start(home);
  await open.call("profile_unlock", { passphrase: PASSPHRASE });
  locked = await Served.start(join(home, "township"));
  none = await Served.start(newHome());
  const conflict = (await open.call("conflict_list", { limit: 1 })).rows[0];
  if (!conflict) {
    throw new Error("the example has no conflict");
  }
  const person = await open.call("person_add", {
    name: "张桂兰",
    sex: "female",
    birth: "1961-03-02",
    phone: "13900006218",
    address: "桥头村三组老祠堂旁边",
    id_number: "330121196103021234",
    note: null,
  });
  names = {
    ":case": conflict.record,
    ":record": conflict.record,
    ":key": encodeURIComponent(conflict.key),
    ":person": person.id,
    ":watched": await watchedCase(open),
    ":archived": await archivedCase(open),
  };
});

test.afterAll(() => {
  [open, locked, none].forEach((served) => served?.stop());
});

async function settled(page: Page): Promise<void> {
  await page.waitForSelector("h1");
  await expect(page.locator(".loading")).toHaveCount(0);
  await page.evaluate(() => document.fonts.ready);
}

async function judge(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
  const words = await clippedTexts(page);
  const found = await axeFindings(page);
  expect.soft(words, `${name}: words`).toEqual([]);
  expect.soft(found, `${name}: axe`).toEqual([]);
}

for (const language of LANGUAGES) {
  for (const zoom_percent of SIZES) {
    const preferences: Preferences = { language, zoom_percent };
    const suffix = `${language}-${zoom_percent}`;

    test(`every page ${suffix}`, async ({ page }) => {
      await open.call("preferences_set", preferences);
      for (const screen of [...SCREENS, ...CASES]) {
        const path = screen.path.replace(/:[a-z]+/g, (name) => names[name] ?? name);
        await page.goto("about:blank");
        await page.goto(open.at(path));
        await settled(page);
        await judge(page, `${screen.name}-${suffix}`);
      }
    });

    test(`every form of a case ${suffix}`, async ({ page }) => {
      await open.call("preferences_set", preferences);
      test.setTimeout(FORMS_MS);
      const path = `/cases/${names[":case"]}`;
      const { may_write } = await open.call("case_get", { case: names[":case"] });
      const kinds = Object.values(GROUPS)
        .flat()
        .filter((kind) => may_write.includes(kind));
      expect(kinds.length).toBeGreaterThan(30);
      for (const kind of kinds) {
        await page.goto("about:blank");
        await page.goto(open.at(`${path}?do=${kind}`));
        await settled(page);
        await page.waitForSelector("dialog[open]");
        await judge(page, `form-${kind}-${suffix}`);
      }
      await page.goto("about:blank");
      await page.goto(open.at(path));
      await settled(page);
      await page.locator("header button[aria-haspopup=dialog]").first().click();
      await page.waitForSelector("dialog[open]");
      await judge(page, `menu-${suffix}`);
      await page.keyboard.press("Escape");
      await expect(page.locator("dialog[open]")).toHaveCount(0);
      await page.locator("button.why").first().click();
      await page.waitForSelector("dialog[open]");
      await judge(page, `why-${suffix}`);
    });

    test(`the first screens ${suffix}`, async ({ page }) => {
      for (const [name, served] of [
        ["welcome", none],
        ["lock", locked],
      ] as const) {
        await served.call("preferences_set", preferences);
        await page.goto("about:blank");
        await page.goto(served.address);
        await settled(page);
        await judge(page, `${name}-${suffix}`);
      }
      const words = MESSAGES[language].gate.choose;
      for (const [name, way] of [
        ["found", words.found],
        ["join", words.join],
      ] as const) {
        await page.goto("about:blank");
        await page.goto(none.address);
        await settled(page);
        await page.getByRole("button", { name: way }).click();
        await settled(page);
        await judge(page, `${name}-${suffix}`);
      }
    });
  }
}
