import { screen, waitFor, within } from "@testing-library/vue";
import { describe, expect, it } from "vitest";

import type {
  AlarmView,
  DeviceLine,
  Devices,
  Preferences,
  RightsView,
  Scope,
  SettingsView,
  Users,
} from "@/host/types";

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

const LINE: DeviceLine = {
  device: { id: "D1", name: "镇 1 号机" },
  unit: TOWNSHIP,
  users: [{ id: "S", name: "孙某", role: "R5" }],
  is_this: false,
  keeps_key: false,
  last_ms: null,
  revoked: null,
  forked_ms: null,
  late: 0,
  digits: "1234 5678 9012",
};

const DEVICES: Devices = {
  may_revoke: true,
  may_take_over: false,
  digits: "1234 5678 9012",
  devices: [
    { ...LINE, is_this: true },
    { ...LINE, device: { id: "D2", name: "村 1 号机" }, unit: VILLAGE, last_ms: NOW_MS },
    {
      ...LINE,
      device: { id: "D3", name: "村 2 号机" },
      unit: VILLAGE,
      revoked: { said_ms: NOW_MS, reason: "进水坏了" },
      late: 4,
    },
    { ...LINE, device: { id: "D4", name: "镇 2 号机" }, keeps_key: true },
  ],
};

const READS = {
  device_list: DEVICES,
  settings_get: SETTINGS,
  unit_list: unitList([TOWNSHIP, VILLAGE]),
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
    const head = office({
      unit: TOWNSHIP,
      user: { id: "W", name: "吴某", role: "R7" },
      commands: ["user_remove"],
    });
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

describe("the computers", () => {
  const head = office({ user: { id: "W", name: "吴某", role: "R7" } });
  const answers = {
    ...READS,
    status_get: status({ office: head }),
    device_revoke: DEVICES,
    device_adopt: DEVICES,
  };
  const said = (host: { calls: { name: string; payload: unknown }[] }, command: string) =>
    host.calls.find(({ name }) => name === command)?.payload;

  it("are shut out with a reason, never the one in use", async () => {
    const { host, user } = await open("/settings", answers);
    const card = within(await screen.findByRole("region", { name: "电脑" }));
    expect(await card.findAllByText("丢了、坏了")).toHaveLength(2);
    const name = `停用${VILLAGE.name} 村 1 号机`;
    await user.click(card.getByRole("button", { name }));
    await expectAccessible();
    await user.type(screen.getByLabelText(/原因/), "集市上被偷");
    expect(screen.queryByLabelText(/钥匙卡/)).toBeNull();
    await user.click(screen.getByRole("button", { name: "停用这台电脑" }));
    expect(said(host, "device_revoke")).toEqual({
      device: "D2",
      reason: "集市上被偷",
      kit_code: null,
    });
  });

  it("that keep the township's key ask for the digits of the card", async () => {
    const { host, user } = await open("/settings", answers);
    const name = `停用${TOWNSHIP.name} 镇 2 号机`;
    await user.click(await screen.findByRole("button", { name }));
    await user.type(screen.getByLabelText(/钥匙卡上的数字/), "1234 5678");
    await user.type(screen.getByLabelText(/原因/), "机房失火");
    await user.click(screen.getByRole("button", { name: "停用这台电脑" }));
    expect(said(host, "device_revoke")).toMatchObject({ device: "D4", kit_code: "1234 5678" });
  });

  it("are given another name where the township's key is", async () => {
    const { host, user } = await open("/settings", {
      ...answers,
      status_get: status({
        office: office({ ...head, can_invite: true, commands: ["device_rename"] }),
      }),
      device_rename: DEVICES,
    });
    const name = `给${VILLAGE.name} 村 1 号机改名`;
    await user.click(await screen.findByRole("button", { name }));
    await user.clear(screen.getByRole("textbox", { name: /电脑名称/ }));
    await user.type(screen.getByRole("textbox", { name: /电脑名称/ }), "里屋的电脑");
    await user.click(screen.getByRole("button", { name: "改好了" }));
    expect(said(host, "device_rename")).toEqual({ device: "D2", name: "里屋的电脑" });
  });

  it("end an identity that two computers used, and go on to the invitation of the one kept", async () => {
    const devices = DEVICES.devices.map((line) =>
      line.device.id === "D2" ? { ...line, forked_ms: NOW_MS } : line,
    );
    const { host, user } = await open("/settings", {
      ...answers,
      status_get: status({ office: office({ unit: TOWNSHIP, can_invite: true }) }),
      device_list: { ...DEVICES, devices },
      device_revoke: DEVICES,
    });
    expect(await screen.findByText(/两台在用这个身份/)).toBeVisible();
    const name = `重新登记这台电脑：${VILLAGE.name} 村 1 号机`;
    await user.click(screen.getByRole("button", { name }));
    const dialog = within(await screen.findByRole("dialog"));
    expect(dialog.getByText(/给留下的那台做一份新邀请/)).toBeVisible();
    expect(dialog.getByText(/不留的那台/)).toBeVisible();
    await expectAccessible();
    await user.click(dialog.getByRole("button", { name: "停用旧身份，再做邀请" }));
    const reason = "资料被拷贝过，或者恢复过旧备份，两台电脑用了同一个身份。";
    expect(said(host, "device_revoke")).toEqual({ device: "D2", reason, kit_code: null });
    const invite = within(screen.getByRole("region", { name: "邀请一台电脑" }));
    await waitFor(() => expect(invite.getByLabelText(/单位/)).toHaveValue(VILLAGE.id));
  });

  it("say what came late, which may be adopted", async () => {
    const { host, user } = await open("/settings", answers);
    expect(await screen.findByText("停用的原因：进水坏了")).toBeVisible();
    const name = `采信${VILLAGE.name} 村 2 号机迟到的内容`;
    await user.click(screen.getByRole("button", { name }));
    await user.type(screen.getByLabelText(/原因/), "核对过");
    await user.click(screen.getByRole("button", { name: "采信，全部算数" }));
    expect(said(host, "device_adopt")).toEqual({ device: "D3", reason: "核对过" });
  });

  it("let this computer take over the key when none keeps it any more", async () => {
    const { host, user } = await open("/settings", {
      ...READS,
      status_get: status({ office: office() }),
      device_list: { ...DEVICES, may_take_over: true },
      key_take_over: status({ profile: "locked", office: null }),
    });
    expect(await screen.findByText(/没有一台电脑能发邀请/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "让这台电脑管全镇的钥匙" }));
    await expectAccessible();
    await user.type(screen.getByLabelText(/钥匙卡上的数字/), " 1234 5678 ");
    await user.click(screen.getByRole("button", { name: "接管钥匙" }));
    expect(said(host, "key_take_over")).toEqual({ kit_code: "1234 5678" });
  });
});

