import { screen, within } from "@testing-library/vue";
import { describe, expect, it } from "vitest";

import type { Answers } from "@/host/memory";
import type { DuplicateGroupView } from "@/host/types";

import { line } from "./cases";
import { expectAccessible, open } from "./open";

function group(change: Partial<DuplicateGroupView> = {}): DuplicateGroupView {
  return {
    main: "CASE-1",
    cases: [line(1), line(2, { category: "land" }), line(3)],
    pairs: [
      {
        a: "CASE-1",
        b: "CASE-2",
        grounds: ["phone", "near_dates"],
        verdict: null,
        is_disputed: false,
      },
    ],
    may_decide: true,
    ...change,
  };
}
const page = (found: DuplicateGroupView[], answers: Answers = {}) =>
  open("/duplicates", { duplicate_list: { groups: found, total: found.length }, ...answers });

describe("the duplicate desk", () => {
  it("shows cases side by side, what is alike, and what differs", async () => {
    await page([group()]);
    expect(
      await screen.findByText(/临-A-0001 和 临-A-0002：同名，电话后四位一样、日期相近/),
    ).toBeVisible();
    const table = screen.getByRole("table");
    expect(within(table).getAllByText("山林土地")[0]?.tagName).toBe("MARK");
    expect(within(table).getByText("先登记")).toBeVisible();
    await expectAccessible();
  });

  it("merges those that are chosen into a main case, with a reason", async () => {
    const { host, user } = await page([group()], { duplicate_decide: group() });
    await user.click(await screen.findByRole("button", { name: "定下来" }));
    const dialog = screen.getByRole("dialog");
    await user.click(within(dialog).getByLabelText(/^临-A-0003/));
    await user.click(within(dialog).getByLabelText(/^合并/));
    await user.click(within(dialog).getByRole("button", { name: "定下来" }));
    expect(host.calls.some(({ name }) => name === "duplicate_decide")).toBe(false);
    const mains = within(dialog).getByRole("group", { name: /以哪件为主案/ });
    expect(within(mains).getAllByRole("radio")).toHaveLength(2);
    await user.click(within(mains).getByLabelText(/^临-A-0002/));
    await user.type(within(dialog).getByLabelText(/理由/), "同一块承包地");
    await expectAccessible();
    await user.click(within(dialog).getByRole("button", { name: "定下来" }));
    expect(host.calls.find(({ name }) => name === "duplicate_decide")?.payload).toEqual({
      cases: ["CASE-1", "CASE-2"],
      verdict: "merged",
      main: "CASE-2",
      reason: "同一块承包地",
      at: null,
    });
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("undoes a decision with a reason", async () => {
    const decided = group({ cases: [line(1), line(2)] });
    const { host, user } = await page([decided], { duplicate_undo: decided });
    await user.click(await screen.findByRole("button", { name: "定过的" }));
    await user.click(await screen.findByRole("button", { name: "撤销这个决定" }));
    await user.type(screen.getByLabelText(/为什么撤销/), "说的是另一块地");
    const dialog = screen.getByRole("dialog");
    await user.click(within(dialog).getByRole("button", { name: "撤销这个决定" }));
    expect(host.calls.find(({ name }) => name === "duplicate_undo")?.payload).toMatchObject({
      cases: ["CASE-1", "CASE-2"],
      reason: "说的是另一块地",
    });
  });

  it("tells who decides where it is not up to whoever is here", async () => {
    await page([group({ may_decide: false })]);
    expect(await screen.findByText(/由镇里或司法所来定/)).toBeVisible();
    expect(screen.queryByRole("button", { name: "定下来" })).toBeNull();
  });

  it("shows whoever comes from a case what it may be the same as", async () => {
    const other = group({ cases: [line(7), line(8)], main: "CASE-7", pairs: [] });
    const { user } = await open("/duplicates?case=CASE-8", {
      duplicate_list: { groups: [group(), other], total: 2 },
    });
    expect(await screen.findByRole("link", { name: "张某与李某排水纠纷8" })).toBeVisible();
    expect(screen.queryByRole("link", { name: "张某与李某排水纠纷1" })).toBeNull();
    await user.click(screen.getByRole("link", { name: "看全部" }));
    expect(await screen.findByRole("link", { name: "张某与李某排水纠纷1" })).toBeVisible();
  });

  it("says that nothing is alike", async () => {
    await page([]);
    expect(await screen.findByText("没有疑似重复的")).toBeVisible();
    await expectAccessible();
  });
});
