import { screen, waitFor, within } from "@testing-library/vue";
import { beforeAll, describe, expect, it } from "vitest";

import type { PersonView } from "@/host/types";

import { line, why } from "./cases";
import { expectAccessible, NOW_MS, open, VILLAGE } from "./open";

function person(change: Partial<PersonView> = {}): PersonView {
  const field = (value: string, is_contested = false) => ({ value, is_contested });
  return {
    id: "PERSON-1",
    space: "SPACE",
    sex: "female",
    fields: {
      name: field("张桂兰"),
      birth: field("1961-03-02"),
      phone: field("13900006218", true),
      id_number: field("33012119610302123"),
    },
    id_warnings: ["length"],
    links: [{ person: "PERSON-2", name: "张桂兰", is_same: true, is_disputed: false, why }],
    cases: [line(1)],
    conflicts: [
      {
        key: "field/phone",
        kind: "field",
        why,
        sides: [1, 2].map((value) => ({
          choice: { value },
          at: null,
          by: { id: "U", name: "周某", role: "R3" as const },
          unit: VILLAGE,
          device: { id: "D", name: "村里电脑" },
          recorded_ms: NOW_MS,
          fact: null,
        })),
        ways: [],
        roles: ["R3"],
        unit: VILLAGE,
        may_settle: true,
        settlement: null,
      },
    ],
    ...change,
  };
}
const ROWS = [
  { id: "PERSON-1", name: "张桂兰", phone: "13900006218", address: "桥头村三组" },
  { id: "PERSON-3", name: "张桂兰", phone: "13900001111", address: "石湾村" },
];

describe("people", () => {
  beforeAll(() => {
    Object.defineProperties(HTMLElement.prototype, {
      clientHeight: { configurable: true, get: () => 480 },
      clientWidth: { configurable: true, get: () => 1000 },
    });
  });

  it("are found by a part of the name, and opened", async () => {
    const { host, router, user } = await open("/people", {
      person_list: { rows: ROWS, total: 2 },
      person_get: person(),
    });
    await user.type(await screen.findByLabelText("找人"), "桂兰");
    await waitFor(() =>
      expect(host.calls.at(-1)).toMatchObject({
        name: "person_list",
        payload: { query: "桂兰" },
      }),
    );
    await expectAccessible();
    await user.click((await screen.findAllByText("张桂兰"))[0]!);
    await waitFor(() => expect(router.currentRoute.value.params.person).toBe("PERSON-1"));
  });

  it("are registered with a name alone", async () => {
    const { host, user } = await open("/people", {
      person_list: { rows: [], total: 0 },
      person_add: person(),
      person_get: person(),
    });
    expect(await screen.findByText("还没有人员资料")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "登记一个人" }));
    const dialog = await screen.findByRole("dialog", { name: "登记一个人" });
    await user.type(within(dialog).getByLabelText(/姓名/), "张桂兰");
    await expectAccessible();
    await user.click(within(dialog).getByRole("button", { name: "保存" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(host.calls.find(({ name }) => name === "person_add")?.payload).toEqual({
      name: "张桂兰",
      sex: null,
      birth: null,
      phone: null,
      address: null,
      id_number: null,
      note: null,
    });
  });
});

describe("a person", () => {
  it("says what is written, what looks wrong, which cases, and where two records differ", async () => {
    await open("/people/PERSON-1", { person_get: person() });
    expect(await screen.findByRole("heading", { name: "张桂兰" })).toBeVisible();
    expect(screen.getByText("1961年3月2日（周四）")).toBeVisible();
    expect(screen.getByText(/不是十八位/)).toBeVisible();
    expect(screen.getByRole("link", { name: "张某与李某排水纠纷1" })).toBeVisible();
    expect(screen.getByText("两处记得不一样：电话")).toBeVisible();
    expect(screen.getByRole("link", { name: "去定下来" })).toHaveAttribute(
      "href",
      "/conflicts/PERSON-1/field%2Fphone",
    );
    await expectAccessible();
  });

  it("changes a register", async () => {
    const { host, user } = await open("/people/PERSON-1", {
      person_get: person(),
      field_set: {},
    });
    await user.click(await screen.findByRole("button", { name: "改住址" }));
    const dialog = await screen.findByRole("dialog", { name: "改住址" });
    await user.type(within(dialog).getByLabelText("新的值"), "桥头村三组");
    await user.click(within(dialog).getByRole("button", { name: "保存" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(host.calls.find(({ name }) => name === "field_set")?.payload).toEqual({
      record: "PERSON-1",
      field: "address",
      value: "桥头村三组",
    });
  });

  it("is linked with another record, which is not itself, and parted again, each with a reason", async () => {
    const { host, user } = await open("/people/PERSON-1", {
      person_get: person(),
      person_list: { rows: ROWS, total: 2 },
      person_link: person(),
      person_unlink: person(),
    });
    await user.click(await screen.findByRole("button", { name: "认定是同一个人" }));
    const dialog = await screen.findByRole("dialog", { name: "和哪一份资料是同一个人" });
    const found = await within(dialog).findAllByRole("radio");
    expect(found).toHaveLength(1);
    await user.click(found[0]!);
    await user.type(within(dialog).getByLabelText(/凭什么/), "核对过身份证");
    await expectAccessible();
    await user.click(within(dialog).getByRole("button", { name: "定为同一个人" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(host.calls.find(({ name }) => name === "person_link")?.payload).toEqual({
      person: "PERSON-1",
      with: "PERSON-3",
      reason: "核对过身份证",
      at: null,
    });

    await user.click(screen.getByRole("button", { name: "其实不是同一个人：张桂兰" }));
    const parting = await screen.findByRole("dialog", { name: "改为不是同一个人" });
    await user.type(within(parting).getByLabelText(/凭什么/), "同名");
    await user.click(within(parting).getByRole("button", { name: "改过来" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(host.calls.find(({ name }) => name === "person_unlink")?.payload).toMatchObject({
      with: "PERSON-2",
    });
  });

  it("says why two records are one person", async () => {
    const { user } = await open("/people/PERSON-1", { person_get: person() });
    await user.click(await screen.findByRole("button", { name: "为什么？张桂兰" }));
    const dialog = await screen.findByRole("dialog", { name: "为什么是这样" });
    expect(within(dialog).getByText("3321 工作方法")).toBeVisible();
    await expectAccessible();
  });
});
