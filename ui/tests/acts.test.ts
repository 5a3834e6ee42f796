import { screen, waitFor, within } from "@testing-library/vue";
import { describe, expect, it } from "vitest";

import { FORMS, WRITABLE, type WritableKind } from "@/features/case/forms/kinds";
import { GROUPS, barOf } from "@/features/case/offers";
import { likely, nextStep } from "@/features/case/next";
import type { Answers } from "@/host/memory";
import type { CaseView } from "@/host/types";
import { words } from "@/messages/zh-CN/words";

import { card, CASE, clock, event, notice, view, why } from "./cases";
import { expectAccessible, office, open, status, TOWNSHIP, VILLAGE, unitList } from "./open";

const at = `/cases/${CASE}`;
const all = { may_write: [...WRITABLE, "corrected"] };
const me = { unit: VILLAGE.id, role: "R3" as const };

function answers(change: Partial<CaseView> = {}): Answers {
  return {
    case_get: view({ ...all, ...change }),
    case_history: { events: [event()], total: 1 },
    catalogue_get: { version: "moj-18-2020", categories: [], holidays_until: 2026 },
    fact_add: view(),
  };
}
/** What a form writes once it is sent. */
async function written(kind: WritableKind, change: Partial<CaseView>, fill: Fill) {
  const { host, user } = await open(`${at}?do=${kind}`, answers(change));
  const dialog = within(await screen.findByRole("dialog", { name: words.factKind[kind] }));
  await fill(dialog, user);
  await user.click(dialog.getByRole("button", { name: "记下来" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  const call = host.calls.find(({ name }) => name === "fact_add");
  return (call?.payload as { facts: { kind: string; body: object }[] }).facts;
}
type Dialog = ReturnType<typeof within>;
type Fill = (dialog: Dialog, user: Awaited<ReturnType<typeof open>>["user"]) => Promise<void>;

describe("a case of several villages", () => {
  const SHIWAN = { id: "UNIT-S", name: "石湾村", level: "village" as const };

  it("is opened to another by the head of the centre", async () => {
    const head = office({ unit: TOWNSHIP, user: { id: "W", name: "吴某", role: "R7" } });
    const { host, user } = await open(at, {
      ...answers({ may_write: ["case_shared"] }),
      status_get: status({ office: head }),
      unit_list: unitList([TOWNSHIP, VILLAGE, SHIWAN]),
      case_share: view(),
    });
    const [more] = await screen.findAllByRole("button", { name: "更多…" });
    await user.click(more!);
    await user.click(screen.getByRole("button", { name: /^开共办/ }));
    const dialog = within(await screen.findByRole("dialog", { name: /开共办/ }));
    await user.click(await dialog.findByLabelText("石湾村"));
    expect(dialog.queryByLabelText(VILLAGE.name)).toBeNull();
    await expectAccessible();
    await user.click(dialog.getByRole("button", { name: "开共办" }));
    expect(host.calls.find(({ name }) => name === "case_share")?.payload).toEqual({
      case: CASE,
      units: ["UNIT-S"],
    });
  });

  const sharing = { units: [VILLAGE, SHIWAN], left: [], is_left: false, why };

  it("lets go whom the head of the centre names, and never whoever has it in hand", async () => {
    const head = office({ unit: TOWNSHIP, user: { id: "W", name: "吴某", role: "R7" } });
    const { host, user } = await open(at, {
      ...answers({ may_write: ["case_left"], owner: VILLAGE, sharing }),
      status_get: status({ office: head }),
      case_leave: view(),
    });
    const [more] = await screen.findAllByRole("button", { name: "更多…" });
    await user.click(more!);
    await user.click(screen.getByRole("button", { name: /退出共办/ }));
    const dialog = within(await screen.findByRole("dialog", { name: /退出共办/ }));
    expect(dialog.queryByLabelText(VILLAGE.name)).toBeNull();
    await user.click(dialog.getByLabelText("石湾村"));
    await user.type(dialog.getByLabelText(/为什么/), "勘界后无关");
    await expectAccessible();
    await user.click(dialog.getByRole("button", { name: "请它退出" }));
    expect(host.calls.find(({ name }) => name === "case_leave")?.payload).toEqual({
      case: CASE,
      unit: "UNIT-S",
      reason: "勘界后无关",
    });
  });

  it("says who has it, and who left", async () => {
    const left = [{ unit: SHIWAN, said_ms: 0, reason: "勘界后无关" }];
    await open(at, answers({ sharing: { ...sharing, units: [VILLAGE, TOWNSHIP], left } }));
    expect(await screen.findByText("石湾村（勘界后无关）")).toBeVisible();
    expect(screen.getByText(`${VILLAGE.name}、${TOWNSHIP.name}`)).toBeVisible();
  });

  it("says to whoever left that it stands as on that day", async () => {
    await open(at, answers({ sharing: { ...sharing, is_left: true } }));
    expect(await screen.findByText(/我们单位已经退出这件案子/)).toBeVisible();
  });
});

describe("the acts of a case", () => {
  it("has every kind in one group, seven in none more", () => {
    const grouped = Object.values(GROUPS).flat();
    expect([...grouped].sort()).toEqual([...WRITABLE].sort());
    expect(new Set(grouped).size).toBe(grouped.length);
    expect(Math.max(...Object.values(GROUPS).map((kinds) => kinds.length))).toBeLessThan(8);
  });

  it.each(Object.keys(FORMS) as WritableKind[])("has an accessible form for %s", async (kind) => {
    await open(`${at}?do=${kind}`, answers());
    await screen.findByRole("dialog", { name: words.factKind[kind] });
    await expectAccessible();
  });

  it("chooses how long a file is kept by the type of the dispute, until somebody chooses", async () => {
    const kept = await written("archived", { retention: "permanent" }, async () => {});
    expect(kept[0]?.body).toMatchObject({ retention: "permanent" });
  });

  it("keeps a file as long as whoever archives it chooses", async () => {
    const kept = await written("archived", { retention: "permanent" }, (dialog, user) =>
      user.click(dialog.getByLabelText("长期")),
    );
    expect(kept[0]?.body).toMatchObject({ retention: "long" });
  });

  it("offers what fits, and finds the rest by typing", async () => {
    const { user } = await open(at, answers());
    expect(await screen.findByRole("button", { name: "达成协议" })).toBeEnabled();
    await user.click(screen.getAllByRole("button", { name: "更多…" })[0]!);
    const menu = within(await screen.findByRole("dialog", { name: "记什么" }));
    expect(menu.getByRole("button", { name: /恢复/ })).toBeDisabled();
    expect(menu.getByRole("button", { name: /恢复/ })).toHaveTextContent("没有中止");
    await expectAccessible();
    await user.type(menu.getByRole("searchbox"), "公安");
    expect(menu.queryByRole("button", { name: "延期" })).toBeNull();
    await user.keyboard("{Enter}");
    expect(await screen.findByRole("dialog", { name: "评风险" })).toBeVisible();
  });

  it("says what is not for the role", async () => {
    const { user } = await open(at, answers({ may_write: ["note"] }));
    await user.click((await screen.findAllByRole("button", { name: "更多…" }))[0]!);
    const menu = within(await screen.findByRole("dialog", { name: "记什么" }));
    expect(menu.getByRole("button", { name: /提级到镇/ })).toHaveTextContent("您的岗位不能记");
  });

  it("never proposes a meeting on the red branch, and reports first", () => {
    const red = view({
      ...all,
      red_branch: { ...why, rule: "red_branch" },
      may_suggest_meeting: false,
      notices: [notice({ key: "report/F", why: { ...why, rule: "report_first" } })],
    });
    expect(nextStep(red, me)).toBe("reported_to_police");
    const after = { ...red, notices: [] };
    expect(nextStep(after, me)).toBeNull();
    expect(likely(after, me, null)).not.toContain("session_held");
  });

  it("lets mediation end after any session", () => {
    expect(likely(view(all), me, "session_held")).toContain("terminated");
    expect(barOf("terminated", view(all), me)).toBeNull();
  });

  it("writes an end of mediation with the ways the parties were told of", async () => {
    const facts = await written("terminated", {}, async (dialog, user) => {
      await user.click(dialog.getByRole("button", { name: "记下来" }));
      const court = await dialog.findByRole("checkbox", { name: "去法院起诉" });
      expect(court).toBeInvalid();
      await user.click(court);
    });
    expect(facts).toEqual([
      { kind: "terminated", body: { ground: "failed", routes: ["court"], note: "" } },
    ]);
  });

  it("writes names, a party and a choice of yes or no", async () => {
    const facts = await written("contact_tried", {}, async (dialog, user) => {
      await user.selectOptions(dialog.getByLabelText("联系谁"), "P-2");
      await user.click(dialog.getByRole("radio", { name: "没有联系上" }));
    });
    expect(facts).toEqual([
      { kind: "contact_tried", body: { party: "P-2", reached: false, note: "" } },
    ]);
    const [appointed] = await written("mediators_appointed", {}, async (dialog, user) => {
      await user.type(dialog.getByLabelText("还有哪些调解员"), "郑某、何某");
    });
    expect(appointed?.body).toEqual({
      chosen_by: "committee",
      host: "周某",
      mediators: ["郑某", "何某"],
    });
  });

  it("asks both sides for a longer mediation, and says until when", async () => {
    const facts = await written(
      "deadline_extended",
      { clocks: [clock()] },
      async (dialog, user) => {
        const days = dialog.getByLabelText(/延长多少天/);
        await user.clear(days);
        await user.type(days, "10");
        expect(dialog.getByText(/延到 2026年4月14日/)).toBeVisible();
        await user.click(dialog.getByRole("checkbox", { name: "张某" }));
        await user.click(dialog.getByRole("checkbox", { name: "李某" }));
        await user.type(dialog.getByLabelText(/为什么延长/), "等鉴定");
      },
    );
    expect(facts).toEqual([
      {
        kind: "deadline_extended",
        body: { clock: "mediation", days: 10, reason: "等鉴定", consents: ["P-1", "P-2"] },
      },
    ]);
  });

  it("answers the report it is about", async () => {
    const report = event({
      id: "REPORT",
      fact: {
        kind: "reported_to_police",
        body: { to: "青石派出所", receiver: "", method: "电话", matter: "孩子身上有伤" },
      },
    });
    const told = notice({ key: "check_report/R", why: { ...why, rule: "C20" }, about: [report] });
    const facts = await written("police_responded", { notices: [told] }, async (dialog, user) => {
      await user.selectOptions(dialog.getByLabelText(/答复哪一次报告/), "REPORT");
      await user.type(dialog.getByLabelText(/公安怎么处理的/), "已处置");
    });
    expect(facts[0]?.body).toEqual({ report: "REPORT", result: "已处置" });
  });

  it("answers a card that stands", async () => {
    const facts = await written("card_answered", { cards: [card()] }, async (dialog, user) => {
      await user.type(dialog.getByLabelText(/怎么答复/), "已经约好");
    });
    expect(facts[0]?.body).toEqual({ card: "CARD-1", text: "已经约好" });
  });

  it("puts a phrase in where the cursor is", async () => {
    const { user } = await open(`${at}?do=session_held`, answers());
    const dialog = within(await screen.findByRole("dialog", { name: "记调解会" }));
    const result = dialog.getByLabelText<HTMLTextAreaElement>("结果说明");
    await user.type(result, "开头结尾");
    result.setSelectionRange(2, 2);
    await user.click(dialog.getByRole("button", { name: "常用语：结果说明" }));
    await user.click(dialog.getByRole("button", { name: "以上记录看过，没有错。" }));
    expect(result).toHaveValue("开头以上记录看过，没有错。结尾");
  });

  it("keeps a half written record when its window is closed", async () => {
    const { user } = await open(at, answers());
    const begin = async () => {
      await user.click((await screen.findAllByRole("button", { name: "记调解会" }))[0]!);
      return within(await screen.findByRole("dialog", { name: "记调解会" }));
    };
    const first = await begin();
    await user.type(first.getByLabelText(/在哪里开的/), "村委会");
    await user.click(first.getByRole("button", { name: "关闭" }));
    const again = await begin();
    expect(again.getByLabelText(/在哪里开的/)).toHaveValue("村委会");
    await user.click(again.getByRole("button", { name: "不要了，从头写" }));
    expect(again.getByLabelText(/在哪里开的/)).toHaveValue("");
  });

  it("sets the law's checklist beside an agreement", async () => {
    const facts = await written("agreement_reached", {}, async (dialog, user) => {
      const list = within(dialog.getByRole("complementary", { name: "对照着看" }));
      expect(list.getByText(/李某签名/)).toHaveTextContent("还没有");
      await user.click(dialog.getByRole("button", { name: "抄经过摘要" }));
      await user.type(dialog.getByLabelText(/说定了什么/), "李某恢复水沟。");
      await user.type(dialog.getByLabelText("一共多少钱"), "1000");
      await user.click(dialog.getByRole("button", { name: "加一期" }));
      await user.type(dialog.getByLabelText(/^最后一天/), "2026-4-30");
      await user.type(dialog.getByLabelText(/做什么/), "付修沟的钱");
      await user.type(dialog.getByLabelText("付多少"), "900");
      expect(list.getByText(/比总金额少 100\.00 元/)).toBeVisible();
      await user.type(dialog.getByLabelText("付多少"), "{Control>}a{/Control}1000");
      expect(list.getByText(/各期合计 1,000\.00 元。/)).toBeVisible();
      await user.click(dialog.getByRole("checkbox", { name: "当场都签了名" }));
      expect(list.getByText(/李某签名/)).toHaveTextContent("有了");
    });
    expect(facts.map(({ kind }) => kind)).toEqual(["agreement_reached", "agreement_signed"]);
    expect(facts[0]?.body).toMatchObject({
      text: [
        "一、主要事实和争议事项\n水沟被堵。",
        "二、经调解，双方自愿达成如下协议\n李某恢复水沟。",
        "三、履行方式和期限\n1. 2026年4月30日（周四）前，付修沟的钱，1,000.00 元。",
      ].join("\n\n"),
      amount_fen: 100_000,
      plan: [{ due: "2026-04-30", what: "付修沟的钱", amount_fen: 100_000 }],
    });
  });
});
