// The pages of attachments at both sizes and in both languages: the card, a file on its way in, and
// everything that is looked at; fails on words that are cut off and on anything axe finds.

import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { expect, test, type Page } from "@playwright/test";

import { messages as english } from "../src/messages/en";
import { messages as chinese } from "../src/messages/zh-CN";
import { axeFindings, clippedTexts } from "./judge";
import { attachAll, picture } from "./pictures";
import { demoHome, PASSPHRASE, Served } from "./served";
import { archivedCase } from "./stories";

const FOLDER = process.env["PINGLI_LOOK"] ?? "../target/look";
const MESSAGES = { "zh-CN": chinese, en: english };

let served: Served;
let id = "";

test.beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  served = await Served.start(demoHome(20));
  await served.call("profile_unlock", { passphrase: PASSPHRASE });
  id = await archivedCase(served);
  await attachAll(served, id);
});
test.afterAll(() => served?.stop());

async function judge(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
  expect.soft(await clippedTexts(page), `${name}: words`).toEqual([]);
  expect.soft(await axeFindings(page), `${name}: axe`).toEqual([]);
}
async function go(page: Page): Promise<void> {
  await page.goto("about:blank");
  await page.goto(served.at(`/cases/${id}`));
  await page.waitForSelector("#attachments-title");
  await expect(page.locator(".loading")).toHaveCount(0);
}
/** Scrolls the page, and nothing around it, to the card. */
async function show(page: Page): Promise<void> {
  await page.evaluate(() => {
    const main = document.querySelector("main");
    const card = document.querySelector("#attachments-title")?.closest("section");
    if (!main || !card) return;
    const zoom = Number(document.documentElement.style.zoom || 1);
    main.scrollTop += (card.getBoundingClientRect().top - main.getBoundingClientRect().top) / zoom;
  });
}
/** Has the page told that the first photograph is on another computer still. */
async function asElsewhere(page: Page): Promise<void> {
  await page.route("**/call", async (route) => {
    const { name } = route.request().postDataJSON() as { name: string };
    const response = await route.fetch();
    const answer = (await response.json()) as { attachments?: object[] };
    if (name === "case_get" && answer.attachments) {
      const [first, ...others] = answer.attachments;
      answer.attachments = [{ ...first, is_here: false }, ...others];
    }
    await route.fulfill({ response, json: answer });
  });
}

for (const language of ["zh-CN", "en"] as const) {
  for (const zoom_percent of [100, 200]) {
    const suffix = `${language}-${zoom_percent}`;
    const words = MESSAGES[language].attachments;

    test(`what is attached ${suffix}`, async ({ page }) => {
      await served.call("preferences_set", { language, zoom_percent });
      await go(page);
      const tiles = page.locator(".tiles > li");
      await expect(tiles).toHaveCount(4);
      await expect(tiles.locator("img")).toHaveCount(2);
      await show(page);
      await judge(page, `attachments-${suffix}`);

      // One that is a photograph and one that only seems to be.
      await page.locator("input[type=file]").setInputFiles([
        { name: "IMG_0412.bmp", mimeType: "image/bmp", buffer: picture(64, 48, 3) },
        {
          name: "IMG_0413.HEIC",
          mimeType: "image/heic",
          buffer: Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
        },
      ]);
      await show(page);
      await judge(page, `attachments-chosen-${suffix}`);
      // The photograph is not put in: the case stays as it is for the next size.
      await page.getByRole("button", { name: words.removeOf("IMG_0412") }).click();
      await page.getByRole("button", { name: words.send(1), exact: true }).click();
      await page.waitForSelector(".fault");
      await show(page);
      await judge(page, `attachments-failed-${suffix}`);
    });

    test(`what is looked at ${suffix}`, async ({ page }) => {
      await served.call("preferences_set", { language, zoom_percent });
      await go(page);
      await page.locator(".tiles .tile").first().click();
      await page.waitForSelector(".stage img");
      await page.waitForFunction(() => {
        const image = document.querySelector<HTMLImageElement>(".stage img");
        return image?.complete && image.getBoundingClientRect().width > 40;
      });
      await judge(page, `viewer-${suffix}`);
      await page.keyboard.press("r");
      await page.keyboard.press("+");
      await judge(page, `viewer-turned-${suffix}`);
      await page.keyboard.press("0");
      await page.keyboard.press("r");
      await page.getByRole("button", { name: words.viewer.crop, exact: true }).click();
      const box = await page.locator(".sheet").boundingBox();
      if (!box) throw new Error("no picture");
      await page.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.25);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.7, box.y + box.height * 0.8, { steps: 4 });
      await page.mouse.up();
      await judge(page, `viewer-crop-${suffix}`);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: words.viewer.save, exact: true }).click();
      await page.waitForSelector("dialog dialog[open]");
      await judge(page, `viewer-save-${suffix}`);
      await page.keyboard.press("Escape");
      await page.emulateMedia({ media: "print" });
      await page.screenshot({ path: join(FOLDER, `viewer-print-${suffix}.png`) });
      await page.emulateMedia({ media: "screen" });
      for (const [name, title] of [
        ["withdrawn", "拍糊了的一张"],
        ["paper", "宅基地使用证复印件"],
        ["sound", "张某的录音"],
      ] as const) {
        await page.keyboard.press("ArrowRight");
        await expect(page.locator("dialog h2")).toHaveText(title);
        await expect(page.locator(".loading")).toHaveCount(0);
        await judge(page, `viewer-${name}-${suffix}`);
      }
    });

    test(`what is elsewhere ${suffix}`, async ({ page }) => {
      await served.call("preferences_set", { language, zoom_percent });
      await asElsewhere(page);
      await go(page);
      await show(page);
      await judge(page, `attachments-elsewhere-${suffix}`);
      await page.locator(".tiles .tile").first().click();
      await page.waitForSelector("dialog .thumb img");
      await judge(page, `viewer-elsewhere-${suffix}`);
    });
  }
}

test("a crop is put beside the original", async ({ page }) => {
  await served.call("preferences_set", { language: "zh-CN", zoom_percent: 100 });
  await go(page);
  await page.locator(".tiles .tile").first().click();
  await page.getByRole("button", { name: "裁剪", exact: true }).click();
  await page.getByRole("button", { name: chinese.attachments.crop.send }).click();
  await expect(page.getByText(chinese.attachments.crop.done)).toBeVisible();
  const { attachments } = await served.call("case_get", { case: id });
  const names = attachments.map(({ name }) => name);
  expect(names).toContain("水沟被堵的地方（裁剪）");
  expect(names).toContain("水沟被堵的地方");
});
