import { screen, waitFor, within } from "@testing-library/vue";
import { describe, expect, it } from "vitest";

import { WRITABLE } from "@/features/case/forms/kinds";
import type { Answers } from "@/host/memory";
import type { CaseLine } from "@/host/types";

import { line, view } from "./cases";
import { expectAccessible, office, open, status, TOWNSHIP } from "./open";

const registered = (index: number) => line(index, { state: "registered", stage: "triage" });

function answers(waiting: CaseLine[]): Answers {
  let rows = waiting;
  return {
    case_list: ({ mark }) => {
      const found = rows.filter(
        ({ marks }) => marks.includes("escalating") === (mark !== undefined),
      );
      return { rows: found, total: found.length, all: 9 };
    },
    case_get: ({ case: id }) =>
      view({
        id,
        title: `案件 ${id}`,
        state: "registered",
        may_write: [...WRITABLE],
        escalations: [],
      }),
    fact_add: ({ case: id }) => {
      rows = rows.filter((row) => row.id !== id);
      return view({ id });
    },
  };
}

describe("the triage desk", () => {
  it("chooses with the arrows and accepts with a digit; the next takes the place", async () => {
    const { host, user } = await open("/triage", answers([registered(1), registered(2)]));
    const list = await screen.findByRole("listbox", { name: "等着的案件" });
    list.focus();
    await user.keyboard("{ArrowDown}");
    expect(await screen.findByRole("region", { name: "案件 CASE-2" })).toBeVisible();
    await expectAccessible();
    await user.keyboard("{ArrowUp}");
    await screen.findByRole("region", { name: "案件 CASE-1" });
    await user.keyboard("1");
    const dialog = within(await screen.findByRole("dialog", { name: "受理" }));
    await user.click(dialog.getByRole("button", { name: "记下来" }));
    host.emit({ event: "changed", topics: ["cases"] });
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(await screen.findByRole("region", { name: "案件 CASE-2" })).toBeVisible();
    expect(host.calls.find(({ name }) => name === "fact_add")?.payload).toMatchObject({
      case: "CASE-1",
      facts: [{ kind: "accepted", body: { on: "application" } }],
    });
  });

  it("declines with the ways the parties were told of, and passes on", async () => {
    const { user } = await open("/triage", answers([registered(1)]));
    (await screen.findByRole("listbox")).focus();
    await screen.findByRole("region", { name: "案件 CASE-1" });
    await user.keyboard("2");
    const dialog = within(await screen.findByRole("dialog", { name: "不予受理" }));
    expect(dialog.getByRole("checkbox", { name: "去法院起诉" })).toBeVisible();
    await user.keyboard("{Escape}");
    await user.click(dialog.getByRole("button", { name: "关闭" }));
    await user.click(screen.getByRole("button", { name: "移送" }));
    expect(await screen.findByRole("dialog", { name: "移送" })).toBeVisible();
  });

  it("shows a township what villages hand up, and opens a case with Enter", async () => {
    const climbing = line(5, { marks: ["escalating"] });
    const { user, router } = await open("/triage", {
      ...answers([climbing, registered(1)]),
      status_get: status({
        office: office({ unit: TOWNSHIP, user: { id: "U", name: "吴某", role: "R4" } }),
      }),
    });
    const list = await screen.findByRole("listbox");
    expect(await within(list).findByText("提级待接收")).toBeVisible();
    list.focus();
    await user.keyboard("{Enter}");
    await waitFor(() => expect(router.currentRoute.value.path).toBe("/cases/CASE-5"));
  });

  it("says when nothing waits", async () => {
    await open("/triage", answers([]));
    expect(await screen.findByText("没有等着的")).toBeVisible();
  });
});
