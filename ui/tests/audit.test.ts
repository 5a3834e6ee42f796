import { screen, waitFor } from "@testing-library/vue";
import { describe, expect, it } from "vitest";

import type { Answers } from "@/host/memory";
import type { AuditLine } from "@/host/types";

import {
  expectAccessible,
  NOW_MS,
  office,
  open,
  status,
  TOWNSHIP,
  VILLAGE,
  unitList,
} from "./open";

const LINE: AuditLine = {
  at_ms: NOW_MS,
  by: { id: "Z", name: "周某", role: "R3" },
  role: "R3",
  is_vouched: true,
  device: { id: "D", name: "村里电脑 A" },
  unit: VILLAGE,
  act: "printed",
  record: "C",
  number: "临-0RM-0001",
  user: null,
  other_device: null,
  other_unit: null,
  file: null,
  count: null,
  word: "minor",
  reason: "",
};

function page(answers: Answers = {}) {
  return open("/settings/audit", {
    status_get: status({
      office: office({ unit: TOWNSHIP, user: { id: "W", name: "吴某", role: "R11" } }),
    }),
    audit_list: { rows: [LINE], total: 1 },
    user_list: {
      users: [{ user: { id: "Z", name: "周某", role: "R3" }, unit: VILLAGE, removed_ms: null }],
    },
    unit_list: unitList([VILLAGE, TOWNSHIP]),
    ...answers,
  });
}

describe("the auditor's page", () => {
  it("asks by who, where, what and about which case", async () => {
    const { host, user } = await page();
    expect(await screen.findByText("涉及未成年人", { exact: false })).toBeVisible();
    await user.selectOptions(screen.getByLabelText("谁"), "Z");
    await user.selectOptions(screen.getByLabelText("哪个单位的电脑"), VILLAGE.id);
    await user.selectOptions(screen.getByLabelText("做了什么"), "printed");
    await user.type(screen.getByLabelText(/案件编号/), "0001");
    await waitFor(() =>
      expect(host.calls.filter((call) => call.name === "audit_list").at(-1)?.payload).toMatchObject(
        {
          user: "Z",
          unit: VILLAGE.id,
          act: "printed",
          number: "0001",
        },
      ),
    );
    await expectAccessible();
  });

  it("takes what is shown along as a table with Chinese headings", async () => {
    const { host, user } = await page({
      list_export: { name: "审计记录.xlsx", path: null, bytes: 900 },
    });
    await user.selectOptions(await screen.findByLabelText("做了什么"), "printed");
    await user.click(await screen.findByRole("button", { name: "存成表格" }));
    await user.type(await screen.findByLabelText(/文件/), "/tmp/审计记录.xlsx");
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "存表格" }));
    expect(await screen.findByText("已存好：审计记录.xlsx")).toBeVisible();
    const sent = host.calls.find((call) => call.name === "list_export")?.payload;
    expect(sent).toMatchObject({
      list: { audit: { act: "printed" } },
      words: { columns: { at: "时间", act: "做了什么" }, words: { printed: "打印", yes: "是" } },
      to: { path: "/tmp/审计记录.xlsx" },
    });
  });

  it("says how to see more where nothing is left", async () => {
    const { user } = await page({
      audit_list: ({ act }) => (act ? { rows: [], total: 0 } : { rows: [LINE], total: 1 }),
    });
    await user.selectOptions(await screen.findByLabelText("做了什么"), "erased");
    expect(await screen.findByText("没有这样的记录")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "全部显示" }));
    expect(await screen.findByText("临-0RM-0001", { exact: false })).toBeVisible();
  });

  it("tells the program of every print, whichever way it was asked for", async () => {
    const { host, user } = await page({ print_note: {} });
    await user.click(await screen.findByRole("button", { name: "打印" }));
    const noted = () => host.calls.filter((call) => call.name === "print_note");
    await waitFor(() => expect(noted()).toHaveLength(1));
    expect(noted()[0]?.payload).toEqual({ page: "audit", record: null });
    window.dispatchEvent(new Event("beforeprint"));
    await waitFor(() => expect(noted()).toHaveLength(2));
  });
});
