import { screen, waitFor, within } from "@testing-library/vue";
import type { UserEvent } from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";

import { fail } from "@/host/memory";

import { expectAccessible, NOW_MS, office, open, status, TOWNSHIP, VILLAGE } from "./open";

const PASSPHRASE = "水牛 窗台 七点 铁锹";
const SHEET = {
  code: "7421 0001 0002 0003 0004 0005 0006 0007 0008 0009",
  qr: { size: 2, path: "M0 0h1v1h-1z" },
};

/** The recovery sheet comes next, and stays until it was copied. */
async function keepSheet(user: UserEvent) {
  const code = await screen.findByRole("list", { name: "恢复卡号码" });
  expect(within(code).getAllByRole("listitem")).toHaveLength(10);
  expect(screen.getByRole("img", { name: "恢复卡号码的二维码" })).toBeVisible();
  await expectAccessible();
  const go = screen.getByRole("button", { name: "继续" });
  expect(go).toBeDisabled();
  await user.click(screen.getByLabelText(/我已经打印或抄好/));
  await user.click(go);
}
const KIT = "0059 8805 9227 2602 6980 3963 3228 7864 5531 4864";

/** A computer that is not set up, until one of its commands sets it up. */
function fresh() {
  let isOpen = false;
  return {
    answer: () => status(isOpen ? { office: office({ unit: TOWNSHIP }) } : NOTHING),
    set: () => (isOpen = true),
  };
}
const NOTHING = { profile: "none", office: null } as const;

async function typePassphrase(user: Awaited<ReturnType<typeof open>>["user"]) {
  await user.type(screen.getByLabelText(/^密码/), PASSPHRASE);
  await user.type(screen.getByLabelText(/^再输一遍密码/), PASSPHRASE);
}

describe("the first run", () => {
  it("offers three plain choices", async () => {
    await open("/", { status_get: status(NOTHING) });
    expect(await screen.findByRole("button", { name: /新建镇街/ })).toBeVisible();
    expect(screen.getByRole("button", { name: /凭邀请加入/ })).toBeVisible();
    expect(screen.getByRole("button", { name: /看看演示/ })).toBeVisible();
    await expectAccessible();
  });

  it("founds a township and keeps the kit in sight until it was copied", async () => {
    const computer = fresh();
    const { host, user } = await open("/", {
      status_get: computer.answer,
      org_create: () => {
        computer.set();
        return { kit_code: KIT, unit: TOWNSHIP.id, recovery: SHEET };
      },
    });
    await user.click(await screen.findByRole("button", { name: /新建镇街/ }));
    await user.type(screen.getByLabelText(/镇街名称/), "青石镇综治中心");
    await user.type(screen.getByLabelText(/您的姓名/), "吴某");
    await typePassphrase(user);
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "建好这个镇" }));

    const code = await screen.findByRole("list", { name: "钥匙卡号码" });
    expect(within(code).getAllByRole("listitem")).toHaveLength(10);
    expect(host.calls.find(({ name }) => name === "org_create")?.payload).toMatchObject({
      name: "青石镇综治中心",
      user_name: "吴某",
      role: "R7",
      passphrase: PASSPHRASE,
    });
    host.emit({ event: "changed", topics: ["profile"] });
    await waitFor(() => expect(host.calls.filter((c) => c.name === "status_get").length).toBe(2));
    expect(code).toBeVisible();
    await expectAccessible();

    const go = screen.getByRole("button", { name: "开始使用" });
    expect(go).toBeDisabled();
    await user.click(screen.getByRole("button", { name: "打印" }));
    expect(host.printed).toBe(1);
    await user.click(screen.getByLabelText(/我已经打印或抄好/));
    await user.click(go);
    await keepSheet(user);
    expect(await screen.findByRole("navigation")).toBeVisible();
    expect(screen.queryByText("0059")).toBeNull();
    expect(screen.queryByText("7421")).toBeNull();
  });

  it("does not found with a short passphrase, or with two different ones", async () => {
    const { host, user } = await open("/", { status_get: status(NOTHING) });
    await user.click(await screen.findByRole("button", { name: /新建镇街/ }));
    await user.type(screen.getByLabelText(/镇街名称/), "青石镇");
    await user.type(screen.getByLabelText(/您的姓名/), "吴某");
    await user.type(screen.getByLabelText(/^密码/), "短");
    await user.type(screen.getByLabelText(/^再输一遍密码/), "长");
    await user.click(screen.getByRole("button", { name: "建好这个镇" }));
    expect(await screen.findByText("太短了，最少 8 位。")).toBeVisible();
    expect(screen.getByText("两遍不一样，请再输一次。")).toBeVisible();
    expect(host.calls.some(({ name }) => name === "org_create")).toBe(false);
  });

  it("joins with a file found on a stick and a code however it is spaced", async () => {
    const computer = fresh();
    const { host, user, router } = await open("/", {
      status_get: computer.answer,
      stick_list: {
        sticks: [
          {
            id: "F",
            name: "F:",
            free: 1e9,
            packets: [],
            invitations: [{ name: "JOIN0T99.PLI", bytes: 2559, written_ms: 0 }],
            for_others: 0,
          },
        ],
      },
      invitation_accept: () => {
        computer.set();
        return { unit: VILLAGE, role: "R2", recovery: SHEET };
      },
    });
    await user.click(await screen.findByRole("button", { name: /凭邀请加入/ }));
    expect(await screen.findByLabelText(/JOIN0T99.PLI/)).toBeChecked();
    await user.type(screen.getByLabelText(/^口令/), "1871 3250-7533　7726 5821");
    await user.type(screen.getByLabelText(/您的姓名/), "周某");
    await typePassphrase(user);
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "加入" }));

    await keepSheet(user);
    expect(await screen.findByText(/还差一步：和镇里交换一次/)).toBeVisible();
    expect(host.calls.find(({ name }) => name === "invitation_accept")?.payload).toMatchObject({
      from: { stick_file: { stick: "F", name: "JOIN0T99.PLI" } },
      code: "18713250753377265821",
    });
    await user.click(screen.getByRole("button", { name: "去交换" }));
    await waitFor(() => expect(router.currentRoute.value.path).toBe("/exchange"));
  });

  it("says what is wrong with a code, and lets one try again", async () => {
    const { user } = await open("/", {
      status_get: status(NOTHING),
      stick_list: { sticks: [] },
      invitation_accept: () => fail({ code: "invitation", reason: "code_check" }),
    });
    await user.click(await screen.findByRole("button", { name: /凭邀请加入/ }));
    await user.type(screen.getByLabelText("文件的位置"), "/media/usb/JOIN.PLI");
    await user.type(screen.getByLabelText(/^口令/), "18713250753377265822");
    await user.type(screen.getByLabelText(/您的姓名/), "周某");
    await typePassphrase(user);
    await user.click(screen.getByRole("button", { name: "加入" }));
    expect(await screen.findByText(/有一位听错了/)).toBeVisible();
    expect(screen.getByRole("button", { name: "加入" })).toBeEnabled();
  });

  it("makes the practice profile in sight, and can be stopped", async () => {
    let refuse: () => void = () => {};
    const { host, user } = await open("/", {
      status_get: status(NOTHING),
      demo_start: () =>
        new Promise((_, reject) => {
          refuse = () => {
            try {
              fail({ code: "cancelled" });
            } catch (error) {
              reject(error);
            }
          };
        }),
      call_cancel: () => {
        refuse();
        return { found: true } as never;
      },
    });
    await user.click(await screen.findByRole("button", { name: /看看演示/ }));
    await waitFor(() => expect(host.calls.some(({ name }) => name === "demo_start")).toBe(true));
    await user.click(await screen.findByRole("button", { name: "停下" }));
    expect(await screen.findByRole("button", { name: /新建镇街/ })).toBeVisible();
  });
});

