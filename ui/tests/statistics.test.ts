import { screen, within } from "@testing-library/vue";
import { describe, expect, it } from "vitest";

import type { Answers } from "@/host/memory";
import type { FigureView, PeriodView, StatisticsTableView } from "@/host/types";
import { isPeriod, periodOf, step } from "@/features/statistics/periods";

import { expectAccessible, NOW_MS, office, open, status, TOWNSHIP, VILLAGE } from "./open";

const NONE = {
  cases: 0,
  parties: 0,
  succeeded: 0,
  written: 0,
  oral: 0,
  amount_fen: 0,
  by_source: {},
  by_category: {},
  by_unit: [],
};

function period(change: Partial<PeriodView> = {}): PeriodView {
  return {
    period: "2026-02",
    is_over: true,
    numbers: NONE,
    truth: NONE,
    late: [],
    late_numbers: NONE,
    freeze: null,
    other_freezes: [],
    reports: [
      {
        unit: VILLAGE,
        at_freeze: null,
        now: "missing",
        as_of: "2026-02-10",
        days_since: 42,
        gap_days: 39,
      },
    ],
    may_freeze: true,
    may_report_zero: false,
    ...change,
  };
}
function figure(counter: string, change: Partial<FigureView> = {}): FigureView {
  return { counter, reported: 0, late: 0, now: 0, before: 0, year_before: 0, ...change };
}
const counter = (of: string, zh: string) => ({
  counter: of,
  group: "total" as const,
  zh,
  en: of,
  what_zh: `${zh}怎么算`,
  what_en: of,
  source: "统计表",
});
function page(rows: FigureView[], answers: Answers = {}, of: Partial<PeriodView> = {}) {
  const table: StatisticsTableView = {
    unit: null,
    units: [VILLAGE, TOWNSHIP],
    may_read_all: true,
    rows,
    period: period(of),
  };
  return open("/statistics", {
    status_get: status({
      office: office({ unit: TOWNSHIP, user: { id: "W", name: "吴某", role: "R7" } }),
    }),
    statistics_table: table,
    statistics_counters: {
      version: "1",
      source: "统计表",
      rows: [counter("cases", "调解案件总数"), counter("amount", "协议涉及金额（元）")],
      by_hand: [{ zh: "排查纠纷", en: "looked for" }],
    },
    ...answers,
  });
}

describe("periods", () => {
  it("are walked through across years", () => {
    expect(step("2026-01", -1)).toBe("2025-12");
    expect(step("2025-Q4", 1)).toBe("2026-Q1");
    expect(step("2026", -2)).toBe("2024");
    expect(periodOf("2026-03-24", "quarter")).toBe("2026-Q1");
    expect(periodOf("2026-12-01", "quarter")).toBe("2026-Q4");
    expect(["2026-13", "2026-Q5", "x", "2026-1"].filter(isPeriod)).toEqual([]);
  });
});

describe("the page of statistics", () => {
  it("begins with the month before, and says what every figure is compared with", async () => {
    const { host } = await page([
      figure("cases", { reported: 6, now: 6, before: 4, year_before: 6 }),
      figure("amount", { reported: 3_200_050, now: 3_200_050 }),
    ]);
    expect(await screen.findByText("2026 年 2 月")).toBeVisible();
    const row = within(await screen.findByRole("row", { name: /调解案件总数/ }));
    expect(row.getByText("+2（+50%）")).toBeVisible();
    expect(row.getByText("一样")).toBeVisible();
    expect(screen.getByText("32,000.5")).toBeVisible();
    expect(host.calls.find((call) => call.name === "statistics_table")?.payload).toEqual({
      period: "2026-02",
      unit: null,
    });
    expect(screen.getByText(/2月10日，42 天前；此前缺报 39 天/)).toBeVisible();
    expect(screen.getAllByText("未报").length).toBeGreaterThan(0);
    await expectAccessible();
  });

  it("opens the cases behind a figure", async () => {
    const { host, user } = await page([figure("cases", { reported: 1, now: 1 })], {
      statistics_cases: {
        rows: [
          { case: "C", number: "临-1", title: "滴水", unit: VILLAGE, day: "2026-02-03", adds: 1 },
        ],
        total: 1,
        sum: 1,
      },
    });
    await user.click(await screen.findByRole("button", { name: /调解案件总数，本期 1/ }));
    expect(await screen.findByRole("link", { name: "滴水" })).toHaveAttribute("href", "/cases/C");
    expect(screen.getByText("调解案件总数怎么算")).toBeVisible();
    expect(host.calls.at(-1)?.payload).toMatchObject({ counter: "cases", column: "reported" });
    await expectAccessible();
  });

  it("says who is missing before a period is frozen", async () => {
    const { host, user } = await page([figure("cases", { now: 1, reported: 1 })], {
      period_freeze: period(),
    });
    await user.click(await screen.findByRole("button", { name: "冻结上报" }));
    const dialog = within(await screen.findByRole("dialog"));
    expect(dialog.getByText(/还有 1 个村没有报/)).toBeVisible();
    await user.click(dialog.getByRole("checkbox"));
    await user.click(dialog.getByRole("button", { name: "冻结上报" }));
    expect(host.calls.find((call) => call.name === "period_freeze")?.payload).toEqual({
      period: "2026-02",
      printed: true,
      note: "",
    });
  });

  it("shows what was frozen beside what is known now", async () => {
    const at = new Date(NOW_MS).toISOString().slice(0, 10);
    await page(
      [figure("cases", { reported: 5, late: 2, now: 7 })],
      {},
      {
        freeze: {
          id: "F",
          by: { id: "W", name: "吴某", role: "R7" },
          unit: TOWNSHIP,
          at,
          printed: true,
          note: "",
          cases: [],
        },
        may_freeze: false,
      },
    );
    expect(await screen.findByText(/由吴某冻结并打印上报/)).toBeVisible();
    for (const name of [/本期 5/, /补报 2/, /现在数 7/]) {
      expect(screen.getByRole("button", { name })).toBeVisible();
    }
    expect(screen.queryByRole("button", { name: "冻结上报" })).toBeNull();
  });

  it("says that there is nothing, and that silence is not zero", async () => {
    await page([figure("cases"), figure("amount")]);
    expect(await screen.findByText("这一期没有案件")).toBeVisible();
    expect(screen.getByText(/“未报”不等于零/)).toBeVisible();
  });
});
