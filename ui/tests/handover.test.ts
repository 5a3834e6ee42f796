import { screen, within } from "@testing-library/vue";
import { describe, expect, it } from "vitest";

import type { Answers } from "@/host/memory";
import type { CaseLine, HandoverView } from "@/host/types";

import { expectAccessible, NOW_MS, open } from "./open";

function line(id: string, title: string): CaseLine {
  return {
    id,
    number: `临-QTC-${id}`,
    title,
    parties: ["张三", "李四"],
    category: "neighbours",
    local_group: null,
    local_item: null,
    place: "",
    stage: "handling",
    state: "mediating",
    marks: [],
    owner: null,
    registered: "2026-03-01",
    next_due: { day: "2026-04-01", what: "" },
    risk: null,
    is_closed: false,
    open_conflicts: 0,
    village_sessions: 1,
    township_sessions: 0,
    matched: [],
  };
}
const view: HandoverView = {
  people: [{ name: "周正", cases: 2 }],
  successors: ["周正", "郑和"],
  cases: [],
  done: [
    {
      handover: "1",
      at_ms: NOW_MS,
      from: "钱多",
      to: ["郑和"],
      cases: 3,
      is_undone: false,
      kept: 0,
    },
  ],
};
const cases = [line("0001", "滴水"), line("0002", "地界"), line("0003", "借款")].map((line) => ({
  line,
  host: "周正",
  mediators: ["周正"],
}));
const answers: Answers = {
  handover_get: ({ from }) => ({ ...view, cases: from === "周正" ? cases : [] }),
  handover_make: view,
  handover_undo: view,
};

describe("the page on which cases are handed over", () => {
  it("gives each case to somebody, leaves out what stays, and sends them as one act", async () => {
    const { host, user } = await open("/cases/handover", answers);
    await user.selectOptions(await screen.findByLabelText("谁要走"), "周正");
    const make = await screen.findByRole("button", { name: "移交 3 件" });
    expect(make).toBeDisabled();
    await user.type(screen.getByLabelText(/交给谁/), "郑和");
    const other = screen.getByLabelText("“地界”的接收人");
    expect(other).toHaveValue("郑和");
    await user.clear(other);
    await user.type(other, "吴平");
    await user.click(screen.getByLabelText("移交“借款”"));
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "移交 2 件" }));
    expect(host.calls.filter(({ name }) => name === "handover_make").at(-1)?.payload).toEqual({
      from: "周正",
      cases: ["0001", "0002"],
      to: ["郑和", "吴平"],
      reason: "",
    });
  });

  it("takes an act back once it was asked", async () => {
    const { host, user } = await open("/cases/handover", answers);
    await user.click(await screen.findByRole("button", { name: "撤回这次交接" }));
    const dialog = screen.getByRole("dialog");
    expect(within(dialog).getByText(/仍由钱多办理/)).toBeVisible();
    await user.click(within(dialog).getByRole("button", { name: "撤回这次交接" }));
    expect(host.calls.filter(({ name }) => name === "handover_undo").at(-1)?.payload).toEqual({
      handover: "1",
    });
  });
});
