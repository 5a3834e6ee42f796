// Text from a hostile village: two hundred pieces of markup in whatever people type. Each is shown
// as the text it is; no element comes of it, nothing runs, nothing is fetched, no dialog opens.

import { expect, test } from "@playwright/test";

import { SCREENS } from "../src/app/screens";
import { expectNothingMade, go, NAMES, PAYLOADS, saidBy, watched } from "./markup";
import { attach, picture } from "./pictures";
import { newHome, PASSPHRASE, Served } from "./served";

let served: Served;
const cases: string[] = [];
/** What stands for a name. */
const name = (index: number) => NAMES[index % NAMES.length] ?? "";

test.beforeAll(async () => {
  expect(PAYLOADS).toHaveLength(200);
  served = await Served.start(newHome());
  await served.call("org_create", {
    name: name(0),
    user_name: name(1),
    device_name: name(2),
    passphrase: PASSPHRASE,
  });
  for (let at = 0; at < PAYLOADS.length; at += 10) {
    const [title, place, summary, first, second, photograph = "", ...notes] = PAYLOADS.slice(
      at,
      at + 10,
    );
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
    await attach(served, id, photograph, picture(24, 16, 0));
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

test("two hundred pieces of markup on a case stay text", async ({ page }) => {
  const told = await watched(page, served);
  let shown = 0;
  for (const [at, id] of cases.entries()) {
    await go(page, served, `/cases/${id}`);
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

test("a photograph with a hostile name is looked at", async ({ page }) => {
  const told = await watched(page, served);
  const [photograph = ""] = PAYLOADS.slice(5);
  await go(page, served, `/cases/${cases[0]}`);
  await page.locator(".tiles .tile").first().click();
  await expect(page.locator("dialog .stage img")).toBeVisible();
  await expect(page.locator("dialog h2").first()).toHaveText(photograph);
  await expectNothingMade(page, "the viewer");
  expect(told).toEqual([]);
});

test("no screen makes anything of markup in names and titles", async ({ page }) => {
  const told = await watched(page, served);
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
    await go(page, served, path.replace(":case", cases[0] ?? "").replace(":person", person));
    await page.waitForSelector("h1", { timeout: 60_000 });
    await expect(page.locator(".loading")).toHaveCount(0, { timeout: 60_000 });
    await expectNothingMade(page, name);
    seen += await saidBy(page);
  }
  expect(told).toEqual([]);
  // The unit, the user and the computer are called so on some screen, a person is, and cases stand
  // in the list.
  for (const payload of [name(0), name(1), name(2), ...PAYLOADS.slice(0, 4)]) {
    expect(seen).toContain(payload);
  }
});
