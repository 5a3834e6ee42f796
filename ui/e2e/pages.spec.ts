// More pages of one program than a browser has lines to one address.

import { expect, test, type Page } from "@playwright/test";

import { demoHome, PASSPHRASE, Served } from "./served";

/** A browser has six lines to one address. */
const PAGES = 8;

let served: Served;

test.beforeAll(async () => {
  served = await Served.start(demoHome(3));
  await served.call("profile_unlock", { passphrase: PASSPHRASE });
});

test.afterAll(() => {
  served.stop();
});

test("every page opens, hears what another changed, and goes on when the first one has gone", async ({
  context,
}) => {
  const pages: Page[] = [];
  for (let at = 0; at < PAGES; at += 1) {
    const page = await context.newPage();
    // The exchange page listens from many places.
    await page.goto(served.at("/exchange"));
    await page.waitForSelector("h1");
    await expect(page.locator(".loading")).toHaveCount(0);
    await page.evaluate(() => document.fonts.ready);
    pages.push(page);
  }
  const zoomOf = (at: number) => () =>
    pages[at]?.evaluate(() => document.documentElement.style.getPropertyValue("--zoom"));
  await served.call("preferences_set", { zoom_percent: 125 });
  for (let at = 0; at < PAGES; at += 1) {
    await expect.poll(zoomOf(at)).toBe("1.25");
  }
  await pages[0]?.close();
  await expect
    .poll(async () => {
      const { preferences } = await served.call("status_get", {});
      const zoom_percent = preferences.zoom_percent === 125 ? 150 : 125;
      await served.call("preferences_set", { zoom_percent });
      await pages[1]?.waitForTimeout(300);
      return (await zoomOf(PAGES - 1)()) === String(zoom_percent / 100);
    })
    .toBe(true);
});
