import { screen, within } from "@testing-library/vue";
import { describe, expect, it } from "vitest";

import type { Answers } from "@/host/memory";
import type { PersonView } from "@/host/types";

import { line, why } from "./cases";
import { expectAccessible, open } from "./open";

function person(change: Partial<PersonView> = {}): PersonView {
  return {
    id: "P-1",
    space: "SPACE",
    sex: "male",
    fields: {
      name: { value: "张某", is_contested: false },
      phone: { value: "13800001234", is_contested: true },
    },
    id_warnings: ["check_digit"],
    links: [{ person: "P-2", name: "张某", is_same: true, is_disputed: false, why }],
    cases: [line(4)],
    conflicts: [],
    ...change,
  };
}
const ROWS = {
  rows: [
    { id: "P-1", name: "张某", phone: "13800001234", address: "桥头村三组" },
    { id: "P-3", name: "张某", phone: "", address: "石湾村" },
  ],
  total: 2,
};
const one = (answers: Answers = {}) =>
  open("/people/P-1", { person_get: person(), person_list: ROWS, ...answers });

describe("people", () => {
  it("are found by a part of a name", async () => {
    const { host, user } = await open("/people", {
      person_list: ({ query }) => (query === "无" ? { rows: [], total: 0 } : ROWS),
    });
    expect(await screen.findByText("共 2 人")).toBeVisible();
    await user.type(screen.getByLabelText("姓名或电话"), "无");
    expect(await screen.findByText("没有找到")).toBeVisible();
    expect(host.calls.at(-1)?.payload).toMatchObject({ query: "无" });
    await expectAccessible();
  });

  it("are added with a name alone, and shown", async () => {
    const { host, router, user } = await open("/people", {
      person_list: { rows: [], total: 0 },
      person_add: person(),
      person_get: person(),
    });
    await user.click(await screen.findByRole("button", { name: "加一个人" }));
    await user.type(screen.getByLabelText(/^姓名( \*)?$/), "张某");
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "存下来" }));
    expect(await screen.findByRole("heading", { name: /张某/ })).toBeVisible();
    expect(router.currentRoute.value.path).toBe("/people/P-1");
    expect(host.calls.find(({ name }) => name === "person_add")?.payload).toMatchObject({
      name: "张某",
      phone: null,
    });
  });
});

describe("a person", () => {
  it("shows what is known, what looks wrong, and all cases", async () => {
    await one();
    expect(await screen.findByText(/最后一位对不上/)).toBeVisible();
    expect(screen.getByText("两处不一样")).toBeVisible();
    expect(screen.getByRole("link", { name: "张某与李某排水纠纷4" })).toBeVisible();
    await expectAccessible();
  });

  it("has registers that can be changed", async () => {
    const { host, user } = await one({ field_set: {} });
    await user.click(await screen.findByRole("button", { name: "改住址" }));
    await user.type(screen.getByLabelText("新的值"), "桥头村四组");
    await user.click(screen.getByRole("button", { name: "保存" }));
    expect(host.calls.find(({ name }) => name === "field_set")?.payload).toEqual({
      record: "P-1",
      field: "address",
      value: "桥头村四组",
    });
  });

  it("is linked with another record, and taken apart again", async () => {
    const { host, user } = await one({ person_link: person(), person_unlink: person() });
    await user.click(await screen.findByRole("button", { name: "连一份资料" }));
    let dialog = screen.getByRole("dialog");
    await user.click(await within(dialog).findByLabelText(/石湾村/));
    await user.type(within(dialog).getByLabelText(/凭什么/), "身份证一致");
    await expectAccessible();
    await user.click(within(dialog).getByRole("button", { name: "连起来" }));
    expect(host.calls.find(({ name }) => name === "person_link")?.payload).toMatchObject({
      person: "P-1",
      with: "P-3",
      reason: "身份证一致",
    });
    await user.click(await screen.findByRole("button", { name: /^分开：/ }));
    dialog = screen.getByRole("dialog");
    await user.type(within(dialog).getByLabelText(/凭什么/), "是两个人");
    await user.click(within(dialog).getByRole("button", { name: "分开" }));
    expect(host.calls.find(({ name }) => name === "person_unlink")?.payload).toMatchObject({
      with: "P-2",
    });
  });
});
