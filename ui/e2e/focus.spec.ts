// Whoever has no mouse goes on from what they opened a dialog with.

import { expect, test } from "@playwright/test";

import { messages } from "../src/messages/zh-CN";
import { demoHome, PASSPHRASE, Served } from "./served";

let served: Served;

test.beforeAll(async () => {
  served = await Served.start(demoHome(3));
  await served.call("profile_unlock", { passphrase: PASSPHRASE });
});
test.afterAll(() => served?.stop());

test("the focus goes back to what opened a dialog, also through a menu", async ({ page }) => {
  const { rows } = await served.call("case_list", { limit: 1 });
  await page.goto(served.at(`/cases/${rows[0]?.id}`));
  await expect(page.locator(".loading")).toHaveCount(0);
  const more = page.getByRole("button", { name: messages.acts.menu, exact: true }).first();
  await more.press("Enter");
  const search = page.getByRole("dialog").getByRole("searchbox");
  await expect(search).toBeFocused();
  await search.press("Escape");
  await expect(more).toBeFocused();

  await more.press("Enter");
  await search.fill(messages.words.factKind.note);
  await search.press("Enter");
  await expect(page.getByRole("dialog")).toHaveCount(1);
  await expect(search).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(more).toBeFocused();
});
