import { screen } from "@testing-library/vue";
import { beforeAll, describe, expect, it } from "vitest";

import type { Answers } from "@/host/memory";

import { line } from "./cases";
import { expectAccessible, office, open, status, unitList } from "./open";

const saved = { name: "list.xlsx", path: "/tmp/list.xlsx", bytes: 9 };
const persons = [{ id: "P-1", name: "张桂兰", phone: "13900006218", address: "桥头村三组" }];
const answers: Answers = {
  person_list: ({ query }) => ({
    rows: query === "无" ? [] : persons,
    total: query === "无" ? 0 : 1,
  }),
  case_list: { rows: [line(1)], total: 1, all: 1 },
  case_search: { rows: [line(1)], total: 1, all: 1 },
  unit_list: unitList([]),
  list_export: saved,
  stick_list: { sticks: [] },
};

async function take(at: string, more: Answers = {}) {
  const opened = await open(at, { ...answers, ...more });
  return { ...opened, button: await screen.findByRole("button", { name: "存成表格" }) };
}
async function save({ user, button }: Awaited<ReturnType<typeof take>>) {
  await user.click(button);
  await user.type(await screen.findByRole("textbox", { name: /文件/ }), "/tmp/list.xlsx");
  const buttons = screen.getAllByRole("button", { name: "存表格" });
  await user.click(buttons.at(-1) as HTMLElement);
  expect(await screen.findByText(/已存好/)).toBeVisible();
}

describe("lists that are taken along", () => {
  // Nothing is laid out here: every element is as tall as the grid would be.
  beforeAll(() => {
    Object.defineProperties(HTMLElement.prototype, {
      clientHeight: { configurable: true, get: () => 480 },
      clientWidth: { configurable: true, get: () => 1000 },
    });
  });

  it("are saved as they are filtered, headed in words, to the place that was chosen", async () => {
    const page = await take("/people");
    await page.user.type(screen.getByLabelText("找人"), "张");
    await expectAccessible();
    await save(page);
    const asked = page.host.calls.find(({ name }) => name === "list_export")?.payload as {
      list: unknown;
      words: { columns: Record<string, string>; words: Record<string, string> };
    };
    expect(asked.list).toEqual({ persons: { offset: 0, limit: null, query: "张" } });
    expect(asked.words.columns.phone).toBe("电话");
    expect(asked.words.words.title).toBe("人员");
  });

  it("are the search's where something is looked for in the ledger", async () => {
    const page = await take("/cases?q=排水");
    await save(page);
    const asked = page.host.calls.find(({ name }) => name === "list_export")?.payload;
    expect(asked).toMatchObject({
      list: { found: { query: "排水", limit: null } },
      words: { columns: { title: "事由" }, words: { title: "矛盾纠纷一张表" } },
      to: { path: "/tmp/list.xlsx" },
    });
  });

  it("are not offered where there is nothing, or to whoever may not", async () => {
    await open("/people", { ...answers, person_list: { rows: [], total: 0 } });
    expect(await screen.findByText(/还没有/)).toBeVisible();
    expect(screen.queryByRole("button", { name: "存成表格" })).toBeNull();
    const commands = ["person_list", "person_get"];
    await open("/people", { ...answers, status_get: status({ office: office({ commands }) }) });
    expect(await screen.findByText("张桂兰")).toBeVisible();
    expect(screen.queryByRole("button", { name: "存成表格" })).toBeNull();
  });
});
