import { screen, waitFor, within } from "@testing-library/vue";
import { describe, expect, it } from "vitest";

import type { Preferences, SettingsView, Users } from "@/host/types";

import { expectAccessible, NOW_MS, office, open, status, TOWNSHIP, VILLAGE } from "./open";

const SETTINGS: SettingsView = {
  version: "",
  is_builtin: true,
  limits: [
    {
      limit: "mediation",
      value: 20,
      unit: "days",
      builtin: 30,
      is_overridden: true,
      least: 1,
      most: 30,
      bound: "at_most",
      source: "人民调解工作若干规定（2002）第三十三条",
      note: "",
    },
    {
      limit: "village_failures",
      value: 3,
      unit: "times",
      builtin: 3,
      is_overridden: false,
      least: 1,
      most: 9,
      bound: "local",
      source: "3321 工作方法",
      note: "",
    },
  ],
  reminder_days: [],
  versions: [],
  conflicts: [],
  record: null,
  may_set: true,
};

const READS = {
  settings_get: SETTINGS,
  unit_list: { units: [TOWNSHIP, VILLAGE] },
  user_list: {
    users: [
      { user: { id: "Z", name: "郑某", role: "R5" }, unit: TOWNSHIP, removed_ms: null },
      { user: { id: "H", name: "何某", role: "R2" }, unit: VILLAGE, removed_ms: NOW_MS },
    ],
  } satisfies Users,
  stick_list: { sticks: [] },
  catalogue_get: { version: "moj-18-2020", categories: [], holidays_until: 2026 },
};

describe("the settings", () => {
  it("change language and size", async () => {
    let preferences: Preferences = { language: "zh-CN", zoom_percent: 100 };
    const { host, user } = await open("/settings", {
      ...READS,
      status_get: () => status({ preferences }),
      preferences_set: (changed) => (preferences = changed),
    });
    await user.click(await screen.findByLabelText("150%"));
    await waitFor(() => expect(host.zoom).toBe(150));
    await user.click(screen.getByLabelText("English"));
    expect(await screen.findByRole("heading", { name: "Settings" })).toBeVisible();
    await expectAccessible();
  });

  it("say who this is, what the program knows, and that a village invites nobody", async () => {
    await open("/settings", {
      ...READS,
      status_get: status({ office: office({ is_certified: false }) }),
    });
    expect(await screen.findByText("还没有经镇里确认")).toBeVisible();
    expect(await screen.findByText("知道到 2026 年")).toBeVisible();
    expect(screen.queryByText("邀请一台电脑")).toBeNull();
    await expectAccessible();
  });

  it("invite a computer and show its code large, once", async () => {
    const { host, user } = await open("/settings", {
      ...READS,
      status_get: status({ office: office({ unit: TOWNSHIP, can_invite: true }) }),
      invitation_create: {
        code: "1871 3250 7533 7726 5821",
        file: "JOIN0T99.PLI",
        path: null,
        unit: VILLAGE,
        expires_ms: NOW_MS + 30 * 86_400_000,
      },
    });
    await user.type(await screen.findByLabelText(/单位名称/), "石湾村评理说事点");
    await user.selectOptions(screen.getByLabelText(/什么岗位/), "R3");
    await user.type(screen.getByLabelText("文件夹的位置"), "/media/usb");
    await user.click(screen.getByRole("button", { name: "做邀请" }));
    const code = await screen.findByRole("list", { name: "口令" });
    expect(within(code).getAllByRole("listitem")).toHaveLength(5);
    expect(screen.getByText("JOIN0T99.PLI")).toBeVisible();
    expect(host.calls.find(({ name }) => name === "invitation_create")?.payload).toMatchObject({
      unit_name: "石湾村评理说事点",
      level: "village",
      role: "R3",
      days: 30,
      to: { path: "/media/usb" },
    });
    await expectAccessible();
  });

  it("let the head of the centre remove a user, with a reason, and nobody else", async () => {
    const { unmount } = await open("/settings", READS);
    expect(await screen.findByText("郑某")).toBeVisible();
    expect(screen.getByText(/起不在岗/)).toBeVisible();
    expect(screen.queryByRole("button", { name: "撤掉郑某" })).toBeNull();
    unmount();
    const head = office({ unit: TOWNSHIP, user: { id: "W", name: "吴某", role: "R7" } });
    const { host, user } = await open("/settings", {
      ...READS,
      status_get: status({ office: head }),
      user_remove: READS.user_list,
    });
    await user.click(await screen.findByRole("button", { name: "撤掉郑某" }));
    await user.type(screen.getByLabelText(/为什么撤/), "调到县里工作");
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "撤权" }));
    expect(host.calls.find(({ name }) => name === "user_remove")?.payload).toEqual({
      user: "Z",
      from: null,
      reason: "调到县里工作",
    });
    expect(screen.queryByRole("button", { name: "撤掉何某" })).toBeNull();
  });
});

describe("the help", () => {
  it("opens at the page of the screen F1 was pressed on", async () => {
    const { user } = await open("/settings", READS);
    await screen.findByRole("heading", { name: "设置" });
    await user.keyboard("{F1}");
    expect(await screen.findByRole("heading", { name: "字太小、用键盘" })).toBeVisible();
    await expectAccessible();
  });

  it("finds a page by its heading", async () => {
    const { user } = await open("/help");
    await user.type(await screen.findByLabelText("查找标题"), "密码");
    const found = within(screen.getByRole("navigation", { name: "目录" })).getAllByRole("button");
    expect(found.map((button) => button.textContent?.trim())).toEqual(["忘了密码、钥匙卡"]);
    await user.click(found[0] as HTMLElement);
    expect(screen.getByRole("heading", { name: "忘了密码、钥匙卡" })).toHaveFocus();
  });

  it("show each limit with its source, and change one within its bounds", async () => {
    const { host, user } = await open("/settings", { ...READS, settings_set: SETTINGS });
    const card = within(await screen.findByRole("region", { name: "期限和次数" }));
    expect(await card.findByText("20 天")).toBeVisible();
    expect(card.getByText("镇里改过，原来 30 天")).toBeVisible();
    expect(card.getByText(/法定最长，只能缩短 · 人民调解工作若干规定/)).toBeVisible();
    await user.click(card.getByRole("button", { name: "改村里几次没谈成建议提级" }));
    const dialog = within(await screen.findByRole("dialog"));
    const value = dialog.getByLabelText(/改成多少/);
    await user.clear(value);
    await user.type(value, "12");
    await user.type(dialog.getByLabelText(/为什么改/), "镇里定的");
    await user.click(dialog.getByRole("button", { name: "保存" }));
    expect(value).toBeInvalid();
    await user.clear(value);
    await user.type(value, "2");
    await expectAccessible();
    await user.click(dialog.getByRole("button", { name: "保存" }));
    await waitFor(() =>
      expect(host.calls.find(({ name }) => name === "settings_set")?.payload).toEqual({
        limits: [{ limit: "village_failures", value: 2, note: "" }],
        reason: "镇里定的",
      }),
    );
  });
});
