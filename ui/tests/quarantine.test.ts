import { screen, waitFor } from "@testing-library/vue";
import { describe, expect, it } from "vitest";

import type { Answers } from "@/host/memory";
import type { QuarantineLine } from "@/host/types";

import { expectAccessible, NOW_MS, office, open, status, TOWNSHIP, VILLAGE } from "./open";

function line(change: Partial<QuarantineLine> = {}): QuarantineLine {
  return {
    key: "entry/L/7",
    reason: "after_revocation",
    state: "open",
    device: { id: "D", name: "村里电脑 B" },
    unit: VILLAGE,
    by: { id: "U", name: "周某", role: "R3" },
    at_ms: NOW_MS,
    times: 1,
    way: "usb",
    from: { id: "T", name: "镇 1 号机" },
    record: "C",
    record_kind: "case",
    number: "临-0RM-0001",
    title: "滴水边界纠纷",
    facts: [{ at: "2026-03-20", fact: { kind: "note", body: { text: "停用之后写的" } } }],
    fields: [],
    can: ["adopt", "dismiss"],
    judged: null,
    ...change,
  };
}
function page(rows: QuarantineLine[], answers: Answers = {}) {
  return open("/quarantine", {
    status_get: status({
      office: office({ unit: TOWNSHIP, user: { id: "W", name: "吴某", role: "R7" } }),
    }),
    quarantine_list: ({ decided }) => {
      const shown = rows.filter((row) => (row.state !== "open") === (decided ?? false));
      return { rows: shown, total: shown.length };
    },
    ...answers,
  });
}

describe("the page of what waits to be looked at", () => {
  it("says why, who, how it came and what it says", async () => {
    await page([line()]);
    expect(await screen.findByText("电脑停用以后才写的")).toBeVisible();
    expect(screen.getByText("周某 · 村里电脑 B · 桥头村评理说事点")).toBeVisible();
    expect(screen.getByText(/经“镇 1 号机”带来/)).toBeVisible();
    expect(screen.getByText(/停用之后写的/)).toBeVisible();
    expect(screen.getByRole("link", { name: /滴水边界纠纷/ })).toHaveAttribute("href", "/cases/C");
    await expectAccessible();
  });

  it("adopts one with a reason, or several of one computer together", async () => {
    const { host, user } = await page([line(), line({ key: "entry/L/8" })], {
      quarantine_decide: { rows: [], total: 0 },
    });
    await user.click((await screen.findAllByRole("button", { name: "采信，让它算数" }))[0]!);
    await expectAccessible();
    await user.type(screen.getByRole("textbox", { name: /理由/ }), "核对过");
    await user.click(screen.getAllByRole("button", { name: "采信，让它算数" }).at(-1)!);
    await waitFor(() =>
      expect(host.calls.find((call) => call.name === "quarantine_decide")?.payload).toEqual({
        keys: ["entry/L/7"],
        act: "adopt",
        reason: "核对过",
      }),
    );
    await user.click(screen.getAllByRole("button", { name: /2 条一起：记下，不采信/ })[0]!);
    expect(await screen.findByText("记下 2 条，不采信")).toBeVisible();
  });

  it("offers nothing but noting for what is broken, and shows what was decided", async () => {
    const { user } = await page([
      line({ reason: "broken", can: ["dismiss"], facts: [] }),
      line({
        key: "door/stranger/lan/X/",
        reason: "stranger",
        state: "dismissed",
        device: null,
        unit: null,
        by: null,
        times: 12,
        record: null,
        record_kind: null,
        number: "",
        title: "",
        facts: [],
        can: [],
        judged: { by: { id: "W", name: "吴某", role: "R7" }, at_ms: NOW_MS, reason: "路由器换过" },
      }),
    ]);
    expect(await screen.findByText("内容是坏的，读不出来")).toBeVisible();
    expect(screen.queryByRole("button", { name: /采信，让它算数/ })).toBeNull();
    await user.click(screen.getByRole("button", { name: "处理过的" }));
    expect(await screen.findByText(/不认识的、或者停用了的电脑/)).toBeVisible();
    expect(screen.getByText(/路由器换过/)).toBeVisible();
    expect(screen.getByText(/一共 12 次/)).toBeVisible();
    await expectAccessible();
  });

  it("says so where nothing waits", async () => {
    await page([]);
    expect(await screen.findByText("没有待查的")).toBeVisible();
  });
});