describe("the table of rights", () => {
  const RIGHTS: RightsView = {
    role: "R3",
    rights: [
      {
        object: "minor",
        action: "read",
        scopes: [
          "nothing",
          "takes_part",
          "takes_part",
          ...Array<Scope>(4).fill("township"),
          ...Array<Scope>(4).fill("nothing"),
        ],
        source: "未成年人保护法第一百零三条",
      },
    ],
  };

  it("says for each role how far it goes, and from where", async () => {
    const { user } = await open("/settings", { ...READS, rights_get: RIGHTS });
    await user.click(await screen.findByRole("link", { name: "打开权限表" }));
    const table = within(await screen.findByRole("region", { name: /权限表/ }));
    const row = within(table.getByRole("row", { name: /未成年人身份 · 查看/ }));
    expect(row.getAllByRole("cell")).toHaveLength(11);
    expect(row.getAllByText("不能")).toHaveLength(5);
    expect(table.getByText(/未成年人保护法第一百零三条/)).toBeInTheDocument();
    await expectAccessible();
  });

  it("leaves an administrator no way to the cases", async () => {
    const keeper = office({
      user: { id: "S", name: "沈某", role: "R10" },
      commands: ["settings_get"],
      may_register: false,
    });
    await open("/", { ...READS, status_get: status({ office: keeper }) });
    expect(await screen.findByText("您的岗位不看案件")).toBeVisible();
    expect(screen.queryByRole("link", { name: /案件/ })).toBeNull();
    await expectAccessible();
  });
});

describe("an alarm", () => {
  it("stands over every page until somebody takes note of it", async () => {
    const alarm = {
      key: "fork/L",
      kind: "fork",
      unit: VILLAGE,
      device: { id: "D2", name: "村 1 号机" },
      says: "",
      at_ms: NOW_MS,
    } satisfies AlarmView;
    const { host, user } = await open("/help", {
      status_get: status({ office: office({ commands: ["alarm_list"] }) }),
      alarm_list: { alarms: [alarm] },
      alarm_note: { alarms: [] },
    });
    const banner = within(await screen.findByRole("alert"));
    expect(banner.getByText(/村 1 号机.*有两台电脑在用同一个身份/)).toBeVisible();
    await expectAccessible();
    await user.click(banner.getByRole("button", { name: "知道了" }));
    const noted = host.calls.find(({ name }) => name === "alarm_note");
    expect(noted?.payload).toEqual({ key: "fork/L" });
  });
});

describe("an alarm about this computer", () => {
  it("says that nothing is lost and where to read what to do", async () => {
    const alarm = {
      key: "fork/DEVICE",
      kind: "fork",
      unit: VILLAGE,
      device: { id: "DEVICE", name: "村里电脑 A" },
      says: "",
      at_ms: NOW_MS,
    } satisfies AlarmView;
    await open("/help", {
      status_get: status({ office: office({ commands: ["alarm_list"] }) }),
      alarm_list: { alarms: [alarm] },
    });
    const banner = within(await screen.findByRole("alert"));
    expect(banner.getByText(/另有一台电脑在用这台的身份.*一条不丢/)).toBeVisible();
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
    expect(found.map((button) => button.textContent?.trim())).toEqual(["忘了密码、恢复卡、钥匙卡"]);
    await user.click(found[0] as HTMLElement);
    expect(screen.getByRole("heading", { name: "忘了密码、恢复卡、钥匙卡" })).toHaveFocus();
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
