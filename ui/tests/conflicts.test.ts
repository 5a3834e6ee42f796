import { screen, waitFor, within } from "@testing-library/vue";
import { beforeAll, describe, expect, it } from "vitest";

import { fail, type Answers } from "@/host/memory";
import type { CaseView, ConflictView, SideView } from "@/host/types";

import { expectAccessible, NOW_MS, open, TOWNSHIP, VILLAGE } from "./open";

function side(change: Partial<SideView>): SideView {
  return {
    choice: { value: 1_800_000 },
    at: null,
    by: { id: "Z", name: "周某", role: "R3" },
    unit: VILLAGE,
    device: { id: "A", name: "村里电脑" },
    recorded_ms: NOW_MS - 86_400_000,
    fact: null,
    ...change,
  };
}
const THERE: Partial<SideView> = {
  by: { id: "W", name: "吴某", role: "R7" },
  unit: TOWNSHIP,
  device: { id: "C", name: "镇中心电脑" },
  recorded_ms: NOW_MS,
};
function amount(change: Partial<ConflictView> = {}): ConflictView {
  return {
    key: "field/amount",
    kind: "field",
    why: { rule: "C14_field", source: "由承办单位核定", facts: [] },
    sides: [side({}), side({ choice: { value: 1_200_000 }, ...THERE })],
    ways: [],
    roles: ["R2", "R3"],
    unit: VILLAGE,
    may_settle: true,
    settlement: null,
    ...change,
  };
}
function agreement(text: string, change: Partial<SideView>): SideView {
  return side({
    choice: { fact: text },
    at: "2026-03-20",
    fact: {
      kind: "agreement_reached",
      body: {
        form: "written",
        text,
        text_hash: "",
        parties: [],
        amount_fen: 1_800_000,
        plan: [],
        replaces: null,
        replaces_dated: null,
        demands: [],
        touches: [],
        objecting: [],
      },
    },
    ...change,
  });
}
function show(conflict: ConflictView, answers: Answers = {}) {
  const found = {
    id: "CASE",
    title: "孙某与何某借款纠纷",
    fields: { amount: { value: 1_200_000, is_contested: true } },
    parties: [],
    conflicts: [conflict],
    risk: null,
    category: null,
  } as unknown as CaseView;
  return open(`/conflicts/CASE/${encodeURIComponent(conflict.key)}`, {
    case_get: found,
    conflict_settle: {} as never,
    ...answers,
  });
}
const settled = (host: Awaited<ReturnType<typeof open>>["host"]) =>
  host.calls.find(({ name }) => name === "conflict_settle")?.payload;

describe("the desk of conflicts", () => {
  // Nothing is laid out here: every element is as tall as the grid would be.
  beforeAll(() => {
    Object.defineProperties(HTMLElement.prototype, {
      clientHeight: { configurable: true, get: () => 480 },
      clientWidth: { configurable: true, get: () => 1000 },
    });
  });

  it("lists what is open, what was settled, and what is mine", async () => {
    const { host, user, router } = await open("/conflicts", {
      conflict_list: ({ settled: isSettled, mine }) => ({
        rows:
          isSettled || mine
            ? []
            : [
                {
                  record: "CASE",
                  record_kind: "case",
                  title: "孙某与何某借款纠纷",
                  key: "field/amount",
                  kind: "field",
                  is_open: true,
                  may_settle: false,
                  unit: VILLAGE,
                  roles: ["R2", "R3"],
                  latest_ms: NOW_MS,
                },
              ],
        total: isSettled || mine ? 0 : 1,
      }),
    });
    const row = await screen.findByText("涉及金额，两处不同");
    expect(screen.getByText("桥头村评理说事点的村调解员、村调委会主任")).toBeVisible();
    await expectAccessible();
    await user.click(row);
    await waitFor(() => expect(router.currentRoute.value.params.key).toBe("field/amount"));
    await router.push("/conflicts");
    await user.click(await screen.findByLabelText("只看我能定的"));
    expect(await screen.findByText("没有等您拿主意的")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "曾有冲突" }));
    expect(await screen.findByText("还没有定过的冲突")).toBeVisible();
    expect(host.calls.at(-1)?.payload).toMatchObject({ settled: true, mine: false });
  });
});

