import { screen, waitFor, within } from "@testing-library/vue";
import { describe, expect, it } from "vitest";

import type { UnitRef } from "@/host/types";

import { expectAccessible, office, open, status, TOWNSHIP, unitList, VILLAGE } from "./open";

/** The other cards of the page. */
const READS = {
  user_list: { users: [] },
  stick_list: { sticks: [] },
};

describe("the units", () => {
  const SHIWAN: UnitRef = { id: "UNIT-S", name: "石湾村评理说事点", level: "village" };
  const all = unitList([TOWNSHIP, VILLAGE, SHIWAN]);

  it("become part of others and are renamed where the township's key is, by a document", async () => {
    const merged = unitList([TOWNSHIP, VILLAGE, SHIWAN]);
    const [, village] = merged.lines;
    Object.assign(village ?? {}, { merged: { into: SHIWAN, day: "2026-03-24" } });
    const { host, user } = await open("/settings", {
      ...READS,
      status_get: status({ office: office({ unit: TOWNSHIP }) }),
      unit_list: { ...all, may_change: true },
      unit_merge: merged,
      unit_rename: all,
    });
    const card = within(await screen.findByRole("region", { name: "单位" }));
    const merge = await card.findByRole("button", { name: `${VILLAGE.name}并入别的单位` });
    expect(card.queryByRole("button", { name: `${TOWNSHIP.name}并入别的单位` })).toBeNull();
    expect(card.queryByRole("button", { name: /撤销/ })).toBeNull();
    await user.click(merge);
    const dialog = within(await screen.findByRole("dialog"));
    expect(dialog.queryByRole("option", { name: TOWNSHIP.name })).toBeNull();
    await user.click(dialog.getByRole("button", { name: "并入" }));
    expect(host.calls.some(({ name }) => name === "unit_merge")).toBe(false);
    await user.selectOptions(dialog.getByLabelText(/并入哪个单位/), SHIWAN.id);
    await user.type(dialog.getByLabelText(/依据/), "县政发〔2026〕3号");
    await expectAccessible();
    await user.click(dialog.getByRole("button", { name: "并入" }));
    expect(host.calls.find(({ name }) => name === "unit_merge")?.payload).toEqual({
      unit: VILLAGE.id,
      into: SHIWAN.id,
      day: "2026-03-24",
      ground: "县政发〔2026〕3号",
    });
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await user.click(card.getByRole("button", { name: `${SHIWAN.name}更名` }));
    const renaming = within(await screen.findByRole("dialog"));
    await user.clear(renaming.getByLabelText(/新名称/));
    await user.type(renaming.getByLabelText(/新名称/), "石湾社区");
    await user.type(renaming.getByLabelText(/依据/), "县民政局批复");
    await user.click(renaming.getByRole("button", { name: "更名" }));
    expect(host.calls.find(({ name }) => name === "unit_rename")?.payload).toMatchObject({
      unit: SHIWAN.id,
      name: "石湾社区",
    });
  });

  it("say what they were called and what they became part of", async () => {
    const list = unitList([TOWNSHIP, VILLAGE, SHIWAN]);
    Object.assign(list.lines[1] ?? {}, { merged: { into: SHIWAN, day: "2026-03-01" } });
    Object.assign(list.lines[2] ?? {}, { former: [{ name: "石湾村", until: "2026-02-01" }] });
    await open("/settings", { ...READS, unit_list: list });
    const card = within(await screen.findByRole("region", { name: "单位" }));
    expect(await card.findByText(/起并入石湾村评理说事点/)).toBeVisible();
    expect(card.getByText(/原名石湾村/)).toBeVisible();
    expect(card.queryByRole("button")).toBeNull();
    await expectAccessible();
  });

  it("are taken back while nothing rests on them", async () => {
    const list = unitList([TOWNSHIP, SHIWAN], { may_change: true });
    Object.assign(list.lines[1] ?? {}, { is_unused: true, devices: 0 });
    const { host, user } = await open("/settings", {
      ...READS,
      unit_list: list,
      unit_withdraw: unitList([TOWNSHIP]),
    });
    await user.click(await screen.findByRole("button", { name: `撤销${SHIWAN.name}的登记` }));
    const dialog = within(await screen.findByRole("dialog"));
    await user.type(dialog.getByLabelText(/为什么/), "名单重复");
    await user.click(dialog.getByRole("button", { name: "撤销登记" }));
    expect(host.calls.find(({ name }) => name === "unit_withdraw")?.payload).toEqual({
      unit: SHIWAN.id,
      reason: "名单重复",
    });
  });
});
