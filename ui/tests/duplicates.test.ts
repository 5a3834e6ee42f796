import { screen, waitFor, within } from "@testing-library/vue";
import { describe, expect, it } from "vitest";

import type { DuplicateGroupView } from "@/host/types";

import { line } from "./cases";
import { expectAccessible, open } from "./open";

function group(change: Partial<DuplicateGroupView> = {}): DuplicateGroupView {
  return {
    main: "CASE-1",
    cases: [line(1), line(2, { parties: ["李某", "张某"], place: "桥头村河东" })],
    pairs: [
      {
        a: "CASE-1",
        b: "CASE-2",
        grounds: ["village", "near_dates"],
        verdict: null,
        is_disputed: false,
      },
    ],
    may_decide: true,
    ...change,
  };
}
const list = (groups: DuplicateGroupView[]) => ({ groups, total: groups.length });

describe("the desk of duplicates", () => {
  it("sets likely cases side by side, says why they look alike, and marks what is the same", async () => {
    await open("/duplicates", { duplicate_list: list([group()]) });
    const card = await screen.findByRole("region", { name: "张某与李某排水纠纷1 等 2 件" });
    expect(card).toHaveTextContent("为什么像：同名同村、日期相近");
    expect(within(card).getByText("张某、李某").tagName).toBe("MARK");
    expect(within(card).getByText("李某、张某").tagName).toBe("MARK");
    expect(within(card).getByText("桥头村河东").tagName).not.toBe("MARK");
    expect(within(card).getByRole("link", { name: "张某与李某排水纠纷2" })).toBeVisible();
    await expectAccessible();
  });

  it("merges into the main case, with a reason", async () => {
    const { host, user } = await open("/duplicates", {
      duplicate_list: list([group()]),
      duplicate_decide: group(),
    });
    await user.click(await screen.findByRole("button", { name: /^定是不是一回事：/ }));
    const dialog = await screen.findByRole("dialog", { name: "是不是一回事" });
    await user.click(within(dialog).getByRole("button", { name: "定下来" }));
    expect(within(dialog).getByLabelText(/理由/)).toBeInvalid();
    await user.click(within(dialog).getByRole("radio", { name: /^合并/ }));
    await user.selectOptions(within(dialog).getByLabelText(/并到哪一件/), "CASE-2");
    await user.type(within(dialog).getByLabelText(/理由/), "同一条水沟");
    await expectAccessible();
    await user.click(within(dialog).getByRole("button", { name: "定下来" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(host.calls.find(({ name }) => name === "duplicate_decide")?.payload).toEqual({
      cases: ["CASE-1", "CASE-2"],
      verdict: "merged",
      main: "CASE-2",
      reason: "同一条水沟",
      at: null,
    });
  });

  it("shows what was decided, and takes it back with a reason", async () => {
    const stands = group({
      pairs: [{ a: "CASE-1", b: "CASE-2", grounds: [], verdict: "related", is_disputed: false }],
    });
    const { host, user } = await open("/duplicates", {
      duplicate_list: ({ decided }) => list(decided ? [stands] : []),
      duplicate_undo: group(),
    });
    expect(await screen.findByText("没有疑似重复的")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "定过的" }));
    expect(await screen.findByText("已定：关联")).toBeVisible();
    await user.click(screen.getByRole("button", { name: /^撤回：/ }));
    const dialog = await screen.findByRole("dialog", { name: "撤回原来定的" });
    await user.type(within(dialog).getByLabelText(/为什么撤回/), "弄错了");
    await user.click(within(dialog).getByRole("button", { name: "撤回" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(host.calls.find(({ name }) => name === "duplicate_undo")?.payload).toEqual({
      cases: ["CASE-1", "CASE-2"],
      reason: "弄错了",
      at: null,
    });
  });

  it("shows those of one case alone, and says who decides what others must", async () => {
    const other = group({ main: "CASE-3", cases: [line(3), line(4)], may_decide: false });
    const { user } = await open("/duplicates?case=CASE-3", {
      duplicate_list: list([group(), other]),
    });
    expect(await screen.findByRole("region", { name: /排水纠纷3 等/ })).toBeVisible();
    expect(screen.queryByRole("region", { name: /排水纠纷1 等/ })).toBeNull();
    expect(screen.getByText(/司法所来定/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "全部都看" }));
    expect(await screen.findByRole("region", { name: /排水纠纷1 等/ })).toBeVisible();
  });

  it("is reached from the desk of conflicts", async () => {
    await open("/conflicts", { conflict_list: { rows: [], total: 0 } });
    expect(await screen.findByRole("link", { name: "疑似重复" })).toHaveAttribute(
      "href",
      "/duplicates",
    );
  });
});
