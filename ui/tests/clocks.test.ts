import { screen, waitFor, within } from "@testing-library/vue";
import { describe, expect, it } from "vitest";

import { WRITABLE } from "@/features/case/forms/kinds";
import type { Answers } from "@/host/memory";
import type { CaseView, ConflictView, SessionView } from "@/host/types";

import { card, CASE, clock, event, notice, view, why } from "./cases";
import { expectAccessible, open, VILLAGE } from "./open";

const at = `/cases/${CASE}`;

function answers(change: Partial<CaseView>): Answers {
  return {
    case_get: view({ may_write: [...WRITABLE], ...change }),
    case_history: { events: [event()], total: 1 },
  };
}
const region = (name: string) => within(screen.getByRole("region", { name }));

describe("what a case must be watched for", () => {
  it("shows each deadline with its light, its shifted end and its source", async () => {
    const { user } = await open(at, answers({ clocks: [clock()] }));
    await screen.findByRole("heading", { name: "期限" });
    expect(region("期限").getByText("绿灯：还有 14 天")).toBeVisible();
    expect(region("期限").getByText(/4月4日满，遇放假顺延到 2026年4月7日（周二）/)).toBeVisible();
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "为什么？调解期限" }));
    const dialog = within(await screen.findByRole("dialog", { name: "为什么是这样" }));
    expect(dialog.getByText(/受理日起30 天，人民调解工作若干规定/)).toBeVisible();
    expect(dialog.getByText(/民法典/)).toBeVisible();
  });

  it("says an unknown year, a rest and what became of an extension", async () => {
    const late = { id: "E", days: 30, is_effective: false, flaw: "late" as const };
    await open(
      at,
      answers({
        clocks: [
          clock({ is_calendar_known: false, extensions: [late], light: "red", days_left: -2 }),
          clock({ key: "labour", kind: "labour_mediation", light: "off", is_paused: true }),
          clock({ key: "old", kind: "acceptance", light: "off", stopped: "2026-03-06" }),
        ],
      }),
    );
    await screen.findByRole("heading", { name: "期限" });
    expect(region("期限").getByText("红灯：超 2 天")).toBeVisible();
    expect(region("期限").getByText(/2026 年的放假表还不知道/)).toBeVisible();
    expect(region("期限").getByText("延期 30 天没有生效：届满后批准，不生效")).toBeVisible();
    expect(region("期限").getByText("中止中，不计时")).toBeVisible();
    expect(region("期限").getByText("已停的 1 个")).toBeVisible();
  });

  it("issues the card a passed deadline asks for, for that day", async () => {
    const passed = clock({ light: "red", days_left: -3, end: "2026-03-21", card_due: "blue" });
    const { host, user } = await open(at, { ...answers({ clocks: [passed] }), fact_add: view() });
    await user.click(await screen.findByRole("button", { name: "发蓝牌" }));
    const dialog = within(await screen.findByRole("dialog", { name: "发牌" }));
    await user.click(dialog.getByRole("button", { name: "记下来" }));
    await waitFor(() =>
      expect(host.calls.find(({ name }) => name === "fact_add")?.payload).toMatchObject({
        facts: [
          {
            kind: "card_issued",
            body: { clock: "mediation", colour: "blue", anchor: "2026-03-21" },
          },
        ],
      }),
    );
  });

  it("suggests a climb with its ground, one press away, and never says it must be", async () => {
    const suggestion = {
      kind: "escalate" as const,
      key: "climb/village/0",
      status: "standing" as const,
      count: 3,
      threshold: 3,
      why,
    };
    const { user } = await open(at, answers({ suggestions: [suggestion] }));
    expect(await screen.findByText(/没谈成 3 次，到了设定的 3 次。/)).toBeVisible();
    expect(screen.getByText(/当事人随时可以不谈，也可以去法院/)).toBeVisible();
    await expectAccessible();
    await user.click(screen.getAllByRole("button", { name: "提级到镇" })[0]!);
    const dialog = within(await screen.findByRole("dialog", { name: "提级到镇" }));
    expect(dialog.getByRole("combobox", { name: /为什么提级/ })).toHaveValue("three_failures");
  });

  it("keeps a suggestion whose ground fell away, struck and explained", async () => {
    const lost = {
      kind: "escalate" as const,
      key: "climb/village/0",
      status: "withdrawn" as const,
      count: 2,
      threshold: 3,
      why,
    };
    await open(at, answers({ suggestions: [lost] }));
    expect(await screen.findByText("可以提级到镇")).toBeVisible();
    expect(screen.getByText("依据没有了，已撤回")).toBeVisible();
    expect(screen.getByText("现在只算 2 次，不到 3 次。")).toBeVisible();
  });

  it("strikes a card that does not hold and asks for its correction", async () => {
    const fallen = card({
      is_withdrawn: true,
      needs_correction: true,
      withdrawn_why: { ...why, rule: "C8_card" },
    });
    await open(at, answers({ cards: [fallen, card({ issued: ["CARD-2"], clock: "mediation" })] }));
    await screen.findByRole("heading", { name: "督办牌" });
    const cards = region("督办牌");
    expect(cards.getByText("要有进展超期").tagName).toBe("S");
    expect(cards.getByText("调解期限超期").tagName).toBe("B");
    expect(cards.getByRole("button", { name: "记更正提醒单" })).toBeEnabled();
    expect(cards.getByRole("button", { name: /答牌：红牌/ })).toBeEnabled();
    await expectAccessible();
  });

  it("reports first on the red branch", async () => {
    const { user } = await open(
      at,
      answers({
        red_branch: { ...why, rule: "red_branch" },
        may_suggest_meeting: false,
        marks: [{ mark: "red_branch", why: { ...why, rule: "red_branch" } }],
        notices: [notice({ key: "report/F", why: { ...why, rule: "report_first" } })],
      }),
    );
    const banner = within(await screen.findByRole("region", { name: /先报告，不安排见面/ }));
    expect(banner.getByText(/还没有报告公安/)).toBeVisible();
    await expectAccessible();
    await user.click(banner.getByRole("button", { name: "报告公安" }));
    expect(await screen.findByRole("dialog", { name: "报告公安" })).toBeVisible();
  });

  it("asks for the police's answer only while there is none", async () => {
    const report = event({
      id: "REPORT",
      fact: {
        kind: "reported_to_police",
        body: { to: "青石派出所", receiver: "", method: "", matter: "动了手" },
      },
    });
    const branch = {
      red_branch: { ...why, rule: "red_branch" as const },
      notices: [notice({ key: "check/R", why: { ...why, rule: "C20" }, about: [report] })],
    };
    const { unmount } = await open(
      at,
      answers({ ...branch, risk: "red", risk_why: { ...why, rule: "C20" } }),
    );
    const banner = within(await screen.findByRole("region", { name: /先报告，不安排见面/ }));
    expect(banner.getByRole("button", { name: "记公安答复" })).toBeEnabled();
    unmount();
    await open(at, answers(branch));
    const later = within(await screen.findByRole("region", { name: /先报告，不安排见面/ }));
    expect(later.getByText(/公安已经答复/)).toBeVisible();
    expect(later.queryByRole("button", { name: "记公安答复" })).toBeNull();
  });

  it("records a session apart where nobody is to meet", async () => {
    await open(
      `${at}?do=session_held`,
      answers({ red_branch: { ...why, rule: "red_branch" }, may_suggest_meeting: false }),
    );
    const dialog = within(await screen.findByRole("dialog", { name: "记调解会" }));
    expect(dialog.getByRole("radio", { name: /背靠背/ })).toBeChecked();
  });

  it("shows what came after the archive, and asks for the statement", async () => {
    const archive = {
      id: "F-9",
      at: "2026-03-20",
      retention: "long" as const,
      supplement: ["F-1"],
      statements: [],
      needs_statement: true,
    };
    await open(at, answers({ archive, state: "archived", stage: "rating" }));
    await screen.findByRole("heading", { name: "归档" });
    expect(await region("归档").findByText(/在村委会开调解会/)).toBeVisible();
    expect(region("归档").getByRole("button", { name: "写情况说明" })).toBeEnabled();
    await expectAccessible();
  });

  it("says which records may be of one meeting, and where that is decided", async () => {
    const session = (id: string, number: number, other: string): SessionView => ({
      id,
      number,
      at: "2026-03-10",
      result: "failed",
      level: "village",
      with: [other],
      uncounted: null,
      why,
    });
    const side = (fact: string): ConflictView["sides"][number] => ({
      choice: { fact },
      at: "2026-03-10",
      by: { id: "U", name: "周某", role: "R3" },
      unit: VILLAGE,
      device: null,
      recorded_ms: 0,
      fact: null,
    });
    const conflict: ConflictView = {
      key: "meeting/F-1",
      kind: "same_meeting",
      why: { ...why, rule: "C3" },
      sides: [side("F-1"), side("F-2")],
      ways: ["one", "apart"],
      roles: ["R3"],
      unit: VILLAGE,
      may_settle: true,
      settlement: null,
    };
    await open(
      at,
      answers({
        sessions: [session("F-1", 1, "F-2"), session("F-2", 2, "F-1")],
        conflicts: [conflict],
      }),
    );
    expect(await screen.findByText(/和第 2 次可能是同一次/)).toBeVisible();
    expect(screen.getAllByRole("link", { name: "去定是不是同一次" })[0]).toBeVisible();
  });

  it("says who mediates and who withdrew, its tracks and its numbers", async () => {
    await open(
      at,
      answers({
        hosting: { host: "周某", mediators: ["郑某"], recused: ["何某"] },
        tracks: ["people_mediation", "petition"],
        formal_number: "〔2026〕桥头人调字第0012号",
        former_numbers: ["〔2026〕桥头人调字第0009号"],
      }),
    );
    await screen.findByRole("heading", { name: "谁来调解" });
    expect(region("谁来调解").getByText("何某")).toBeVisible();
    expect(screen.getByText("人民调解、信访")).toBeVisible();
    expect(screen.getByText(/曾用编号 〔2026〕桥头人调字第0009号/)).toBeVisible();
  });
});