describe("the lock", () => {
  const LOCKED = { profile: "locked", office: null } as const;

  it("shows nothing but the way in, and opens with the passphrase", async () => {
    const { host, user } = await open("/", {
      status_get: status(LOCKED),
      profile_unlock: ({ passphrase }) =>
        passphrase === PASSPHRASE ? status() : fail({ code: "wrong_passphrase" }),
    });
    const field = await screen.findByLabelText(/^密码/);
    expect(field).toHaveFocus();
    expect(screen.queryByText(/周某|桥头村/)).toBeNull();
    await expectAccessible();
    await user.type(field, "不对的密码");
    await user.click(screen.getByRole("button", { name: "打开" }));
    expect(await screen.findByText("密码不对。")).toBeVisible();
    await user.clear(field);
    await user.type(field, `${PASSPHRASE}{Enter}`);
    expect(await screen.findByText("桥头村评理说事点")).toBeVisible();
    expect(host.calls.filter(({ name }) => name === "profile_unlock")).toHaveLength(2);
  });

  it("asks who it is where several work, and shows the way back", async () => {
    const accounts = [
      { user: "USER", label: "老周", wait_s: 0 },
      { user: "OTHER", label: "小陈", wait_s: 0 },
    ];
    const { host, user } = await open("/", {
      status_get: status({ ...LOCKED, accounts }),
      passphrase_recover: ({ code }) =>
        code.startsWith("7421") ? status() : fail({ code: "wrong_paper" }),
    });
    await user.click(await screen.findByLabelText("小陈"));
    await user.click(screen.getByText("忘了密码怎么办？"));
    await user.type(screen.getByLabelText(/纸上的 40 位数字/), SHEET.code);
    await user.type(screen.getByLabelText(/^新密码/), PASSPHRASE);
    await user.type(screen.getByLabelText(/^再输一遍新密码/), PASSPHRASE);
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "设新密码并打开" }));
    expect(await screen.findByText("桥头村评理说事点")).toBeVisible();
    expect(host.calls.find(({ name }) => name === "passphrase_recover")?.payload).toEqual({
      user: "OTHER",
      code: SHEET.code.replaceAll(" ", ""),
      new_passphrase: PASSPHRASE,
    });
  });

  it("counts down after too many wrong tries, also where it was started anew", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
    const waits = [{ user: "USER", label: "老周", wait_s: 75 }];
    const { host } = await open("/", { status_get: status({ ...LOCKED, accounts: waits }) });
    const button = await screen.findByRole("button", { name: "还要等 1 分 15 秒" });
    expect(button).toBeDisabled();
    vi.advanceTimersByTime(30_000);
    expect(await screen.findByRole("button", { name: "还要等 45 秒" })).toBeDisabled();
    vi.advanceTimersByTime(45_000);
    expect(await screen.findByRole("button", { name: "打开" })).toBeEnabled();
    expect(host.calls.some(({ name }) => name === "profile_unlock")).toBe(false);
  });

  it("says what it waits for when a try came too early", async () => {
    const { user } = await open("/", {
      status_get: status(LOCKED),
      profile_unlock: () => fail({ code: "too_many_tries", wait_s: 30 }),
    });
    await user.type(await screen.findByLabelText(/^密码/), "不对的密码{Enter}");
    expect(await screen.findByText("错的次数太多了。")).toBeVisible();
    expect(screen.getByRole("button", { name: /还要等 (30|29) 秒/ })).toBeDisabled();
    await expectAccessible();
  });

  it("opens with the system's keyring after a start, and else asks for the passphrase", async () => {
    const keyring = { state: "on", opens_now: true } as const;
    let isThere = false;
    const { host, user } = await open("/", {
      status_get: status({ ...LOCKED, keyring }),
      keyring_unlock: () => (isThere ? status() : fail({ code: "keyring", reason: "refused" })),
    });
    const button = await screen.findByRole("button", { name: "用这台电脑的系统钥匙串打开" });
    await expectAccessible();
    await user.click(button);
    expect(await screen.findByText(/打不开系统钥匙串/)).toBeVisible();
    expect(screen.getByLabelText(/^密码/)).toHaveFocus();
    isThere = true;
    await user.click(button);
    expect(await screen.findByText("桥头村评理说事点")).toBeVisible();
    expect(host.calls.some(({ name }) => name === "profile_unlock")).toBe(false);
  });

  it("offers no keyring once it was locked", async () => {
    const keyring = { state: "on", opens_now: false } as const;
    await open("/", { status_get: status({ ...LOCKED, keyring }) });
    expect(await screen.findByRole("button", { name: "打开" })).toBeVisible();
    expect(screen.queryByRole("button", { name: /钥匙串/ })).toBeNull();
  });

  it("says whether others are still met", async () => {
    await open("/", { status_get: status({ ...LOCKED, is_answering: true }) });
    expect(await screen.findByText(/和别的电脑的交换照常/)).toBeVisible();
  });

  afterEach(() => void vi.useRealTimers());

  it("leaves nothing readable behind", async () => {
    let isOpen = true;
    const draft = { name: "registration", path: "/register", body: "{}", at_ms: NOW_MS };
    const { user, queries } = await open("/register", {
      status_get: () => status(isOpen ? {} : LOCKED),
      draft_list: { drafts: [draft] },
      profile_lock: () => {
        isOpen = false;
        return status(LOCKED);
      },
    });
    await user.type(await screen.findByLabelText(/^经过/), "田埂被挖了一尺");
    await user.keyboard("{F8}");
    expect(await screen.findByRole("heading", { name: /已锁定/ })).toBeVisible();
    await waitFor(() => expect(document.body.innerHTML).not.toMatch(/周某|桥头村|田埂/));
    const cached = queries.getQueryCache().getAll();
    expect(cached.map(({ queryKey }) => queryKey[0])).toEqual(["status_get"]);
    expect(JSON.stringify(cached.map(({ state }) => state.data))).not.toMatch(/桥头村|田埂/);
    // The router keeps where pages were scrolled to, which is nowhere.
    const stored = Object.values({ ...window.localStorage, ...window.sessionStorage });
    expect(stored.filter((value) => value !== "{}")).toEqual([]);
    expect(document.cookie).toBe("");
    expect(document.title).not.toMatch(/田埂|周某/);
  });

  it("comes by itself when nobody has touched anything for ten minutes", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
    const { host } = await open("/", { desk_leave: status(LOCKED) });
    expect(await screen.findByText("桥头村评理说事点")).toBeVisible();
    const locks = () => host.calls.filter(({ name }) => name === "desk_leave").length;
    vi.advanceTimersByTime(9 * 60_000);
    // An import at work is no empty desk.
    host.emit({ event: "progress", call: "call-1", phase: "receiving", done: 1, total: null });
    vi.advanceTimersByTime(9 * 60_000);
    expect(locks()).toBe(0);
    vi.advanceTimersByTime(2 * 60_000);
    await vi.waitFor(() => expect(locks()).toBe(1));
    vi.useRealTimers();
    expect(await screen.findByRole("heading", { name: /已锁定/ })).toBeVisible();
  });
});
