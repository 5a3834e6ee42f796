// A picture of every screen, at both sizes and in both languages; fails on words that are cut off
// and on anything axe finds.

import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { expect, test, type Page } from "@playwright/test";

import { SCREENS } from "../src/app/screens";
import type { Preferences } from "../src/host/generated/Preferences";
import { axeFindings, clippedTexts } from "./judge";
import { demoHome, newHome, PASSPHRASE, Served } from "./served";

const FOLDER = process.env["PINGLI_LOOK"] ?? "../target/look";

const SIZES = [100, 200];
const LANGUAGES = ["zh-CN", "en"] as const;

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
  names = {
    ":case": conflict.record,
    ":record": conflict.record,
    ":key": encodeURIComponent(conflict.key),
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
      for (const screen of SCREENS) {
        const path = screen.path.replace(/:[a-z]+/g, (name) => names[name] ?? name);
        await page.goto("about:blank");
        await page.goto(open.at(path));
        await settled(page);
        await judge(page, `${screen.name}-${suffix}`);
      }
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
    });
  }
}
