import { screen, waitFor, within } from "@testing-library/vue";
import { beforeAll, describe, expect, it } from "vitest";

import { cut } from "@/features/ledger/match";
import type { Answers } from "@/host/memory";

import { desk, line } from "./cases";
import { expectAccessible, office, open, status, TOWNSHIP, VILLAGE, unitList } from "./open";

const TOTAL = 10_000;

const answers: Answers = {
  unit_list: unitList([TOWNSHIP, VILLAGE]),
  case_list: ({ offset, limit }) => ({
    rows: Array.from({ length: Math.min(limit ?? 200, TOTAL - offset) }, (_, index) =>
      line(offset + index),
    ),
    total: TOTAL,
    all: TOTAL,
  }),
  case_search: ({ query }) => ({
    rows: query === "张 排水" ? [line(7)] : [],
    total: query === "张 排水" ? 1 : 0,
    all: TOTAL,
  }),
};

describe("the ledger", () => {
  // Nothing is laid out here: every element is as tall as the grid would be.
  beforeAll(() => {
    Object.defineProperties(HTMLElement.prototype, {
      clientHeight: { configurable: true, get: () => 480 },
      clientWidth: { configurable: true, get: () => 1000 },
    });
  });

  it("draws only the rows in sight of ten thousand", async () => {
    await open("/cases", answers);
    const grid = await screen.findByRole("grid", { name: "案件台账" });
    expect(grid).toHaveAttribute("aria-rowcount", "10001");
    const rows = await within(grid).findAllByRole("row");
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.length).toBeLessThanOrEqual(61);
    await expectAccessible();
  });

  it("asks for no more than two hundred rows at once", async () => {
    const { host } = await open("/cases", answers);
    await screen.findByRole("grid");
    const asked = host.calls.filter((call) => call.name === "case_list");
    for (const { payload } of asked) {
      expect(payload).toMatchObject({ limit: 200 });
    }
  });

  it("walks with the arrow keys and opens with Enter", async () => {
    const { user, router } = await open("/cases", answers);
    const grid = await screen.findByRole("grid");
    await within(grid).findByText("临-A-0001");
    grid.focus();
    await user.keyboard("{ArrowDown}{Enter}");
    await waitFor(() => expect(router.currentRoute.value.path).toBe("/cases/CASE-1"));
  });

  it("searches as one types and marks what matched", async () => {
    const { user } = await open("/", {
      ...answers,
      workbench_get: desk(),
    });
    await user.type(await screen.findByRole("searchbox", { name: "查找案件" }), "张 排水");
    expect(await screen.findByText(/共 10,000 件，符合 1 件/)).toBeVisible();
    const grid = await screen.findByRole("grid");
    await waitFor(() => {
      const marked = Array.from(grid.querySelectorAll("mark"), (mark) => mark.textContent);
      expect(marked).toEqual(["张", "排水"]);
    });
  });

  it("says how to find more when nothing fits", async () => {
    await open("/cases?q=没有", answers);
    expect(await screen.findByText("没有符合的")).toBeVisible();
  });

  it("offers no registration to a role that may not register", async () => {
    await open("/cases", {
      ...answers,
      status_get: status({ office: office({ may_register: false }) }),
      case_list: { rows: [], total: 0, all: 0 },
    });
    expect(await screen.findByText("还没有案子")).toBeVisible();
    expect(screen.queryByRole("link", { name: /登记/ })).toBeNull();
  });

  it("says how the first case is made when there is none", async () => {
    await open("/cases", { ...answers, case_list: { rows: [], total: 0, all: 0 } });
    expect(await screen.findByRole("link", { name: "登记第一件纠纷" })).toBeVisible();
    await expectAccessible();
  });

  it("says first how near the deadline is, and lists by it when asked", async () => {
    const rows = [
      line(1, { next_due: { day: "2026-03-21", what: "第一期" } }),
      line(2, { next_due: { day: "2026-03-26", what: "第二期" } }),
      line(3),
    ];
    const { host, user } = await open("/cases", {
      ...answers,
      case_list: { rows, total: 3, all: 3 },
    });
    const grid = await screen.findByRole("grid");
    await within(grid).findByText("超 3 天");
    const first = Array.from(grid.querySelectorAll('[role="gridcell"]:first-child'), (cell) =>
      cell.textContent?.trim(),
    );
    expect(first).toEqual(["超 3 天", "还有 2 天", "—没有等着履行的"]);
    const newest = screen.getByRole("button", { name: "最近登记" });
    expect(newest).toHaveAttribute("aria-pressed", "true");
    await user.click(screen.getByRole("button", { name: "履行日最近" }));
    await waitFor(() => expect(host.calls.at(-1)?.payload).toMatchObject({ order: "due" }));
    expect(await screen.findByText("共 3 件")).toBeVisible();
    await expectAccessible();
  });

  it("filters by visible words", async () => {
    const { host, user } = await open("/cases", answers);
    await user.selectOptions(await screen.findByRole("combobox", { name: "状态" }), "履行中");
    await waitFor(() =>
      expect(host.calls.at(-1)?.payload).toMatchObject({ state: "performing", offset: 0 }),
    );
  });
});

describe("marking what matched", () => {
  it.each([
    ["张某、李某", ["张"], "[张]某、李某"],
    ["门前排水沟", ["排水", "水沟"], "门前[排水沟]"],
    ["Abc", ["b"], "A[b]c"],
    ["无关", ["x"], "无关"],
  ])("%s", (text, words, want) => {
    const marked = cut(text, words).map((piece) =>
      piece.isMatch ? `[${piece.text}]` : piece.text,
    );
    expect(marked.join("")).toBe(want);
  });
});
