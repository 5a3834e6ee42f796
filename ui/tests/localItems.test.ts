import { screen, waitFor, within } from "@testing-library/vue";
import { beforeAll, describe, expect, it } from "vitest";

import type { Answers } from "@/host/memory";
import type { CaseView, LocalItem, LocalItems } from "@/host/types";

import { CASE, line, view } from "./cases";
import { expectAccessible, open } from "./open";

const DRIP: LocalItem = { code: "LL-01", group: "邻里", name: "滴水", category: "neighbours" };
const LIGHT: LocalItem = { code: "LL-02", group: "邻里", name: "采光", category: "neighbours" };
const BOUNDS: LocalItem = { code: "TD-01", group: "土地", name: "地界", category: "land" };

function items(withdrawn: string[] = [], may_set = true): LocalItems {
  const entry = (item: LocalItem) => ({
    item,
    unit: item === DRIP ? "村委会" : "",
    frequency: item === DRIP ? "每月" : "",
    is_withdrawn: withdrawn.includes(item.code),
  });
  return { items: [DRIP, LIGHT, BOUNDS].map(entry), may_set };
}

describe("the township's own catalogue", () => {
  it("says how to bring one in while there is none, and who does that elsewhere", async () => {
    await open("/settings", { local_item_list: { items: [], may_set: true } });
    const card = within(await screen.findByRole("region", { name: "地方矛盾纠纷清单" }));
    expect(await card.findByText(/一行一个事项：编号、大类、事项/)).toBeVisible();
    expect(card.getByRole("link", { name: "导入清单" })).toHaveAttribute("href", "/cases/import");
    await expectAccessible();
  });

  it("is listed by groups, and what was withdrawn is put back where it stood", async () => {
    let withdrawn = ["TD-01"];
    const { host, user } = await open("/settings", {
      local_item_list: () => items(withdrawn),
      local_item_offer: (payload: unknown) => {
        const { code, is_offered } = payload as { code: string; is_offered: boolean };
        withdrawn = withdrawn.filter((one) => one !== code).concat(is_offered ? [] : [code]);
        return items(withdrawn);
      },
    });
    const card = within(await screen.findByRole("region", { name: "地方矛盾纠纷清单" }));
    await user.click(await card.findByText("邻里"));
    expect(card.getByText("LL-01 · 对应“邻里” · 村委会 · 每月")).toBeVisible();
    expect(card.queryByText("土地")).toBeNull();
    const told = () => host.emit({ event: "changed", topics: ["roster"] });
    await user.click(card.getByRole("button", { name: "撤下“滴水”" }));
    told();
    await user.click(await card.findByRole("button", { name: "恢复“滴水”" }));
    told();
    expect(await card.findByRole("button", { name: "撤下“滴水”" })).toBeVisible();
    const sent = host.calls.filter(({ name }) => name === "local_item_offer");
    expect(sent.map(({ payload }) => payload)).toEqual([
      { code: "LL-01", is_offered: false },
      { code: "LL-01", is_offered: true },
    ]);
    await user.click(card.getByLabelText("也列出撤下的 1 个"));
    expect(card.getByText("土地")).toBeVisible();
    await expectAccessible();
  });

  it("is only shown to a village", async () => {
    const { user } = await open("/settings", { local_item_list: items([], false) });
    const card = within(await screen.findByRole("region", { name: "地方矛盾纠纷清单" }));
    await user.click(await card.findByText("邻里"));
    expect(card.queryByRole("button", { name: /撤下/ })).toBeNull();
    expect(card.queryByRole("link", { name: "导入清单" })).toBeNull();
  });
});

