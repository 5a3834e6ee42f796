import { screen, within } from "@testing-library/vue";
import { describe, expect, it } from "vitest";

import type { Answers } from "@/host/memory";
import type { TableImported, TableView } from "@/host/types";

import { expectAccessible, NOW_MS, open, status } from "./open";

const view: TableView = {
  sheets: ["一张表"],
  heading: 3,
  columns: [
    { head: "登记日期", samples: ["2025-03-05"], field: "applied" },
    { head: "姓名", samples: ["张三、李四"], field: "skip" },
  ],
  rows: 4,
  notes: ["merged"],
  is_remembered: false,
};
const fate: TableImported = {
  new: 2,
  known: 1,
  doubtful: 0,
  bad: 1,
  ended: 0,
  lines: [{ row: 6, trouble: "day", column: 0, says: "上个月 · 王五" }],
  import: null,
};
const answers: Answers = {
  status_get: status({
    host: { ...status().host, takes_paths: true, can_pick: false },
  }),
  table_read: view,
  table_import: ({ dry }) => (dry ? fate : { ...fate, import: "1" }),
  import_list: {
    imports: [
      {
        import: "1",
        sort: "cases",
        at_ms: NOW_MS,
        cases: 2,
        is_undone: false,
        kept: 0,
      },
    ],
  },
  import_undo: { imports: [] },
};

describe("the page on which a table is taken over", () => {
  it("maps the columns, tries it, and only then takes it over", async () => {
    const { host, user } = await open("/cases/import", answers);
    await user.type(await screen.findByRole("textbox"), "/media/usb/表.xlsx");
    await user.click(screen.getByRole("button", { name: "打开看看" }));
    expect(await screen.findByText(/第 3 行是表头/)).toBeVisible();
    expect(screen.getByText(/有合并的单元格/)).toBeVisible();
    expect(screen.getByText("请指明哪一列是“双方当事人”。")).toBeVisible();
    expect(screen.getByRole("button", { name: "先试一遍" })).toBeDisabled();
    await user.selectOptions(screen.getByLabelText("“姓名”这一列是"), "双方当事人");
    await user.click(screen.getByRole("button", { name: "先试一遍" }));
    expect(await screen.findByText(/日期看不懂/)).toBeVisible();
    expect(host.calls.at(-1)?.payload).toMatchObject({ dry: true, fields: ["applied", "parties"] });
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "导入 2 件" }));
    expect(await screen.findByText("已导入 2 件")).toBeVisible();
    const asked = host.calls.filter((call) => call.name === "table_import");
    expect(asked.map(({ payload }) => (payload as { dry: boolean }).dry)).toEqual([true, false]);
  });

  it("takes a whole import back, after asking", async () => {
    const { host, user } = await open("/cases/import", answers);
    await user.click(await screen.findByRole("button", { name: "整批撤回" }));
    const dialog = within(await screen.findByRole("dialog"));
    expect(dialog.getByText(/这一批 2 件都作废/)).toBeVisible();
    await user.click(dialog.getByRole("button", { name: "整批撤回" }));
    expect(host.calls.find((call) => call.name === "import_undo")?.payload).toEqual({
      import: "1",
    });
  });
});
