// A picture of every screen in one language, at both sizes; fails on words that are cut off and on
// anything axe finds. Each language is a file of its own, so that two of them are looked at at once.

import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { expect, test, type Page } from "@playwright/test";

import { SCREENS, type Screen } from "../src/app/screens";
import { GROUPS } from "../src/features/case/offers";
import type { Commands } from "../src/host/generated/commands";
import type { Preferences } from "../src/host/generated/Preferences";
import { messages as english } from "../src/messages/en";
import { messages as chinese } from "../src/messages/zh-CN";
import { axeFindings, clippedTexts } from "./judge";
import { demoHome, newHome, PASSPHRASE, Served } from "./served";
import { archivedCase, knownPerson, twinCases, watchedCase } from "./stories";

const FOLDER = process.env["PINGLI_LOOK"] ?? "../target/look";

const MESSAGES = { "zh-CN": chinese, en: english };
const SIZES = [100, 200];
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
/** The township itself, at work. */
let centre: Served;
/** What stands for the parameters of a path. */
let names: Record<string, string> = {};

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

/** Has the page told that this computer and another one were copied, and that one may act on it. */
async function asCopied(page: Page): Promise<void> {
  const { office } = await open.call("status_get", {});
  const { devices } = await open.call("device_list", {});
  const at_ms = Date.now();
  const changes: Partial<{ [N in keyof Commands]: (answer: Commands[N]["result"]) => unknown }> = {
    status_get: (answer) => ({
      ...answer,
      office: answer.office && { ...answer.office, is_forked: true, can_invite: true },
    }),
    device_list: (answer) => ({
      ...answer,
      may_revoke: true,
      devices: devices
        .map((line, at) => ({ ...line, is_this: at > 0, forked_ms: at_ms }))
        .slice(0, 2),
    }),
    alarm_list: () => ({
      alarms: [
        { key: "fork", kind: "fork", unit: office?.unit, device: office?.device, says: "", at_ms },
      ],
    }),
  };
  await page.route("**/call", async (route) => {
    const { name } = route.request().postDataJSON() as { name: keyof Commands };
    const change = changes[name] as ((answer: unknown) => unknown) | undefined;
    if (!change) {
      await route.continue();
      return;
    }
    const response = await route.fetch();
    await route.fulfill({ response, json: change(await response.json()) });
  });
}

/** Looks at everything in a language. */
export function look(language: Preferences["language"]): void {
  test.beforeAll(async () => {
    mkdirSync(FOLDER, { recursive: true });
    const home = demoHome(300);
    open = await Served.start(home);
    await open.call("profile_unlock", { passphrase: PASSPHRASE });
    locked = await Served.start(join(home, "township"));
    none = await Served.start(newHome());
    centre = await Served.start(join(demoHome(20), "township"));
    await centre.call("profile_unlock", { passphrase: PASSPHRASE });
    const conflict = (await open.call("conflict_list", { limit: 1 })).rows[0];
    if (!conflict) {
      throw new Error("the example has no conflict");
    }
    names = {
      ":case": conflict.record,
      ":record": conflict.record,
      ":key": encodeURIComponent(conflict.key),
      ":watched": await watchedCase(open),
      ":archived": await archivedCase(open),
      ":person": await knownPerson(open),
    };
    await twinCases(open);
  });

  test.afterAll(() => {
    [open, locked, none, centre].forEach((served) => served?.stop());
  });

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

    test(`a computer that was copied ${suffix}`, async ({ page }) => {
      await open.call("preferences_set", preferences);
      await asCopied(page);
      for (const [name, path] of [
        ["copied-here", "/"],
        ["copied-there", "/settings"],
      ] as const) {
        await page.goto("about:blank");
        await page.goto(open.at(path));
        await settled(page);
        await judge(page, `${name}-${suffix}`);
      }
      const { renew } = MESSAGES[language].settings.devices;
      const button = page.getByText(renew, { exact: true });
      await button.scrollIntoViewIfNeeded();
      await judge(page, `copied-listed-${suffix}`);
      await button.click();
      await page.waitForSelector("dialog[open]");
      await judge(page, `copied-renewed-${suffix}`);
    });

    test(`one person less ${suffix}`, async ({ page }) => {
      await centre.call("preferences_set", preferences);
      const words = MESSAGES[language].redaction;
      const id = await archivedCase(centre);
      const { parties } = await centre.call("case_get", { case: id });
      const [party] = parties;
      if (!party) throw new Error("the case has no party");
      await page.goto("about:blank");
      await page.goto(centre.at(`/cases/${id}/redact`));
      await settled(page);
      await page.getByRole("radio", { name: party.shown_name }).click();
      await page.waitForSelector("ol h3");
      await judge(page, `redaction-places-${suffix}`);
      await page
        .locator("ol h3")
        .first()
        .evaluate((heading) => heading.scrollIntoView());
      await judge(page, `redaction-places-2-${suffix}`);
      await page.getByText(words.sure).scrollIntoViewIfNeeded();
      await judge(page, `redaction-end-${suffix}`);
      const request = { case: id, party: party.id };
      const looked = await centre.call("redaction_preview", { ...request, words: [] });
      await centre.call("case_redact", {
        ...request,
        words: looked.words,
        ground: "retention_ended",
        reason: "保管期限已满",
      });
      await page.goto("about:blank");
      await page.goto(centre.at(`/cases/${id}`));
      await settled(page);
      await judge(page, `redacted-${suffix}`);
      await page.goto("about:blank");
      await page.goto(centre.at("/settings/erasures"));
      await settled(page);
      await judge(page, `redacted-erasures-${suffix}`);
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
