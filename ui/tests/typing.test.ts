import { describe, expect, it } from "vitest";

import { parseAt } from "@/kit/dates";
import { parseMoney } from "@/kit/money";
import {
  formatAmount,
  formatDay,
  formatInstant,
  formatMoney,
  formatRelative,
} from "@/messages/format";

describe("dates as people type them", () => {
  const past = { today: "2026-03-24", prefer: "past", withTime: true } as const;
  it.each([
    ["2026-1-5", "2026-01-05"],
    ["2026/1/5", "2026-01-05"],
    ["2026年1月5日", "2026-01-05"],
    ["20260105", "2026-01-05"],
    ["1-5", "2026-01-05"],
    ["12-31", "2025-12-31"],
    ["３月５日", "2026-03-05"],
    ["今天", "2026-03-24"],
    ["昨天", "2026-03-23"],
    ["前天下午", "2026-03-22PM"],
    ["昨天上午", "2026-03-23AM"],
    ["昨天 15:30", "2026-03-23T15:30"],
    ["3月1日下午3点半", "2026-03-01T15:30"],
    ["2026-03-24T15:30", "2026-03-24T15:30"],
    ["2026-03-24PM", "2026-03-24PM"],
    ["today 9：05", "2026-03-24T09:05"],
    ["2-29", "2024-02-29"],
    ["2026-2-30", null],
    ["2026-13-1", null],
    ["25:00", null],
    ["昨天 25:00", null],
    ["随便", null],
    ["", null],
  ])("%s", (typed, want) => {
    expect(parseAt(typed, past)).toBe(want);
  });

  it("looks ahead where a deadline is asked for", () => {
    const ahead = { today: "2026-03-24", prefer: "future", withTime: false } as const;
    expect(parseAt("1-5", ahead)).toBe("2027-01-05");
    expect(parseAt("5-1", ahead)).toBe("2026-05-01");
    expect(parseAt("5-1 上午", ahead)).toBeNull();
  });
});

describe("amounts as people type them", () => {
  it.each([
    ["18000", 1_800_000],
    ["18,000.5", 1_800_050],
    ["１８０００元", 1_800_000],
    ["1.8万", 1_800_000],
    ["0.01", 1],
    ["1.234", null],
    ["-5", null],
    ["一万", null],
    ["", null],
  ])("%s", (typed, want) => {
    expect(parseMoney(typed)).toBe(want);
  });
});

describe("days and amounts as they are shown", () => {
  it("names the weekday", () => {
    expect(formatDay("2026-03-24", "zh-CN")).toBe("2026年3月24日（周二）");
    expect(formatDay("2026-03-24", "en")).toBe("Tue 24 Mar 2026");
  });
  it.each([
    ["2026-03-24", "今天"],
    ["2026-03-23", "昨天"],
    ["2026-03-26", "2 天后"],
    ["2026-03-01", "23 天前"],
  ])("%s is %s", (day, want) => {
    expect(formatRelative(day, "2026-03-24", "zh-CN")).toBe(want);
  });
  it("groups thousands and keeps two decimals", () => {
    expect(formatMoney(1_800_000, "zh-CN")).toBe("18,000.00 元");
    expect(formatMoney(1_800_000, "en")).toBe("CNY 18,000.00");
    expect(formatAmount(5)).toBe("0.05");
  });
  it("says today and yesterday of a moment", () => {
    const ms = Date.UTC(2026, 2, 24, 1, 12);
    expect(formatInstant(ms, "2026-03-24", "zh-CN")).toBe("今天 09:12");
    expect(formatInstant(ms, "2026-03-28", "zh-CN")).toBe("3月24日 09:12");
  });
});
