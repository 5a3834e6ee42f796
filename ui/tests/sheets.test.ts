import { screen, waitFor, within } from "@testing-library/vue";
import { describe, expect, it } from "vitest";

import { WRITABLE } from "@/features/case/forms/kinds";
import type { Answers } from "@/host/memory";
import type { DispatchView, SheetView } from "@/host/types";

import { CASE, event, view } from "./cases";
import { expectAccessible, open, TOWNSHIP, VILLAGE, unitList } from "./open";

const at = `/cases/${CASE}`;

function sheet(change: Partial<SheetView> = {}): SheetView {
  return {
    id: "SHEET",
    kind: "order",
    number: "交办 2026-12",
    at: "2026-03-20",
    from: TOWNSHIP,
    to: VILLAGE,
    part: "lead",
    demands: [],
    requirement: "查清水沟是谁堵的",
    due: "2026-03-30",
    basis: "",
    referral: null,
    status: "issued",
    is_acting: true,
    reassigned_why: null,
    sign_ins: [],
    signed_in: null,
    is_accepted: false,
    objection: null,
    replies: [],
    closed: null,
    is_undone_after_closing: false,
    is_mine: true,
    ...change,
  };
}

function answers(sheets: SheetView[]): Answers {
  const dispatch: DispatchView = {
    lead: VILLAGE,
    lead_why: null,
    co: [],
    sheets,
    referrals: [],
    consultations: [],
  };
  return {
    case_get: view({ may_write: [...WRITABLE], dispatch }),
    case_history: { events: [event()], total: 1 },
    unit_list: unitList([VILLAGE, TOWNSHIP]),
    fact_add: view(),
  };
}

describe("sheets", () => {
  it("are signed in by the unit they went to, with one form", async () => {
    const { host, user } = await open(at, answers([sheet()]));
    const card = within(await screen.findByRole("region", { name: "三单" }));
    expect(card.getByText("等签收")).toBeVisible();
    expect(card.getByText(/2026年3月30日（周一）前答复/)).toBeVisible();
    await expectAccessible();
    await user.click(card.getByRole("button", { name: "签收单据：交办 2026-12" }));
    const dialog = within(await screen.findByRole("dialog", { name: "签收单据" }));
    await user.click(dialog.getByRole("button", { name: "记下来" }));
    await waitFor(() =>
      expect(host.calls.find(({ name }) => name === "fact_add")?.payload).toMatchObject({
        facts: [{ kind: "sheet_signed_in", body: { sheet: "SHEET", accepts: true } }],
      }),
    );
  });

  it("may be answered or objected to once signed in, and nothing else", async () => {
    await open(at, answers([sheet({ status: "signed_in", signed_in: "2026-03-21" })]));
    const card = within(await screen.findByRole("region", { name: "三单" }));
    const acts = card.getAllByRole("button").map((button) => button.textContent?.trim());
    expect(acts).toEqual(["答复单据", "提异议"]);
  });

  it("are issued to another unit, for some of the demands", async () => {
    const { host, user } = await open(`${at}?do=sheet_issued`, answers([]));
    const dialog = within(await screen.findByRole("dialog", { name: "发单" }));
    await waitFor(() => expect(dialog.getByLabelText(/发给谁/)).toHaveValue(TOWNSHIP.id));
    await user.click(dialog.getByRole("radio", { name: "联系单" }));
    await user.type(dialog.getByLabelText(/要办什么/), "请派人看现场");
    await user.click(dialog.getByRole("checkbox", { name: "恢复水沟" }));
    await user.click(dialog.getByRole("button", { name: "记下来" }));
    await waitFor(() =>
      expect(host.calls.find(({ name }) => name === "fact_add")?.payload).toMatchObject({
        facts: [
          {
            kind: "sheet_issued",
            body: { sheet: "liaison", to: TOWNSHIP.id, part: "lead", demands: [0] },
          },
        ],
      }),
    );
  });
});
