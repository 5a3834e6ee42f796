import { screen, within } from "@testing-library/vue";
import { describe, expect, it } from "vitest";

import { fail } from "@/host/memory";
import type { Backups, Drilled, FoundBackup } from "@/host/types";

import { desk } from "./cases";
import { expectAccessible, NOW_MS, office, open, status } from "./open";

const PASSPHRASE = "水牛 窗台 七点 铁锹";
const NEW = "五更 石榴 晒谷 木桥";
const DAY_MS = 86_400_000;
const MIB = 1024 * 1024;

const line = (days: number, change = {}) => ({
  name: `2026032${4 - days}-090000`,
  made_ms: NOW_MS - days * DAY_MS,
  bytes: 12 * MIB,
  cases: 132 - days,
  trouble: null,
  ...change,
});
const drilled = (change: Partial<Drilled> = {}): Drilled => ({
  at_ms: NOW_MS,
  made_ms: NOW_MS,
  cases: 132,
  expected: 132,
  entries: 4210,
  broken: 0,
  is_same: true,
  is_good: true,
  ...change,
});
const backups = (change: Partial<Backups> = {}): Backups => ({
  backups: [line(0), line(1), line(2, { trouble: "damaged" })],
  second: null,
  drilled: null,
  trouble: null,
  is_running: false,
  aside: [],
  may_choose: true,
  ...change,
});
const SECOND = {
  name: "/media/disk",
  is_there: true,
  reached_ms: NOW_MS - DAY_MS,
  trouble: null,
  backups: [line(1)],
};
const found = (change: Partial<FoundBackup> = {}): FoundBackup => ({
  from: null,
  place: "",
  line: line(0, { name: "backups/20260324-090000" }),
  is_ours: true,
  is_aside: false,
  accounts: [{ user: "USER", label: "老周" }],
  ...change,
});

const card = async () => within(await screen.findByRole("region", { name: "备份" }));

describe("backups in the settings", () => {
  it("says when the last one was made, and asks for a second place", async () => {
    await open("/settings", { backup_list: backups() });
    const shown = await card();
    expect(await shown.findByText(/· 132 件案件 ·/)).toBeVisible();
    expect(shown.getByText("已核对")).toBeVisible();
    expect(shown.getByText(/还没选。电脑一坏/)).toBeVisible();
    expect(shown.getByText(/还没演练过/)).toBeVisible();
    await expectAccessible();
  });

  it("chooses the second place and forgets it", async () => {
    let second: Backups["second"] = null;
    const { host, user } = await open("/settings", {
      backup_list: () => backups({ second }),
      stick_list: { sticks: [] },
      backup_place_set: ({ to }) => {
        second = to ? SECOND : null;
        host.emit({ event: "changed", topics: ["backups"] });
        return backups({ second });
      },
    });
    const shown = await card();
    await user.click(await shown.findByRole("button", { name: "选第二个地方" }));
    const dialog = within(screen.getByRole("dialog"));
    await user.type(await dialog.findByLabelText("文件夹的位置"), "/media/disk");
    await expectAccessible();
    await user.click(dialog.getByRole("button", { name: "就放这里" }));
    expect(await shown.findByText("/media/disk")).toBeVisible();
    expect(shown.getByText("找得到")).toBeVisible();
    await user.click(shown.getByRole("button", { name: "不再往那里备份" }));
    expect(await shown.findByText(/已经在那里的还留着/)).toBeVisible();
    const asked = host.calls.filter(({ name }) => name === "backup_place_set");
    expect(asked.map(({ payload }) => payload)).toEqual([
      { to: { path: "/media/disk" } },
      { to: null },
    ]);
  });

  it("says that the second place is away, and who may choose another", async () => {
    const second = { ...SECOND, is_there: false, reached_ms: null };
    await open("/settings", { backup_list: backups({ second, may_choose: false }) });
    const shown = await card();
    expect(await shown.findByText("现在找不到")).toBeVisible();
    expect(shown.getByText(/插上以后会自动补上/)).toBeVisible();
    expect(shown.getByText(/由负责人来选/)).toBeVisible();
    expect(shown.queryByRole("button", { name: "换地方" })).toBeNull();
  });

  it("makes a backup, and says what went wrong with another", async () => {
    let tries = 0;
    const { user } = await open("/settings", {
      backup_list: backups(),
      backup_make: () => ((tries += 1) === 1 ? fail({ code: "disk_full" }) : backups()),
    });
    const shown = await card();
    await user.click(await shown.findByRole("button", { name: "现在备份" }));
    expect(await shown.findByRole("alert")).toBeVisible();
    await user.click(shown.getByRole("button", { name: "现在备份" }));
    expect(await shown.findByText("备份好了，已经核对过：132 件案件。")).toBeVisible();
  });

  it("tries a restore, of the newest or of any other, and says how many cases it brings", async () => {
    const answers = [drilled(), drilled({ cases: 131, broken: 2, is_good: false })];
    const { host, user } = await open("/settings", {
      backup_list: backups({ second: SECOND }),
      backup_drill: () => answers.shift() ?? drilled(),
    });
    const shown = await card();
    await user.click(await shown.findByRole("button", { name: "演练恢复" }));
    expect(await shown.findByText("演练成功：可恢复 132 件案件。")).toBeVisible();
    await user.click(shown.getByText("看看全部 4 份"));
    expect(shown.getByText("已损坏")).toBeVisible();
    const others = shown.getAllByRole("button", { name: /^演练恢复：/ });
    expect(others).toHaveLength(3);
    await user.click(others[2] as HTMLElement);
    expect(await shown.findByText(/演练没通过：找到 131 件案件，2 条记录对不上/)).toBeVisible();
    const asked = host.calls.filter(({ name }) => name === "backup_drill");
    expect(asked.map(({ payload }) => payload)).toEqual([
      { name: null, is_second: false },
      { name: "20260323-090000", is_second: true },
    ]);
  });

  it("speaks English, and is not there in practice", async () => {
    const preferences = { language: "en", zoom_percent: 100 } as const;
    const english = await open("/settings", {
      status_get: status({ preferences }),
      backup_list: backups({ drilled: drilled() }),
    });
    const shown = within(await screen.findByRole("region", { name: "Backup" }));
    expect(await shown.findByText(/132 cases can be restored/)).toBeVisible();
    expect(shown.getByRole("button", { name: "Back up now" })).toBeVisible();
    await expectAccessible();
    english.unmount();
    await open("/settings", { status_get: status({ is_demo: true }), backup_list: backups() });
    expect(await screen.findByRole("heading", { name: "设置" })).toBeVisible();
    expect(screen.queryByRole("region", { name: "备份" })).toBeNull();
  });
});

