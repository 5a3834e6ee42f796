import { screen, waitFor, within } from "@testing-library/vue";
import { describe, expect, it } from "vitest";

import type { NumberingView, SettingsView } from "@/host/types";

import { CASE, event, view as caseView } from "./cases";
import { expectAccessible, office, open, status, TOWNSHIP, VILLAGE, unitList } from "./open";

const DEVICES = [
  { id: "A", name: "村里电脑 A" },
  { id: "B", name: "村里电脑 B" },
];
function numbering(change: Partial<NumberingView> = {}): NumberingView {
  return {
    unit: VILLAGE,
    year: 2026,
    holder: DEVICES[0]!,
    region: "青石",
    committee: "桥头",
    last_on_paper: 11,
    blocks: [{ device: DEVICES[1]!, year: 2026, from: 31, to: 50, given: 2 }],
    next: "〔2026〕青石桥头人调字第0013号",
    given: 3,
    gaps: ["〔2026〕青石桥头人调字第0012号"],
    voided: [],
    clashes: [],
    devices: DEVICES,
    may_set: true,
    ...change,
  };
}
const SETTINGS = {
  version: "",
  is_builtin: true,
  limits: [],
  reminder_days: [],
  versions: [],
  conflicts: [],
  record: null,
  may_set: true,
} satisfies SettingsView;
const READS = {
  settings_get: SETTINGS,
  unit_list: unitList([TOWNSHIP, VILLAGE]),
  stick_list: { sticks: [] },
  catalogue_get: { version: "moj-18-2020", categories: [], holidays_until: 2026 },
};
const township = status({ office: office({ unit: TOWNSHIP }) });
const card = () => screen.findByRole("region", { name: /^案件编号/ });

describe("the numbers of cases", () => {
  it("say who keeps the register, what comes next, what was set aside and what is missing", async () => {
    await open("/settings", { ...READS, numbering_get: numbering() });
    const shown = within(await card());
    expect(await shown.findByText("〔2026〕青石桥头人调字第0013号")).toBeVisible();
    expect(shown.getByText("〔2026〕青石桥头人调字第0012号")).toBeVisible();
    expect(shown.getByText(/村里电脑 B：31 到 50/)).toHaveTextContent("用了 2 个，共 20 个");
    await expectAccessible();
  });

  it("are read and set for any unit by the township", async () => {
    const { host, user } = await open("/settings", {
      ...READS,
      status_get: township,
      numbering_get: ({ unit }) =>
        numbering({
          unit: unit === VILLAGE.id ? VILLAGE : TOWNSHIP,
          holder: null,
          region: "",
          committee: "",
          last_on_paper: 0,
        }),
      numbering_set: numbering(),
    });
    const shown = within(await card());
    await user.selectOptions(await shown.findByLabelText(/看哪个单位的/), VILLAGE.id);
    await waitFor(() =>
      expect(host.calls.filter(({ name }) => name === "numbering_get").at(-1)?.payload).toEqual({
        unit: VILLAGE.id,
      }),
    );
    expect(await shown.findByText(/还没定/)).toBeVisible();
    expect(shown.queryByRole("button", { name: "留号段" })).toBeNull();
    await user.click(shown.getByRole("button", { name: "改编号办法" }));
    const dialog = await screen.findByRole("dialog", { name: "改编号办法" });
    await user.selectOptions(within(dialog).getByLabelText(/哪台电脑管登记册/), "A");
    await user.type(within(dialog).getByLabelText(/区划简称/), "青石");
    await user.type(within(dialog).getByLabelText(/调委会简称/), "桥头");
    expect(within(dialog).getByText(/〔2026〕青石桥头人调字第0001号/)).toBeVisible();
    await expectAccessible();
    await user.click(within(dialog).getByRole("button", { name: "保存" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(host.calls.find(({ name }) => name === "numbering_set")?.payload).toEqual({
      unit: VILLAGE.id,
      year: 2026,
      holder: "A",
      region: "青石",
      committee: "桥头",
      last_on_paper: null,
      blocks: [],
    });
  });

  it("are set aside for another computer", async () => {
    const { host, user } = await open("/settings", {
      ...READS,
      numbering_get: numbering(),
      numbering_set: numbering(),
    });
    await user.click(await screen.findByRole("button", { name: "留号段" }));
    const dialog = await screen.findByRole("dialog", { name: "给一台电脑留号段" });
    await user.selectOptions(within(dialog).getByLabelText(/给哪台电脑/), "B");
    await user.click(within(dialog).getByRole("button", { name: "留给它" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(host.calls.find(({ name }) => name === "numbering_set")?.payload).toMatchObject({
      holder: null,
      blocks: [{ device: "B", from: null, count: 20 }],
    });
  });

  it("are given to a case one press away, or say why not", async () => {
    let next: string | null = "〔2026〕青石桥头人调字第0013号";
    const answers = {
      case_get: caseView({ may_write: ["number_assigned"] }),
      case_history: { events: [event()], total: 1 },
      numbering_get: () => numbering({ next }),
      number_assign: caseView(),
    };
    const { host, user } = await open(`/cases/${CASE}`, answers);
    await user.click(await screen.findByRole("button", { name: "给正式编号" }));
    const dialog = await screen.findByRole("dialog", { name: "给正式编号" });
    expect(await within(dialog).findByText(next)).toBeVisible();
    await expectAccessible();
    await user.click(within(dialog).getByRole("button", { name: "用这个号" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(host.calls.find(({ name }) => name === "number_assign")?.payload).toEqual({
      case: CASE,
      printed: false,
    });
    next = null;
    host.emit({ event: "changed", topics: ["cases"] });
    await user.click(await screen.findByRole("button", { name: "给正式编号" }));
    expect(await screen.findByText(/本机现在不能给号/)).toBeVisible();
  });
});
