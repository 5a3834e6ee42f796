import { screen, waitFor, within } from "@testing-library/vue";
import { describe, expect, it } from "vitest";

import { fail } from "@/host/memory";

import { expectAccessible, office, open, status, TOWNSHIP } from "./open";

const OWN = "水牛 窗台 七点 铁锹";
const NEW = "五更 石榴 晒谷 木桥";
const SHEET = {
  code: "7421 0001 0002 0003 0004 0005 0006 0007 0008 0009",
  qr: { size: 2, path: "M0 0h1v1h-1z" },
};
const TWO = [
  { user: "USER", label: "老周", wait_s: 0 },
  { user: "OTHER", label: "小陈", wait_s: 12 },
];
const PAGE = "/settings/accounts";

const dialog = () => within(screen.getByRole("dialog"));

describe("passphrases and accounts", () => {
  it("changes one's own passphrase, and says why one is too weak", async () => {
    const { host, user } = await open(PAGE, {
      passphrase_change: ({ new_passphrase }) =>
        new_passphrase === NEW ? {} : fail({ code: "weak_passphrase", reason: "birthday" }),
    });
    await user.click(await screen.findByRole("button", { name: "换密码" }));
    await expectAccessible();
    await user.type(dialog().getByLabelText(/^现在的密码/), OWN);
    await user.type(dialog().getByLabelText(/^新密码/), "19860312");
    await user.type(dialog().getByLabelText(/^再输一遍新密码/), "19860312");
    await user.click(dialog().getByRole("button", { name: "换成新密码" }));
    expect(await screen.findByText(/请换一个：四个不相干的词/)).toBeVisible();
    for (const label of [/^新密码/, /^再输一遍新密码/]) {
      await user.clear(dialog().getByLabelText(label));
      await user.type(dialog().getByLabelText(label), NEW);
    }
    await user.click(dialog().getByRole("button", { name: "换成新密码" }));
    expect(await screen.findByText(/密码换好了/)).toBeVisible();
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(host.calls.filter(({ name }) => name === "passphrase_change")).toHaveLength(2);
    expect(host.calls.some(({ name }) => name === "draft_set")).toBe(false);
  });

  it("lets the system's keyring open the program, and ends that", async () => {
    let state: "off" | "on" = "off";
    const { host, user } = await open(PAGE, {
      status_get: () => status({ keyring: { state, opens_now: false } }),
      keyring_remember: () => {
        state = "on";
        host.emit({ event: "changed", topics: ["profile"] });
        return {};
      },
      keyring_forget: {},
    });
    await user.click(await screen.findByRole("button", { name: "启用系统钥匙串" }));
    expect(dialog().getByText(/只有您一个人用这个系统账号/)).toBeVisible();
    await expectAccessible();
    await user.type(dialog().getByLabelText(/^您自己的密码/), OWN);
    await user.click(dialog().getByRole("button", { name: "启用" }));
    expect(await screen.findByText(/系统钥匙串可以用了/)).toBeVisible();
    const sent = host.calls.find(({ name }) => name === "keyring_remember");
    expect(sent?.payload).toEqual({ passphrase: OWN });
    await user.click(await screen.findByRole("button", { name: "不再用系统钥匙串" }));
    expect(await screen.findByText(/里面的钥匙也删了/)).toBeVisible();
  });

  it("offers no keyring on a computer of several, nor where there is none", async () => {
    const keyring = { state: "several", opens_now: false } as const;
    const { unmount } = await open(PAGE, { status_get: status({ accounts: TWO, keyring }) });
    expect(await screen.findByText(/这台电脑有几个人用，不能启用/)).toBeVisible();
    expect(screen.queryByRole("button", { name: "启用系统钥匙串" })).toBeNull();
    unmount();
    await open(PAGE);
    expect(await screen.findByRole("heading", { name: "恢复卡" })).toBeVisible();
    expect(screen.queryByRole("heading", { name: "系统钥匙串" })).toBeNull();
  });

  it("prints a new recovery sheet and keeps it in sight until it was copied", async () => {
    const { host, user } = await open(PAGE, { recovery_renew: SHEET });
    await user.click(await screen.findByRole("button", { name: "重打恢复卡" }));
    await user.type(dialog().getByLabelText(/^您自己的密码/), OWN);
    await user.click(dialog().getByRole("button", { name: "作废旧卡，打新的" }));
    const code = await screen.findByRole("list", { name: "恢复卡号码" });
    expect(within(code).getAllByRole("listitem")).toHaveLength(10);
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "打印" }));
    expect(host.printed).toBe(1);
    expect(screen.getByRole("button", { name: "收好了" })).toBeDisabled();
    await user.click(screen.getByLabelText(/我已经打印或抄好/));
    await user.click(screen.getByRole("button", { name: "收好了" }));
    expect(await screen.findByText(/旧的作废了/)).toBeVisible();
    expect(screen.queryByText("7421")).toBeNull();
  });

  it("lets a head set a new passphrase for another, and waits after wrong tries", async () => {
    let tries = 0;
    const { host, user } = await open(PAGE, {
      status_get: status({ accounts: TWO }),
      passphrase_reset: () =>
        (tries += 1) === 1 ? fail({ code: "too_many_tries", wait_s: 1 }) : {},
    });
    expect(await screen.findByText("输错太多，正在等")).toBeVisible();
    expect(screen.getByText("您")).toBeVisible();
    expect(screen.queryByRole("button", { name: "设新密码：老周" })).toBeNull();
    await user.click(screen.getByRole("button", { name: "设新密码：小陈" }));
    await user.type(dialog().getByLabelText(/^您自己的密码/), OWN);
    await user.type(dialog().getByLabelText(/^给他的新密码/), NEW);
    await user.type(dialog().getByLabelText(/^再输一遍新密码/), NEW);
    await user.click(dialog().getByRole("button", { name: "设好新密码" }));
    expect(await dialog().findByRole("button", { name: "还要等 1 秒" })).toBeDisabled();
    await user.click(
      await dialog().findByRole("button", { name: "设好新密码" }, { timeout: 3000 }),
    );
    expect(await screen.findByText(/小陈的新密码设好了/)).toBeVisible();
    expect(host.calls.find(({ name }) => name === "passphrase_reset")?.payload).toEqual({
      user: "OTHER",
      passphrase: OWN,
      new_passphrase: NEW,
    });
  });

  it("offers nothing that the table of rights denies", async () => {
    const commands = office().commands.filter((name) => name !== "passphrase_reset");
    await open(PAGE, { status_get: status({ accounts: TWO, office: office({ commands }) }) });
    expect(await screen.findByRole("button", { name: "换密码" })).toBeVisible();
    expect(screen.queryByRole("button", { name: /设新密码：小陈/ })).toBeNull();
    expect(screen.queryByRole("button", { name: "重打恢复卡" })).toBeNull();
    expect(screen.getByText(/请本单位负责人来打/)).toBeVisible();
  });

  it("adds a person on the founding computer", async () => {
    const { host, user } = await open(PAGE, {
      status_get: status({ office: office({ unit: TOWNSHIP, can_invite: true }) }),
      account_add: {},
    });
    await user.click(await screen.findByRole("button", { name: /加一个人/ }));
    await expectAccessible();
    await user.type(dialog().getByLabelText(/^姓名/), "陈某");
    await user.selectOptions(dialog().getByLabelText(/^岗位/), "R4");
    await user.type(dialog().getByLabelText(/^他的密码/), NEW);
    await user.type(dialog().getByLabelText(/^再输一遍他的密码/), NEW);
    await user.type(dialog().getByLabelText(/^您自己的密码/), OWN);
    await user.click(dialog().getByRole("button", { name: "加上这个人" }));
    expect(await screen.findByText(/陈某可以用了/)).toBeVisible();
    expect(host.calls.find(({ name }) => name === "account_add")?.payload).toEqual({
      user_name: "陈某",
      label: null,
      role: "R4",
      passphrase: OWN,
      new_passphrase: NEW,
    });
  });

  it("adds one elsewhere with an invitation of the township's", async () => {
    const invitation = { name: "JOIN0T99.PLI", bytes: 2559, written_ms: 0 };
    const stick = { id: "F", name: "F:", free: 1e9, packets: [], for_others: 0 };
    const { host, user } = await open(PAGE, {
      stick_list: { sticks: [{ ...stick, invitations: [invitation] }] },
      account_join: {},
    });
    await user.click(await screen.findByRole("button", { name: /加一个人/ }));
    expect(await dialog().findByLabelText(/JOIN0T99.PLI/)).toBeChecked();
    await user.type(dialog().getByLabelText(/^口令/), "1871 3250 7533 7726 5821");
    await user.type(dialog().getByLabelText(/^姓名/), "钱某");
    await user.type(dialog().getByLabelText(/^他的密码/), NEW);
    await user.type(dialog().getByLabelText(/^再输一遍他的密码/), NEW);
    await user.type(dialog().getByLabelText(/^您自己的密码/), OWN);
    await expectAccessible();
    await user.click(dialog().getByRole("button", { name: "加上这个人" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(host.calls.find(({ name }) => name === "account_join")?.payload).toMatchObject({
      from: { stick_file: { stick: "F", name: "JOIN0T99.PLI" } },
      code: "18713250753377265821",
      user_name: "钱某",
    });
  });
});