describe("a week without a backup", () => {
  it("is a quiet line on the workbench", async () => {
    await open("/", { workbench_get: desk({ backups: { days: 9, second_days: null } }) });
    expect(await screen.findByText("已经 9 天没有备份")).toBeVisible();
    expect(screen.getByRole("link", { name: "去看备份" })).toHaveAttribute("href", "/settings");
  });

  it("tells of the second place where only that was not reached", async () => {
    await open("/", { workbench_get: desk({ backups: { days: null, second_days: 8 } }) });
    expect(await screen.findByText("第二个地方已经 8 天没有送到备份")).toBeVisible();
  });
});

describe("restoring", () => {
  it("begins on the first screen of a new computer", async () => {
    let isOpen = false;
    const nothing = { profile: "none", office: null } as const;
    const { host, user } = await open("/", {
      status_get: () => status(isOpen ? {} : nothing),
      backup_find: ({ from }) => ({
        backups: from ? [found({ from, place: "/media/disk", is_ours: false })] : [],
      }),
      backup_restore: () => {
        isOpen = true;
        return status({ office: office() });
      },
      workbench_get: desk(),
    });
    await user.click(await screen.findByRole("button", { name: /从备份恢复/ }));
    expect(await screen.findByText(/都没有找到备份/)).toBeVisible();
    await user.type(await screen.findByLabelText("文件夹的位置"), "/media/disk");
    await user.click(screen.getByRole("button", { name: "到那里找" }));
    expect(await screen.findByText(/132 件案件 · 12/)).toBeVisible();
    expect(screen.getByText(/谁能打开：老周/)).toBeVisible();
    await expectAccessible();
    await user.type(screen.getByLabelText(/^密码/, { selector: "[type=password]" }), PASSPHRASE);
    await user.click(screen.getByRole("button", { name: "恢复这一份" }));
    expect(await screen.findByRole("heading", { name: /今天要办的事/ })).toBeVisible();
    expect(host.calls.find(({ name }) => name === "backup_restore")?.payload).toEqual({
      from: { path: "/media/disk" },
      name: "backups/20260324-090000",
      user: null,
      passphrase: PASSPHRASE,
      code: null,
      new_passphrase: null,
    });
  });

  it("is offered on the lock page, with a paper too, and says what is wrong", async () => {
    const accounts = [
      { user: "USER", label: "老周" },
      { user: "OTHER", label: "小陈" },
    ];
    const { host, user } = await open("/", {
      status_get: status({ profile: "locked", office: null }),
      backup_find: {
        backups: [
          found({ accounts }),
          found({ line: line(1, { name: "aside/20260323-090000", cases: null }), is_aside: true }),
          found({ line: line(2, { trouble: "damaged" }) }),
        ],
      },
      backup_restore: () => fail({ code: "backup", reason: "damaged" }),
    });
    await user.click(await screen.findByText("从备份恢复"));
    expect(await screen.findByText(/放在一边的旧资料/)).toBeVisible();
    expect(screen.getAllByRole("radio", { name: /12/ })).toHaveLength(2);
    await user.click(screen.getByRole("radio", { name: "小陈" }));
    await user.click(screen.getByRole("radio", { name: "恢复卡或钥匙卡" }));
    const form = screen.getByRole("button", { name: "恢复这一份" }).closest("form");
    const fields = within(form as HTMLElement);
    await user.type(fields.getByLabelText(/^纸上的 40 位数字/), "7421 0001");
    await user.type(fields.getByLabelText(/^新密码/), NEW);
    await user.type(fields.getByLabelText(/^再输一遍新密码/), NEW);
    await expectAccessible();
    await user.click(fields.getByRole("button", { name: "恢复这一份" }));
    expect(await screen.findByText(/这份备份不完整/)).toBeVisible();
    expect(host.calls.find(({ name }) => name === "backup_restore")?.payload).toMatchObject({
      from: null,
      user: "OTHER",
      passphrase: null,
      code: "74210001",
      new_passphrase: NEW,
    });
  });
});