describe("a conflict", () => {
  it("sets both values side by side and marks what differs", async () => {
    await show(amount());
    const [ours, theirs] = await screen.findAllByRole("article");
    expect(within(ours as HTMLElement).getByText("18,000.00 元").tagName).toBe("MARK");
    expect(within(ours as HTMLElement).getByText(/周某/)).toHaveTextContent("村里电脑");
    expect(within(theirs as HTMLElement).getByText("12,000.00 元").tagName).toBe("MARK");
    expect(screen.getByText(/现在先按“12,000.00 元”算/)).toBeVisible();
    expect(screen.getByRole("button", { name: /为什么/ })).toBeVisible();
    await expectAccessible();
  });

  it("is settled for one side, with a reason", async () => {
    const { host, user } = await show(amount());
    await user.click(await screen.findByLabelText("以甲为准：18,000.00 元"));
    await user.click(screen.getByRole("button", { name: "定下来" }));
    expect(await screen.findByText("这里要填。")).toBeVisible();
    expect(settled(host)).toBeUndefined();
    await user.type(screen.getByLabelText(/理由/), "核对了欠条原件");
    await user.click(screen.getByRole("button", { name: "定下来" }));
    await waitFor(() =>
      expect(settled(host)).toMatchObject({
        record: "CASE",
        key: "field/amount",
        choice: { value: 1_800_000 },
        reason: "核对了欠条原件",
      }),
    );
  });

  it("takes a third value", async () => {
    const { host, user } = await show(amount());
    await user.click(await screen.findByLabelText("都不对，应该是另一个"));
    await user.type(screen.getByLabelText(/应该是 /), "15000");
    await user.type(screen.getByLabelText(/理由/), "重新算过");
    await user.click(screen.getByRole("button", { name: "定下来" }));
    await waitFor(() => expect(settled(host)).toMatchObject({ choice: { value: 1_500_000 } }));
  });

  it("puts the ways out first, and shows each computer's course of things as one card", async () => {
    const { host, user } = await show(
      amount({
        key: "escalation/village/1",
        kind: "escalation",
        ways: ["void", "stand"],
        sides: [
          agreement("一次付清", {}),
          side({ choice: { fact: "S" }, fact: { kind: "note", body: { text: "双方签名" } } }),
          side({
            choice: { fact: "E" },
            fact: {
              kind: "escalated",
              body: { from: "village", round: 1, reason: "danger", asked: [], note: "" },
            },
            ...THERE,
          }),
        ],
      }),
    );
    expect(await screen.findAllByRole("article")).toHaveLength(2);
    expect(screen.getAllByRole("radio").map((r) => (r as HTMLInputElement).value)).toEqual([
      "way:void",
      "way:stand",
    ]);
    await user.click(screen.getByLabelText("算失效"));
    await user.type(screen.getByLabelText(/理由/), "协议在先");
    await user.click(screen.getByRole("button", { name: "定下来" }));
    await waitFor(() => expect(settled(host)).toMatchObject({ choice: { way: "void" } }));
  });

  it("marks only the lines of two agreements that differ", async () => {
    await show(
      amount({
        key: "agreements/a/b",
        kind: "agreements",
        sides: [
          agreement("一、还钱。\n二、6月底前付清。", {}),
          agreement("一、还钱。\n二、分三期。", THERE),
        ],
      }),
    );
    // Once beside the other side, once within the whole text, which is folded away.
    const marked = await screen.findAllByText("二、6月底前付清。");
    expect(marked.map(({ tagName }) => tagName)).toEqual(["MARK", "MARK"]);
    expect(marked[0]!.closest("details")).toBeNull();
    expect(marked[1]!.closest("details")).not.toHaveAttribute("open");
    expect(screen.getAllByText("二、分三期。")).toHaveLength(2);
    expect(screen.getAllByText("一、还钱。").every(({ tagName }) => tagName === "P")).toBe(true);
  });

  it("says who decides where I may not", async () => {
    await show(amount({ may_settle: false }));
    expect(await screen.findByText("这一件不由您定")).toBeVisible();
    expect(screen.getByText(/由桥头村评理说事点的村调解员、村调委会主任来定/)).toBeVisible();
    expect(screen.queryByRole("button", { name: "定下来" })).toBeNull();
  });

  it("shows for ever how it was settled", async () => {
    await show(
      amount({
        settlement: {
          rule: null,
          by: { id: "Z", name: "周某", role: "R3" },
          unit: VILLAGE,
          at: "2026-03-24T10:00",
          recorded_ms: NOW_MS,
          choice: { value: 1_800_000 },
          reason: "核对了欠条原件",
        },
      }),
    );
    expect(await screen.findByText("以甲为准：18,000.00 元")).toBeVisible();
    expect(screen.getByText("核对了欠条原件")).toBeVisible();
    expect(screen.getByText("以此为准")).toBeVisible();
    await expectAccessible();
  });

  it("finds the conflict of a person", async () => {
    await show(amount({ key: "field/phone", sides: [side({ choice: { value: "6218" } })] }), {
      case_get: () => fail({ code: "not_found", id: "CASE" }),
      person_get: {
        id: "CASE",
        space: "S",
        sex: null,
        fields: { name: { value: "张某", is_contested: false } },
        id_warnings: [],
        links: [],
        cases: [],
        conflicts: [amount({ key: "field/phone", sides: [side({ choice: { value: "6218" } })] })],
      },
    });
    expect(await screen.findByText("张某")).toBeVisible();
    expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("电话");
  });
});
