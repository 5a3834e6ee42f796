import { screen, within } from "@testing-library/vue";
import { describe, expect, it } from "vitest";

import { clock, desk, event, view } from "./cases";
import { expectAccessible, office, open, status, TOWNSHIP, VILLAGE } from "./open";

const item = (kind: "mediation" | "revisit" | "stagnation", days_left: number) => ({
  case: `CASE-${kind}`,
  title: `张某与李某（${kind}）`,
  kind,
  day: "2026-03-24",
  days_left,
});
const due = (line: number, days_left: number) => ({
  case: "CASE-D",
  title: "陈某赡养费",
  agreement: "A",
  line,
  day: "2026-03-26",
  days_left,
  what: `第 ${line + 1} 期`,
  amount_fen: 80_000,
});

describe("the workbench", () => {
  it("says what to do where another computer uses the identity of this one", async () => {
    await open("/", {
      status_get: status({ office: office({ is_forked: true }) }),
      workbench_get: desk(),
    });
    const card = within(
      await screen.findByRole("region", { name: "这台电脑的身份，有两台电脑在用" }),
    );
    expect(card.getByText(/一条不丢/)).toBeVisible();
    expect(card.getAllByRole("listitem")).toHaveLength(4);
    expect(card.getByRole("link", { name: "去交换" })).toHaveAttribute("href", "/exchange");
    await expectAccessible();
  });

  it("lists what ends today, what ends soon and what is over, each with its step", async () => {
    await open("/", {
      workbench_get: desk({
        deadlines: {
          overdue: [item("stagnation", -4)],
          today: [item("revisit", 0)],
          within_three_days: [item("mediation", 2)],
        },
        dues: [due(0, 2), due(1, 33)],
      }),
    });
    const card = within(await screen.findByRole("region", { name: "有期限的" }));
    const titles = card.getAllByRole("heading", { level: 3 }).map((found) => found.textContent);
    expect(titles).toEqual(["今天到期 1", "三天内 2", "已超期 1"]);
    expect(card.getByText("超 4 天")).toBeVisible();
    expect(card.getByRole("link", { name: /记回访/ })).toHaveAttribute(
      "href",
      "/cases/CASE-revisit?do=revisited",
    );
    expect(card.getByRole("link", { name: /记履行/ })).toHaveAttribute(
      "href",
      "/cases/CASE-D?do=performance_noted&agreement=A&line=0",
    );
    const later = within(screen.getByRole("region", { name: "往后要履行的" }));
    expect(later.getByText("还有 33 天")).toBeVisible();
    await expectAccessible();
  });

  it("leads to each group of deadlines at once, and says why one runs", async () => {
    const { host, user } = await open("/", {
      workbench_get: desk({
        deadlines: {
          overdue: [item("mediation", -4)],
          today: [item("revisit", 0)],
          within_three_days: [],
        },
      }),
      case_get: view({ clocks: [clock({ end: "2026-03-24" })] }),
      case_history: { events: [event()], total: 1 },
    });
    const card = within(await screen.findByRole("region", { name: "有期限的" }));
    await user.click(card.getByRole("button", { name: "已超期 1" }));
    expect(card.getByRole("heading", { name: "已超期 1" })).toHaveFocus();
    expect(host.calls.some(({ name }) => name === "case_get")).toBe(false);
    await user.click(
      card.getByRole("button", { name: "为什么？张某与李某（mediation）：超 4 天" }),
    );
    const dialog = await screen.findByRole("dialog", { name: "为什么是这样" });
    expect(await within(dialog).findByText(/受理日起30 天/)).toBeVisible();
    await expectAccessible();
  });

  it("lists the sheets this unit must act on, each with its step", async () => {
    const sheet = {
      case: "CASE-S",
      title: "道路通行纠纷",
      sheet: "SHEET",
      kind: "order" as const,
      number: "交办 2026-12",
      from: TOWNSHIP,
      to: VILLAGE,
      part: "lead" as const,
      status: "signed_in" as const,
      due: "2026-03-30",
      days_left: 6,
    };
    await open("/", { workbench_get: desk({ sheets: [sheet] }) });
    const card = within(await screen.findByRole("region", { name: "等本单位办的单" }));
    expect(card.getByText("还有 6 天")).toBeVisible();
    expect(card.getByRole("link", { name: /答复单据/ })).toHaveAttribute(
      "href",
      "/cases/CASE-S?do=sheet_replied&sheet=SHEET",
    );
  });

  it("says how many cases wait for whoever accepts", async () => {
    await open("/", {
      workbench_get: desk(),
      case_list: { rows: [], total: 3, all: 9 },
    });
    const card = within(await screen.findByRole("region", { name: "等受理的" }));
    expect(card.getByText(/有 3 件登记了/)).toBeVisible();
    expect(card.getByRole("link", { name: "去分流" })).toHaveAttribute("href", "/triage");
  });

  it("says that nothing is to be done, and how the first case is made", async () => {
    await open("/", { workbench_get: desk() });
    expect(await screen.findByText("今天没有要办的事")).toBeVisible();
  });

  it("begins with the first case", async () => {
    await open("/", {
      status_get: status({ office: office({ cases: 0 }) }),
      workbench_get: desk(),
    });
    expect(await screen.findByRole("link", { name: "登记第一件纠纷" })).toBeVisible();
  });

  it("shows a new township the way to its first village", async () => {
    await open("/", {
      status_get: status({
        office: office({ unit: TOWNSHIP, neighbours: [], can_invite: true, cases: 0 }),
      }),
      workbench_get: desk(),
    });
    const card = within(await screen.findByRole("region", { name: "各村上次对账" }));
    expect(card.getByRole("link", { name: "去邀请村里的电脑" })).toHaveAttribute(
      "href",
      "/settings",
    );
  });
});
