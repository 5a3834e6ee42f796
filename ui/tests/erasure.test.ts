import { screen, waitFor, within } from "@testing-library/vue";
import { describe, expect, it } from "vitest";

import type { ErasureLine, Leave, RedactionPreview } from "@/host/types";
import type { ErasurePreview } from "@/host/generated/ErasurePreview";

import { CASE, view } from "./cases";
import { expectAccessible, NOW_MS, open, TOWNSHIP, VILLAGE } from "./open";

const LINE: ErasureLine = {
  id: "ERASURE-1",
  said_ms: NOW_MS,
  by: { id: "U", name: "吴某", role: "R7" },
  ground: "retention_ended",
  reason: "保管期限已满",
  holds: true,
  agreed: null,
  agreed_ms: null,
  may_agree: false,
  is_agreed_here: false,
  records: [
    {
      record: CASE,
      kind: "case",
      numbers: ["临-B7K-0012"],
      heir: null,
      units: [
        { unit: VILLAGE, computers: 2, done: 1, revoked: 1, last_ms: null },
        { unit: TOWNSHIP, computers: 1, done: 1, revoked: 0, last_ms: NOW_MS },
      ],
      mentions: [{ case: "CASE-2", number: "临-B7K-0013" }],
      packets: [{ unit: VILLAGE, made_ms: NOW_MS }],
      papers: [{ by: { id: "U", name: "何某", role: "R4" }, at_ms: NOW_MS, file: "automerge" }],
    },
  ],
};

function preview(leaves: [Leave, Leave], change: Partial<ErasurePreview> = {}): ErasurePreview {
  const [file, person] = leaves;
  return {
    record: CASE,
    kind: "case",
    numbers: ["临-B7K-0012"],
    retention: "short",
    grounds: [
      { ground: "purpose_achieved", leave: file },
      { ground: "retention_ended", leave: file },
      { ground: "consent_withdrawn", leave: person },
      { ground: "unlawful", leave: person },
      { ground: "other_law", leave: person },
    ],
    units: [VILLAGE, TOWNSHIP],
    mentions: [],
    persons: [{ person: "PERSON-1", name: "张某", other_cases: 2 }],
    left_today: 10,
    ...change,
  };
}

const lists = { case_get: view(), case_history: { events: [], total: 0 } };

async function dialog(answer: ErasurePreview) {
  const opened = await open(`/cases/${CASE}`, {
    ...lists,
    erasure_preview: answer,
    record_erase: { erasures: [LINE] },
    erasure_list: { erasures: [LINE] },
  });
  const [menu] = await screen.findAllByRole("button", { name: "更多…" });
  await opened.user.click(menu!);
  await opened.user.click(await screen.findByRole("button", { name: "删除个人信息" }));
  return opened;
}

describe("erasing", () => {
  it("says what will happen, and sends nothing before somebody says they know", async () => {
    const { host, user, router } = await dialog(preview(["alone", "alone"]));
    await screen.findByText(/一般做法是归档以后封存/);
    expect(screen.getByText(/桥头村评理说事点、青石镇综治中心/)).toBeInTheDocument();
    await expectAccessible();
    const send = screen.getByRole("button", { name: "删除，不能恢复" });
    expect(send).toBeDisabled();
    await user.click(screen.getByRole("radio", { name: "保管期限已满" }));
    await user.click(screen.getByRole("checkbox", { name: /张某/ }));
    await user.type(screen.getByRole("textbox", { name: /理由/ }), "保管期限已满");
    await user.click(screen.getByRole("checkbox", { name: "我知道删了以后谁也找不回来" }));
    await user.click(send);
    await waitFor(() =>
      expect(host.calls).toContainEqual({
        name: "record_erase",
        payload: {
          records: [CASE, "PERSON-1"],
          ground: "retention_ended",
          reason: "保管期限已满",
        },
      }),
    );
    await waitFor(() => expect(router.currentRoute.value.path).toBe("/settings/erasures"));
  });

  it("offers an open case the rights of the person alone, for a second person", async () => {
    const { user } = await dialog(preview(["not_archived", "with_second"], { retention: null }));
    await screen.findByText(/先归档/);
    expect(screen.queryByRole("radio", { name: /保管期限已满/ })).toBeNull();
    await user.click(screen.getByRole("radio", { name: /撤回同意/ }));
    expect(screen.getByRole("button", { name: "提交，等第二个人同意" })).toBeInTheDocument();
  });

  it("offers a file that is kept for ever to be sealed, and asks beyond the number of a day", async () => {
    const { user } = await dialog(preview(["permanent", "alone"], { left_today: 1 }));
    await screen.findByText(/请封存/);
    await user.click(screen.getByRole("radio", { name: /违法/ }));
    expect(screen.getByRole("button", { name: "删除，不能恢复" })).toBeInTheDocument();
    await user.click(screen.getByRole("checkbox", { name: /张某/ }));
    expect(screen.getByRole("button", { name: "提交，等第二个人同意" })).toBeInTheDocument();
  });
});

function looked(change: Partial<RedactionPreview> = {}): RedactionPreview {
  return {
    words: [
      { find: "张某", put: "当事人甲" },
      { find: "13800001234", put: "×××" },
    ],
    places: [
      {
        key: "field/title",
        kind: null,
        at: null,
        name: "title",
        before: "张某与李某滴水纠纷",
        after: "当事人甲与李某滴水纠纷",
        may_edit: true,
      },
      {
        key: "fact/F/body/phone",
        kind: "party_added",
        at: "2026-03-02",
        name: "phone",
        before: "13800001234",
        after: "",
        may_edit: false,
      },
    ],
    bars: [],
    undecided: [],
    has_held: false,
    erasure: preview(["not_archived", "with_second"], { retention: null }),
    ...change,
  };
}

