import { cleanup, screen, waitFor, within } from "@testing-library/vue";
import { describe, expect, it } from "vitest";

import { fail, type Answers } from "@/host/memory";
import type { AgreementView, ConflictView, SessionHeld } from "@/host/types";

import { CASE, clock, event, notice, party, view, why } from "./cases";
import { expectAccessible, NOW_MS, open, TOWNSHIP, VILLAGE } from "./open";

const answers: Answers = {
  case_get: view(),
  case_history: { events: [event()], total: 1 },
  catalogue_get: { version: "moj-18-2020", categories: [], holidays_until: 2026 },
  fact_add: view(),
};
const at = `/cases/${CASE}`;

const conflict: ConflictView = {
  key: "field/amount",
  kind: "field",
  why: { rule: "C14_field", source: "", facts: [] },
  sides: [1_800_000, 1_200_000].map((value, index) => ({
    choice: { value },
    at: null,
    by: { id: "U", name: index === 0 ? "周某" : "吴某", role: "R3" },
    unit: VILLAGE,
    device: { id: "D", name: "村里电脑 A" },
    recorded_ms: Date.UTC(2026, 2, 24, 1, 0),
    fact: null,
  })),
  ways: [],
  roles: ["R2", "R3"],
  unit: VILLAGE,
  may_settle: true,
  settlement: null,
};

describe("a case that is not shown", () => {
  it("is opened in an emergency, with a reason", async () => {
    const closed = view({ sight: "closed", may_break_glass: true, parties: [], may_write: [] });
    const { host, user } = await open(at, { ...answers, case_get: closed, break_glass: view() });
    expect(await screen.findByText(/不给您的岗位看/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "紧急查看" }));
    const dialog = within(await screen.findByRole("dialog", { name: "紧急查看" }));
    await expectAccessible();
    await user.type(dialog.getByLabelText(/为什么要看/), "派出所来电核对住址");
    await user.click(dialog.getByRole("button", { name: "紧急查看" }));
    expect(host.calls.find(({ name }) => name === "break_glass")?.payload).toEqual({
      case: CASE,
      reason: "派出所来电核对住址",
    });
  });

  it("says that a file is restricted, and shows nothing of what was written", async () => {
    const kept = view({
      sight: "closed",
      state: "archived",
      may_break_glass: true,
      may_write: ["restriction_lifted"],
      marks: [{ mark: "restricted", why }],
    });
    const unseen = event({ fact: null, marks: [] });
    const { user } = await open(at, {
      ...answers,
      case_get: kept,
      case_history: { events: [unseen], total: 1 },
    });
    expect(await screen.findByText(/这份案卷封存了/)).toBeVisible();
    expect(await screen.findByText("内容不给看")).toBeVisible();
    expect(screen.queryByText("要新版本才能看")).toBeNull();
    await user.click(screen.getByRole("button", { name: "写明理由，打开看" }));
    expect(await screen.findByText(/依法调取/)).toBeVisible();
    await expectAccessible();
  });

  it("says while it is open that it is, and for how long", async () => {
    const opened = view({ sight: "broken_glass", open_until_ms: NOW_MS + 1_800_000 });
    await open(at, { ...answers, case_get: opened });
    expect(await screen.findByText(/正在紧急查看/)).toBeVisible();
  });
});