describe("choosing an item", () => {
  // Nothing is laid out here: every element is as tall as the ledger would be.
  beforeAll(() => {
    Object.defineProperties(HTMLElement.prototype, {
      clientHeight: { configurable: true, get: () => 480 },
      clientWidth: { configurable: true, get: () => 1000 },
    });
  });
  const answers: Answers = {
    person_list: { rows: [], total: 0 },
    case_register: view(),
    case_get: view(),
    case_history: { events: [], total: 0 },
    local_item_list: items(["LL-02"]),
  };

  it("is not asked where there is no catalogue", async () => {
    await open("/register", { ...answers, local_item_list: { items: [], may_set: false } });
    await screen.findByRole("button", { name: "登记" });
    expect(screen.queryByLabelText("地方清单：大类")).toBeNull();
  });

  it("goes from the group to the item when a dispute is registered", async () => {
    const { host, user } = await open("/register", answers);
    const [name] = await screen.findAllByLabelText(/姓名/);
    await user.type(name!, "王某");
    expect(screen.queryByLabelText("地方清单：事项")).toBeNull();
    await user.selectOptions(await screen.findByLabelText("地方清单：大类"), "邻里");
    const item = screen.getByLabelText("地方清单：事项");
    expect(within(item).queryByRole("option", { name: "采光" })).toBeNull();
    await user.selectOptions(item, "滴水");
    expect(item).toHaveAccessibleDescription("对应“邻里”");
    // Another group takes the item away.
    await user.selectOptions(screen.getByLabelText("地方清单：大类"), "土地");
    await user.selectOptions(screen.getByLabelText("地方清单：事项"), "地界");
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "登记" }));
    await waitFor(() =>
      expect(host.calls.find((call) => call.name === "case_register")?.payload).toMatchObject({
        local_item: "TD-01",
      }),
    );
  });

  async function written(change: Partial<CaseView>, group: string, item: string) {
    const { host, user } = await open(`/cases/${CASE}?do=category_set`, {
      ...answers,
      case_get: view({ may_write: ["category_set", "local_item_set"], ...change }),
      catalogue_get: { version: "moj-18-2020", categories: [], holidays_until: 2026 },
      fact_add: view(),
    });
    const dialog = within(await screen.findByRole("dialog", { name: "定类型" }));
    await user.selectOptions(await dialog.findByLabelText("地方清单：大类"), group);
    if (item) await user.selectOptions(dialog.getByLabelText("地方清单：事项"), item);
    await user.click(dialog.getByRole("button", { name: "记下来" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    const call = host.calls.find(({ name }) => name === "fact_add");
    return (call?.payload as { facts: object[] }).facts;
  }

  it("is enough for a case without a type, and leaves a type that was set", async () => {
    const fact = { kind: "local_item_set", body: { item: DRIP } };
    expect(await written({ category: null }, "邻里", "滴水")).toMatchObject([fact]);
  });

  it("leaves the type of a case that has one", async () => {
    const facts = await written({ category: "land" }, "邻里", "滴水");
    expect(facts).toMatchObject([{ kind: "local_item_set", body: { item: DRIP } }]);
  });

  it("is taken back by choosing none", async () => {
    const facts = await written({ category: "land", local_item: LIGHT }, "", "");
    expect(facts).toMatchObject([{ kind: "local_item_set", body: { item: null } }]);
  });

  it("is shown on the case, with the type it stands for where that is another", async () => {
    const held = { category: "land", local_item: DRIP } as const;
    await open(`/cases/${CASE}`, { ...answers, case_get: view(held) });
    expect(await screen.findByText("邻里／滴水")).toBeVisible();
    expect(screen.getByText("这个事项对应“邻里”，类型以案件定的为准")).toBeVisible();
  });

  it("is offered on a case that stands under none, and not where there is no catalogue", async () => {
    const may_write = ["category_set", "local_item_set"];
    const { user } = await open(`/cases/${CASE}`, {
      ...answers,
      case_get: view({ may_write }),
      catalogue_get: { version: "moj-18-2020", categories: [], holidays_until: 2026 },
    });
    await user.click(await screen.findByRole("button", { name: "改地方事项" }));
    const dialog = within(await screen.findByRole("dialog", { name: "定类型" }));
    expect(await dialog.findByLabelText("地方清单：大类")).toBeVisible();
    await expectAccessible();
  });

  it("narrows the ledger by group and item", async () => {
    const rows = [line(0, { local_group: "邻里", local_item: "滴水" })];
    const { host, user } = await open("/cases", {
      ...answers,
      case_list: { rows, total: 1, all: 1 },
    });
    expect(await screen.findByText("邻里／滴水")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "更多条件" }));
    await user.selectOptions(await screen.findByLabelText("地方大类"), "邻里");
    await user.selectOptions(screen.getByLabelText("地方事项"), "滴水");
    await waitFor(() =>
      expect(host.calls.filter(({ name }) => name === "case_list").at(-1)?.payload).toMatchObject({
        local_group: "邻里",
        local_item: "LL-01",
      }),
    );
    await user.selectOptions(screen.getByLabelText("地方大类"), "土地");
    await waitFor(() =>
      expect(
        host.calls.filter(({ name }) => name === "case_list").at(-1)?.payload,
      ).not.toHaveProperty("local_item", "LL-01"),
    );
  });
});