async function redaction(answer: RedactionPreview) {
  const opened = await open(`/cases/${CASE}/redact`, {
    ...lists,
    redaction_preview: answer,
    case_redact: { erasures: [LINE] },
    erasure_list: { erasures: [LINE] },
  });
  await opened.user.click(await screen.findByRole("radio", { name: "张某" }));
  return opened;
}

describe("taking one person out", () => {
  it("shows every place, lets it be rewritten, and sends nothing before somebody has read it", async () => {
    const { host, user, router } = await redaction(looked());
    await screen.findByRole("heading", { name: "在这些地方（2 处）" });
    expect(screen.getByText("张某与李某滴水纠纷")).toBeInTheDocument();
    expect(screen.getByText(/清空/)).toBeInTheDocument();
    await expectAccessible();
    const send = screen.getByRole("button", { name: "去掉这个人，不能恢复" });
    expect(send).toBeDisabled();
    const title = screen.getByRole("textbox", { name: "换成" });
    await user.clear(title);
    await user.type(title, "某户滴水纠纷");
    await user.click(screen.getByRole("checkbox", { name: /张某/ }));
    await user.click(screen.getByRole("radio", { name: /撤回同意/ }));
    await user.type(screen.getByRole("textbox", { name: /理由/ }), "本人书面申请");
    await user.click(screen.getByRole("checkbox", { name: /我逐处看过了/ }));
    await user.click(screen.getByRole("button", { name: "提交，等第二个人同意" }));
    await waitFor(() =>
      expect(host.calls).toContainEqual({
        name: "case_redact",
        payload: {
          case: CASE,
          party: view().parties[0]!.id,
          words: looked().words,
          by_hand: [{ key: "field/title", text: "某户滴水纠纷" }],
          attachments: [],
          persons: ["PERSON-1"],
          ground: "consent_withdrawn",
          reason: "本人书面申请",
        },
      }),
    );
    await waitFor(() => expect(router.currentRoute.value.path).toBe("/settings/erasures"));
  });

  it("asks to look again once a word was changed", async () => {
    const { host, user } = await redaction(looked());
    await screen.findByRole("heading", { name: "在这些地方（2 处）" });
    await user.click(screen.getByRole("button", { name: "再加一个词" }));
    await user.type(screen.getByRole("textbox", { name: "去掉（第 3 个词）" }), "张家老三");
    expect(screen.queryByRole("heading", { name: "在这些地方（2 处）" })).toBeNull();
    await user.click(screen.getByRole("button", { name: "看看在哪些地方" }));
    const words = [...looked().words, { find: "张家老三", put: "×××" }];
    await waitFor(() =>
      expect(host.calls.at(-1)).toMatchObject({ name: "redaction_preview", payload: { words } }),
    );
  });

  it("says plainly why whoever is bound by an agreement stays in it", async () => {
    const bars = [{ bar: "bound" as const, agreement: "F", at: "2026-03-05" }];
    await redaction(looked({ bars }));
    await screen.findByText(/生效协议的当事人/);
    expect(screen.getByText(/要么归档封存/)).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: /去掉这个人/ })).toBeNull();
    await expectAccessible();
  });

  it("tells on the case what came late", async () => {
    const redacted = {
      said_ms: NOW_MS,
      by: { id: "U", name: "吴某", role: "R7" as const },
      again: [{ fact: "F", kind: "session_held", at: "2026-03-06", unit: VILLAGE }],
      words: [{ name: "summary", kind: null, words: "沟已量过。" }],
    };
    await open(`/cases/${CASE}`, { ...lists, case_get: view({ redacted }) });
    const banner = within(
      await screen.findByRole("region", { name: "这件案子去掉过一个人的信息" }),
    );
    expect(banner.getByText("迟到的记录已转入（2 条）")).toBeInTheDocument();
    expect(banner.getByText(/调解会.*桥头村评理说事点/)).toBeInTheDocument();
    expect(banner.getByText("案情摘要：“沟已量过。”")).toBeInTheDocument();
    await expectAccessible();
  });
});

describe("what was erased", () => {
  it("tells where copies may lie, unit by unit, and prints one answer", async () => {
    const { host, user } = await open("/settings/erasures", { erasure_list: { erasures: [LINE] } });
    const card = await screen.findByRole("region", { name: "案件 临-B7K-0012" });
    expect(within(card).getAllByText(/2 台电脑里 1 台已删除/)[0]).toHaveTextContent("1 台停用");
    expect(within(card).getByText("写给桥头村评理说事点的 U 盘包")).toBeInTheDocument();
    expect(within(card).getByText("导出的案件文件")).toBeInTheDocument();
    expect(within(card).getByText("案件 临-B7K-0013")).toBeInTheDocument();
    await expectAccessible();
    await user.click(within(card).getByRole("button", { name: "打印答复" }));
    await waitFor(() => expect(host.printed).toBe(1));
  });

  it("lets a second person agree, once", async () => {
    const waiting = { ...LINE, holds: false, may_agree: true };
    const { host, user } = await open("/settings/erasures", {
      erasure_list: { erasures: [waiting] },
      erasure_agree: { erasures: [{ ...waiting, may_agree: false, is_agreed_here: true }] },
    });
    await screen.findByText("等第二个人同意");
    await user.click(await screen.findByRole("button", { name: "同意删除，不能恢复" }));
    await waitFor(() =>
      expect(host.calls).toContainEqual({
        name: "erasure_agree",
        payload: { erasure: "ERASURE-1" },
      }),
    );
  });

  it("says so where nothing was erased", async () => {
    await open("/settings/erasures", { erasure_list: { erasures: [] } });
    await screen.findByText("还没有删除过");
  });
});