describe("the case page", () => {
  it("says what it is, how far it is, and what happened, by whom and where", async () => {
    await open(at, answers);
    expect(await screen.findByRole("heading", { name: /张某与李某排水纠纷/ })).toBeVisible();
    expect(screen.getByText(/处置：调解中/).closest("li")).toHaveAttribute("aria-current", "step");
    expect(await screen.findByText(/在村委会开调解会，没谈成/)).toBeVisible();
    expect(screen.getByText(/3月10日 上午 · 周某 · 村里电脑 A/)).toBeVisible();
    await expectAccessible();
  });

  it("says why a session does not count", async () => {
    const { user } = await open(at, answers);
    expect(await screen.findByText("只听了一方，不计次数")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "为什么？第 1 次" }));
    const dialog = await screen.findByRole("dialog", { name: "为什么是这样" });
    expect(within(dialog).getByText("3321 工作方法")).toBeVisible();
    expect(await within(dialog).findByText(/在村委会开调解会/)).toBeVisible();
  });

  it("shows two values side by side with the way to settle them", async () => {
    await open(at, { ...answers, case_get: view({ conflicts: [conflict] }) });
    expect(await screen.findByText("18,000.00 元")).toBeVisible();
    expect(screen.getByText("12,000.00 元")).toBeVisible();
    expect(screen.getByRole("link", { name: "去定下来" })).toBeVisible();
    await expectAccessible();
  });

  it("says the next step and the most pressing deadline, with the reason", async () => {
    const { user } = await open(at, {
      ...answers,
      case_get: view({ clocks: [clock({ days_left: -2, light: "red" })] }),
    });
    expect(await screen.findByText("最紧的期限")).toBeVisible();
    expect(screen.getByText(/^超 2 天 · /)).toBeVisible();
    await user.click(screen.getByRole("button", { name: /^为什么？最紧的期限：/ }));
    expect(await screen.findByRole("dialog", { name: "为什么是这样" })).toBeVisible();
    await expectAccessible();
  });

  it("says who handles the case of another unit, and asks to take note where one must", async () => {
    const elsewhere = view({ owner: TOWNSHIP });
    await open(at, { ...answers, case_get: elsewhere });
    expect(await screen.findByText(/由青石镇综治中心在办/)).toBeVisible();
    cleanup();
    await open(at, { ...answers, case_get: view({ owner: TOWNSHIP, notices: [notice()] }) });
    expect(await screen.findByText(/看过了点“知道了”/)).toBeVisible();
  });

  it("lets a right that passed press nobody", async () => {
    const passed = clock({ kind: "judicial_confirmation", days_left: -4, light: "red" });
    await open(at, { ...answers, case_get: view({ clocks: [passed] }) });
    expect(await screen.findByText("下一步")).toBeVisible();
    expect(screen.queryByText("最紧的期限")).toBeNull();
  });

  it("lists more than two sides, the first three at first, and marks nothing where all differ", async () => {
    const sides = [1, 2, 3, 4, 5].map((value) => ({ ...conflict.sides[0]!, choice: { value } }));
    const { user } = await open(at, {
      ...answers,
      case_get: view({ conflicts: [{ ...conflict, sides }] }),
    });
    const banner = await screen.findByRole("region", {
      name: "同一件事，5 条记录对不上：涉及金额",
    });
    expect(within(banner).getAllByRole("listitem")).toHaveLength(3);
    await user.click(within(banner).getByRole("button", { name: "另外 2 条也列出来" }));
    expect(within(banner).getAllByRole("listitem")).toHaveLength(5);
    expect(banner.querySelector("mark")).toBeNull();
    await expectAccessible();
  });

  it("keeps marks that need nobody in one quiet row, and says at once what is wrong", async () => {
    const mark = (name: "escalated" | "without_consent") => ({ mark: name, why: conflict.why });
    await open(at, {
      ...answers,
      case_get: view({ marks: [mark("escalated"), mark("without_consent")] }),
    });
    const row = await screen.findByRole("list", { name: "这件案子的标记" });
    expect(row).toHaveTextContent("镇已接收");
    expect(row).not.toHaveTextContent("未经同意");
    expect(screen.getByText("未经同意")).toBeVisible();
  });

  it("shows twelve parties six at a time, with the way to each person", async () => {
    const parties = Array.from({ length: 12 }, (_, n) => {
      const found = party(`P-${n}`, `孙某${n}`, n < 6 ? "applicant" : "respondent");
      return { ...found, details: { ...found.details, person: n === 0 ? "PERSON" : null } };
    });
    const { user } = await open(at, { ...answers, case_get: view({ parties }) });
    const card = await screen.findByRole("region", { name: /^当事人/ });
    expect(within(card).getByRole("link", { name: "孙某0的人员资料" })).toHaveAttribute(
      "href",
      "/people/PERSON",
    );
    expect(within(card).queryByText("孙某11")).toBeNull();
    await user.click(within(card).getByRole("button", { name: "还有 6 人，都列出来" }));
    expect(within(card).getByText("孙某11")).toBeVisible();
  });

  it("leads to what may be the same dispute, and to cases it was set beside", async () => {
    const other = { id: "CASE-9", number: "临-A-0009", title: "门前水沟", is_here: true };
    await open(at, {
      ...answers,
      case_get: view({
        candidates: [{ case: other, grounds: ["village"] }],
        links: [
          {
            case: other,
            verdict: "related",
            goes_into: false,
            is_disputed: false,
            why: conflict.why,
          },
        ],
      }),
    });
    expect(await screen.findByRole("link", { name: "去比一比" })).toHaveAttribute(
      "href",
      `/duplicates?case=${CASE}`,
    );
    const links = screen.getByRole("region", { name: "有关的案子" });
    expect(within(links).getByRole("link", { name: "门前水沟" })).toBeVisible();
    expect(links).toHaveTextContent("临-A-0009 · 关联");
  });

  it("records a session with its notes and the people who came", async () => {
    const { host, user } = await open(at, answers);
    const steps = await screen.findAllByRole("button", { name: "记调解会" });
    await user.click(steps[0]!);
    const dialog = await screen.findByRole("dialog", { name: "记调解会" });
    await user.click(within(dialog).getByRole("radio", { name: /没谈成（未达成）/ }));
    await user.type(within(dialog).getByLabelText(/在哪里开的/), "村委会");
    await user.type(within(dialog).getByLabelText("双方各自怎么说"), "各说各的。");
    await user.type(within(dialog).getByLabelText("结果说明"), "下次再谈。");
    await user.type(within(dialog).getByLabelText("谁记录"), "郑某");
    await user.click(within(dialog).getByRole("checkbox", { name: /权利和义务/ }));
    await user.type(within(dialog).getByLabelText("什么时候"), "昨天 15:30");
    await expectAccessible();
    await user.click(within(dialog).getByRole("button", { name: "记下来" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(host.calls.find((call) => call.name === "fact_add")?.payload).toEqual({
      case: CASE,
      facts: [
        {
          kind: "session_held",
          at: "2026-03-23T15:30",
          body: {
            place: "村委会",
            mode: "joint",
            host: "周某",
            mediators: [],
            present: ["P-1", "P-2"],
            result: "failed",
            public: false,
            recorder: "郑某",
            participants: [],
            rights_told: true,
            issues: [],
            proposal: "",
            undisputed: "",
            danger: false,
          },
        },
      ],
      notes: ["陈述：\n各说各的。\n\n结果：\n下次再谈。"],
    });
  });

  it("says a refusal in plain words beside the field", async () => {
    const { user } = await open(`${at}?do=note`, {
      ...answers,
      fact_add: () => fail({ code: "refused", reason: "in_future", field: "at", index: 0 }),
    });
    const dialog = await screen.findByRole("dialog", { name: "记一笔" });
    await user.type(within(dialog).getByLabelText(/记什么/), "电话里说了。");
    await user.click(within(dialog).getByRole("button", { name: "记下来" }));
    await waitFor(() => expect(within(dialog).getByLabelText("什么时候")).toBeInvalid());
  });

  it("corrects a fact with its whole body and a reason", async () => {
    // What the form does not ask stays as it was written.
    const written = event();
    const unasked = { proposal: "各退一步", anything_else: 7 };
    const body = { ...written.fact?.body, ...unasked } as SessionHeld;
    const fact = { kind: "session_held" as const, body };
    const { host, user } = await open(at, {
      ...answers,
      case_history: { events: [{ ...written, fact }], total: 1 },
    });
    await user.click(await screen.findByRole("button", { name: /更正：在村委会/ }));
    const dialog = await screen.findByRole("dialog", { name: "更正：记调解会" });
    const place = within(dialog).getByLabelText(/在哪里开的/);
    expect(place).toHaveValue("村委会");
    await user.clear(place);
    await user.type(place, "张某家里");
    await user.type(within(dialog).getByLabelText(/为什么改/), "地点记错了");
    await user.click(within(dialog).getByRole("button", { name: "记下来" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(host.calls.find((call) => call.name === "fact_add")?.payload).toMatchObject({
      facts: [
        {
          kind: "corrected",
          body: {
            fact: "F-1",
            to: { kind: "session_held", body: { place: "张某家里", present: ["P-1"], ...unasked } },
            reason: "地点记错了",
          },
        },
      ],
      notes: [],
    });
  });

  it("saves a text against the version it was typed on, and says when it changed", async () => {
    let text = { text: "水沟被堵。", version: "v1" };
    const { host, user } = await open(at, {
      ...answers,
      case_get: () => view({ texts: { summary: text } }),
      text_edit: {},
    });
    await user.click(await screen.findByRole("button", { name: "编辑经过摘要" }));
    await user.type(screen.getByRole("textbox", { name: "经过摘要" }), "李某不认。");
    text = { text: "水沟被堵两天。", version: "v2" };
    host.emit({ event: "changed", topics: ["cases"] });
    expect(await screen.findByText("水沟被堵两天。")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "保存" }));
    await waitFor(() =>
      expect(host.calls.find((call) => call.name === "text_edit")?.payload).toEqual({
        record: CASE,
        text: "summary",
        value: "水沟被堵。李某不认。",
        version: "v1",
      }),
    );
  });

  it("keeps a text somebody was writing while they look elsewhere", async () => {
    const { user, router } = await open(at, answers);
    await user.click(await screen.findByRole("button", { name: "编辑经过摘要" }));
    await user.type(screen.getByRole("textbox", { name: "经过摘要" }), "又来说了一次。");
    await router.push("/nowhere");
    await waitFor(() => expect(screen.queryByRole("textbox", { name: "经过摘要" })).toBeNull());
    await router.push(at);
    const text = await screen.findByRole("textbox", { name: "经过摘要" });
    expect(text).toHaveValue("水沟被堵。又来说了一次。");
  });

  it("opens the instalment a link is about", async () => {
    const due = {
      agreement: "AGREEMENT",
      what: "",
      day: "2026-04-30",
      amount_fen: null,
      reminders: [],
    };
    const dues = [
      { ...due, line: 0, what: "第一期" },
      { ...due, line: 1, what: "第二期", day: "2026-05-31" },
    ];
    const agreement: AgreementView = {
      id: "AGREEMENT",
      number: "临-A-0001-村1",
      former_number: null,
      form: "written",
      text: "每月给八百元。",
      text_hash: "",
      parties: [],
      amount_fen: null,
      plan: dues.map(({ day, what }) => ({ due: day, what, amount_fen: null })),
      effective: "2026-03-02",
      lacking: { parties: [], mediator: false, seal: false, writing: false },
      standing: "current",
      unit: VILLAGE,
      replaces: null,
      replaces_dated: null,
      replaced_by: null,
      version: 1,
      demands: [],
      touches: [],
      copies: 1,
      lines: [],
      paid_fen: 0,
      remedies: [],
      judicial_confirmation: {
        bar: null,
        why: { rule: "judicial_confirmation", source: "", facts: [] },
        stage: "open",
        missing: [],
        warnings: [],
        filings: [],
      },
      why: { rule: "effective_date", source: "", facts: [] },
    };
    await open(`${at}?do=performance_noted&agreement=AGREEMENT&line=1`, {
      ...answers,
      case_get: view({ dues, agreements: [agreement], may_write: ["performance_noted"] }),
    });
    const dialog = await screen.findByRole("dialog");
    const line = within(dialog).getByRole("combobox", { name: /哪一期|哪一项/ });
    expect(line).toHaveValue("1");
  });

  it("changes a register", async () => {
    const { host, user } = await open(at, { ...answers, field_set: {} });
    await user.click(await screen.findByRole("button", { name: "改涉及金额" }));
    await user.type(screen.getByLabelText("新的值"), "18000");
    await user.click(screen.getByRole("button", { name: "保存" }));
    await waitFor(() =>
      expect(host.calls.find((call) => call.name === "field_set")?.payload).toEqual({
        record: CASE,
        field: "amount",
        value: 1_800_000,
      }),
    );
  });

  it("takes note with one press", async () => {
    const { host, user } = await open(at, { ...answers, case_get: view({ notices: [notice()] }) });
    await user.click(await screen.findByRole("button", { name: "知道了" }));
    await waitFor(() =>
      expect(host.calls.find((call) => call.name === "fact_add")?.payload).toMatchObject({
        facts: [{ kind: "acknowledged", body: { notice: "void/1" } }],
      }),
    );
  });

  it("prints", async () => {
    const { host, user } = await open(at, answers);
    await user.click(await screen.findByRole("button", { name: "打印" }));
    expect(host.printed).toBe(1);
  });

  it("says so when the case is not here", async () => {
    await open(at, { ...answers, case_get: () => fail({ code: "not_found", id: CASE }) });
    expect(await screen.findByText("找不到这件案子")).toBeVisible();
  });
});
