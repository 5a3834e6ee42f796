import { screen, waitFor, within } from "@testing-library/vue";
import { describe, expect, it } from "vitest";

import { fail, type Answers } from "@/host/memory";
import type { Courier, CourierMoved, PacketView, Phase, StickView } from "@/host/types";

import {
  expectAccessible,
  neighbour,
  NOW_MS,
  office,
  open,
  status,
  TOWNSHIP,
  VILLAGE,
} from "./open";

const DAY_MS = 86_400_000;

function stick(change: Partial<StickView> = {}): StickView {
  return {
    id: "F",
    name: "F:",
    free: 12e9,
    packets: [
      { name: "PINGLI/AB/TFMN7H02.PLP", bytes: 500, written_ms: 0 },
      { name: "PINGLI/AB/TFMN7H01.PLP", bytes: 1000, written_ms: 0 },
    ],
    invitations: [],
    for_others: 2,
    ...change,
  };
}
function packet(change: Partial<PacketView> = {}): PacketView {
  return {
    unit: TOWNSHIP,
    device: { id: "D", name: "镇中心电脑" },
    made_ms: NOW_MS - DAY_MS,
    until: "2026-03-23",
    part: 1,
    parts: 2,
    entries: 190,
    fresh: 118,
    blob_bytes: 0,
    cases_new: 12,
    cases_updated: 7,
    to_decide: 3,
    waiting: 0,
    waiting_for: null,
    refused: [],
    clock_ahead_ms: null,
    late: 0,
    joins: false,
    ...change,
  };
}
function page(answers: Answers = {}) {
  return open("/exchange", {
    stick_list: { sticks: [] },
    courier_list: { lines: [], files: 0, bytes: 0 },
    lan_peers: { peers: [], can_search: true },
    exchange_history: { rows: [], total: 0 },
    ...answers,
  });
}

describe("the exchange page", () => {
  it("says what each neighbour has and lacks, and what is overdue in a word", async () => {
    const neighbours = [
      neighbour({ unit: VILLAGE, undelivered: 3, earliest_ms: NOW_MS - 2 * DAY_MS }),
      neighbour({
        unit: { ...VILLAGE, id: "W", name: "石湾村" },
        is_overdue: true,
        days: 12,
        clock_ahead_ms: -7 * 3_600_000,
      }),
    ];
    const waiting_for = [{ unit: VILLAGE, until: "2026-05-01" }];
    await page({
      status_get: status({
        office: office({
          unit: TOWNSHIP,
          neighbours,
          waiting_for,
          is_certified: true,
          blobs_lacking: 12,
          short_of_room: 300_000_000,
        }),
      }),
    });
    expect(await screen.findByText(/已送达 132 条，待送 3 条，最早一条 2 天前/)).toBeVisible();
    expect(screen.getByText("12 天没对账")).toBeVisible();
    expect(screen.getByText(/还有 12 份照片、录音没到/)).toBeVisible();
    expect(screen.getByText(/磁盘快满了，只剩 300 兆/)).toBeVisible();
    expect(screen.getByText(/照片、录音先不收，文字照常收/)).toBeVisible();
    expect(screen.getByText("那边电脑的钟慢了 7 小时，请核对时间。")).toBeVisible();
    expect(screen.getByText(/待前置包：桥头村评理说事点，截至5月1日/)).toBeVisible();
    await expectAccessible();
  });

  it("looks into a packet before taking in all its files in order", async () => {
    const taken: string[] = [];
    const { user } = await page({
      stick_list: { sticks: [stick()] },
      packet_preview: packet({
        refused: [{ device: { id: "X", name: "旧电脑" }, reason: "not_certified" }],
      }),
      packet_import: ({ from }) => {
        taken.push((from as { stick_file: { name: string } }).stick_file.name);
        return {
          packet: packet(),
          received: 59,
          blob_bytes: 1_150_000,
          is_short: true,
          held: 1,
          outcome: "received",
        };
      },
    });
    expect(await screen.findByText(/有 2 个包是给别的单位的/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "先看看里面有什么：包 TFMN7H" }));
    expect(await screen.findByText("将新增 12 案，更新 7 案，3 项需处理。")).toBeVisible();
    expect(screen.getByText(/“旧电脑”写的记录不收：这台电脑没有镇里的证明/)).toBeVisible();
    expect(taken).toEqual([]);
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "按顺序收下这 2 个文件" }));
    expect(await screen.findByText("收好了，共 118 条")).toBeVisible();
    expect(screen.getByText("照片等收到 2.3 兆。")).toBeVisible();
    expect(screen.getByText(/U 盘上的包请留着，腾出地方以后再收一次/)).toBeVisible();
    expect(taken).toEqual(["PINGLI/AB/TFMN7H01.PLP", "PINGLI/AB/TFMN7H02.PLP"]);
    expect(screen.getByRole("link", { name: "去冲突待办" })).toBeVisible();
    expect(screen.getByText(/有 2 条放到了待查里/)).toBeVisible();
    expect(screen.getByRole("link", { name: "去看待查" })).toHaveAttribute("href", "/quarantine");
  });

  it("shows nobody who comes back a stick that was taken out meanwhile", async () => {
    let answer: (found: { sticks: StickView[] }) => void = () => {};
    let isFirst = true;
    const { router } = await page({
      stick_list: () => {
        if (isFirst) {
          isFirst = false;
          return { sticks: [stick()] };
        }
        return new Promise((resolve) => (answer = resolve)) as never;
      },
    });
    expect(await screen.findByRole("button", { name: /先看看里面有什么/ })).toBeVisible();
    await router.push("/help");
    await waitFor(() => expect(screen.queryByText(/先看看里面有什么/)).toBeNull());
    await router.push("/exchange");
    expect(await screen.findByText("收 U 盘上的包")).toBeVisible();
    expect(screen.queryByText(/先看看里面有什么/)).toBeNull();
    answer({ sticks: [] });
    expect(await screen.findByText("没有找到 U 盘")).toBeVisible();
  });

  it("offers the whole part of a damaged packet only where there is one", async () => {
    let whole = 0;
    const { host, user } = await page({
      stick_list: { sticks: [stick({ packets: [{ name: "Q01.PLP", bytes: 9, written_ms: 0 }] })] },
      packet_preview: ({ salvage }) =>
        salvage
          ? packet({ parts: 1 })
          : fail({ code: "packet", reason: "damaged", whole_segments: whole }),
    });
    await user.click(await screen.findByRole("button", { name: /先看看里面有什么/ }));
    expect(await screen.findByText("包坏了，或者没有拷全。")).toBeVisible();
    expect(screen.queryByRole("button", { name: /先收完好/ })).toBeNull();
    whole = 4;
    await user.click(screen.getByRole("button", { name: "再试一次" }));
    await user.click(await screen.findByRole("button", { name: "先收完好的 4 段" }));
    expect(await screen.findByRole("button", { name: "收下" })).toBeVisible();
    expect(host.calls.at(-1)?.payload).toMatchObject({ salvage: true });
  });

  it("shows how far an import has come, and stops it", async () => {
    let stop: () => void = () => {};
    const { host, user } = await page({
      stick_list: { sticks: [stick({ packets: [{ name: "Q01.PLP", bytes: 9, written_ms: 0 }] })] },
      packet_preview: packet({ parts: 1 }),
      packet_import: () =>
        new Promise((_, reject) => {
          stop = () => {
            try {
              fail({ code: "cancelled" });
            } catch (error) {
              reject(error);
            }
          };
        }),
      call_cancel: () => {
        stop();
        return { found: true } as never;
      },
    });
    await user.click(await screen.findByRole("button", { name: /先看看里面有什么/ }));
    await user.click(await screen.findByRole("button", { name: "收下" }));
    await screen.findByText(/现在拔出也不会坏/);
    const at = (phase: Phase, done: number, total: number) => {
      for (let call = 0; call < 40; call += 1) {
        host.emit({ event: "progress", call: `call-${call}`, phase, done, total });
      }
    };
    at("receiving", 118, 190);
    expect(await screen.findByText(/已完成 118，共 190/)).toBeVisible();
    at("proving", 3200, 10_000);
    expect(await screen.findByText(/目录已到 10,000 件，已核对 3,200 件/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "停下" }));
    expect(await screen.findByText("已经停下。")).toBeVisible();
    expect(screen.getByRole("button", { name: "收下" })).toBeVisible();
  });

  it("writes for many units onto one stick, and says what became of each", async () => {
    const wrote: unknown[] = [];
    const other = { ...VILLAGE, id: "W", name: "石湾村" };
    const third = { ...VILLAGE, id: "X", name: "下坝村" };
    const { user } = await page({
      stick_list: { sticks: [stick()] },
      status_get: status({
        office: office({
          unit: TOWNSHIP,
          neighbours: [
            neighbour({ unit: VILLAGE, undelivered: 3 }),
            neighbour({ unit: other, undelivered: 7 }),
            neighbour({ unit: third, undelivered: 0, earliest_ms: null }),
          ],
        }),
      }),
      packet_export: ({ unit, to }) => {
        wrote.push([unit, to]);
        if (unit === other.id) {
          throw fail({ code: "packet", reason: "too_many_computers", whole_segments: 0 });
        }
        const named = unit === third.id ? third : VILLAGE;
        const entries = unit === third.id ? 0 : 3;
        return { packet: "P", unit: named, files: [], entries, blob_bytes: 0, is_short: false };
      },
    });
    await user.click(await screen.findByRole("button", { name: "一个 U 盘给几个单位" }));
    const dialog = screen.getByRole("dialog");
    await user.click(within(dialog).getByLabelText(/U 盘 F:/));
    expect(within(dialog).getByLabelText("石湾村（待送 7 条）")).toBeChecked();
    const idle = within(dialog).getByLabelText("下坝村（没有要送的，只互相确认）");
    expect(idle).not.toBeChecked();
    await user.click(idle);
    await expectAccessible();
    await user.click(within(dialog).getByRole("button", { name: "开始写" }));
    expect(await screen.findByText("写好了 2 个，共 3 个单位。")).toBeVisible();
    const outcome = (name: string) => within(dialog).getByText(name).closest("li");
    expect(outcome("桥头村评理说事点")).toHaveTextContent("写好，3 条");
    expect(outcome("石湾村")).toHaveTextContent("没有写成");
    expect(outcome("下坝村")).toHaveTextContent("写好，只互相确认");
    expect(screen.getByText(/没写成的可以再写一次/)).toBeVisible();
    expect(wrote).toEqual([
      [VILLAGE.id, { stick: "F" }],
      [other.id, { stick: "F" }],
      [third.id, { stick: "F" }],
    ]);
    await expectAccessible();
  });

  it("takes packets for others along from one stick and puts them on another", async () => {
    const line = { unit: { ...VILLAGE, name: "石湾村" }, files: 2, bytes: 3e6 };
    let courier: Courier = { lines: [], files: 0, bytes: 0 };
    const moved = (change: Partial<CourierMoved>): CourierMoved => ({
      files: 2,
      bytes: 3e6,
      known: 0,
      is_short: false,
      courier,
      ...change,
    });
    const { host, user, queries } = await page({
      stick_list: {
        sticks: [stick({ packets: [] }), stick({ id: "G", name: "G:", for_others: 0 })],
      },
      courier_list: () => courier,
      courier_take: () => {
        courier = { lines: [line], files: 2, bytes: 3e6 };
        return moved({ courier });
      },
      courier_put: () => moved({ files: 1, known: 1, is_short: true }),
      courier_drop: () => (courier = { lines: [], files: 0, bytes: 0 }),
    });
    await user.click(await screen.findByRole("button", { name: "从 U 盘 F: 捎上" }));
    expect(await screen.findByText("捎上了 2 个文件，已经核对过。")).toBeVisible();
    await queries.invalidateQueries();
    expect(await screen.findByText(/石湾村：2 个文件/)).toBeVisible();
    expect(screen.queryByRole("button", { name: "从 U 盘 G: 捎上" })).toBeNull();
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "放到 U 盘 G: 上" }));
    expect(await screen.findByText(/放上了 1 个文件.*有 1 个早就在了.*地方不够/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "不捎了，从这台电脑里删掉" }));
    expect(host.calls.some(({ name }) => name === "courier_drop")).toBe(false);
    expect(screen.getByText("送到了再删。真的删掉吗？")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "不捎了，从这台电脑里删掉" }));
    expect(await screen.findByText(/都删掉了/)).toBeVisible();
  });

  it("writes a packet in parts to the stick", async () => {
    const { host, user } = await page({
      stick_list: { sticks: [stick()] },
      packet_export: {
        packet: "P",
        unit: TOWNSHIP,
        files: [
          {
            name: "TF01.PLP",
            path: null,
            bytes: 4e6,
            entries: 90,
            blob_bytes: 0,
            until: "2026-03-23",
          },
          {
            name: "TF02.PLP",
            path: null,
            bytes: 1e6,
            entries: 10,
            blob_bytes: 2_300_000,
            until: "2026-03-24",
          },
        ],
        entries: 100,
        blob_bytes: 2_300_000,
        is_short: true,
      },
    });
    await user.click(await screen.findByRole("button", { name: "写到 U 盘，给青石镇综治中心" }));
    const dialog = screen.getByRole("dialog");
    await user.click(within(dialog).getByLabelText(/U 盘 F:/));
    await user.selectOptions(within(dialog).getByLabelText(/每个文件最大/), "small");
    await user.click(within(dialog).getByLabelText(/连同照片、录音/));
    await user.click(within(dialog).getByLabelText(/从头全写/));
    await expectAccessible();
    await user.click(within(dialog).getByRole("button", { name: "写包" }));
    expect(await screen.findByText("写好了，请带给青石镇综治中心")).toBeVisible();
    expect(screen.getByText(/第 2 个，共 2 个/)).toBeVisible();
    expect(screen.getByText(/其中照片等 2.3 兆/)).toBeVisible();
    expect(screen.getByText(/地方不够，照片没有全放进去/)).toBeVisible();
    expect(host.calls.find(({ name }) => name === "packet_export")?.payload).toMatchObject({
      unit: TOWNSHIP.id,
      to: { stick: "F" },
      part_bytes: 4 * 1024 * 1024,
      everything: true,
      words_only: true,
    });
  });

  it("opens to the network, meets an address, and says how it went", async () => {
    let isOpen = false;
    const lan = () => ({
      is_listening: isOpen,
      port: isOpen ? 47820 : null,
      addresses: isOpen ? ["192.168.1.20:47820"] : [],
      qr: isOpen ? { size: 25, path: "M0 0h1v1h-1z" } : null,
      is_announced: isOpen,
      is_automatic: false,
      trouble: null,
    });
    const { host, user } = await page({
      status_get: () => status({ office: office({ lan: lan() }) }),
      lan_listen: ({ enabled }) => {
        isOpen = enabled;
        return lan();
      },
      lan_peers: {
        peers: [
          { address: "192.168.1.9:47820", unit: null, device: null, trouble: "other_organisation" },
        ],
        can_search: true,
      },
      lan_exchange: ({ address }) =>
        address === "192.168.1.30"
          ? {
              unit: TOWNSHIP,
              device: { id: "D", name: "镇中心电脑" },
              received: 24,
              sent: 11,
              held: 0,
              listed: 0,
              is_equal: true,
              clock_ahead_ms: 0,
              blob_bytes_sent: 640_000,
              entry_bytes_sent: 2_000,
              entry_bytes_received: 4_000,
              blob_bytes_received: 12_400_000,
              bytes_sent: 0,
              bytes_received: 0,
              crossings: 1,
            }
          : fail({ code: "lan", reason: "no_answer", address }),
    });
    expect(await screen.findByText("那是别的镇的电脑。")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "打开" }));
    host.emit({ event: "changed", topics: ["neighbours", "profile"] });
    expect(await screen.findByText("192.168.1.20:47820")).toBeVisible();
    expect(screen.getByRole("img", { name: "本机地址的二维码" })).toBeVisible();

    const address = screen.getByLabelText(/那台电脑的地址/);
    await user.type(address, "192.168.1.3");
    await user.click(screen.getByRole("button", { name: "交换" }));
    expect(await screen.findByText("那台电脑没有回应，可能没开，或者程序还没打开。")).toBeVisible();
    await user.type(address, "0");
    await user.click(screen.getByRole("button", { name: "交换" }));
    expect(await screen.findByText(/收到 24 条，送出 11 条。 两边现在完全一样。/)).toBeVisible();
  });

  it("exchanges by itself once it is let, and says why a computer is not reached", async () => {
    let isAutomatic = false;
    const lan = () => ({
      is_listening: false,
      port: null,
      addresses: [],
      qr: null,
      is_announced: false,
      is_automatic: isAutomatic,
      trouble: isAutomatic ? ("no_answer" as const) : null,
    });
    const { host, user } = await page({
      status_get: () => status({ office: office({ lan: lan() }) }),
      lan_automatic_set: ({ enabled }) => {
        isAutomatic = enabled;
        return lan();
      },
      lan_diagnose: {
        addresses: ["192.168.1.20"],
        looks: [
          {
            unit: TOWNSHIP,
            device: { id: "D", name: "镇中心电脑" },
            address: "192.168.31.9:47820",
            cause: "other_network",
          },
        ],
      },
    });
    expect(await screen.findByText("关着：要人来点才交换。")).toBeVisible();
    expect(screen.queryByText(/最近没有连上/)).toBeNull();
    await user.click(screen.getByRole("button", { name: "打开自动交换" }));
    host.emit({ event: "changed", topics: ["neighbours", "profile"] });
    expect(await screen.findByText(/每隔几分钟自己和镇里交换一次/)).toBeVisible();
    expect(screen.getByText(/最近没有连上：那台电脑没有回应/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "为什么连不上？" }));
    expect(await screen.findByText("不在同一个网络")).toBeVisible();
    expect(screen.getByText(/接不到一起，就用 U 盘/)).toBeVisible();
    expect(screen.getByText("这台电脑的地址：192.168.1.20")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "关掉自动交换" }));
    host.emit({ event: "changed", topics: ["neighbours", "profile"] });
    expect(await screen.findByText("关着：要人来点才交换。")).toBeVisible();
    expect(host.calls.filter(({ name }) => name === "lan_automatic_set")).toHaveLength(2);
  });

  it("pages through the history", async () => {
    const { user } = await page({
      exchange_history: ({ offset }) => ({
        rows: Array.from({ length: offset === 0 ? 10 : 1 }, (_, index) => ({
          at_ms: NOW_MS - (offset + index) * DAY_MS,
          way: "usb",
          unit: TOWNSHIP,
          device: null,
          received: offset + index + 1,
          sent: 0,
          held: 0,
          blob_bytes: offset === 0 ? 0 : 2_300_000,
          listed: offset === 0 ? 0 : 10_000,
          listed_otherwise: offset === 0 ? 0 : 2,
          outcome: "received" as const,
          times: 1,
          waiting_until: null,
        })),
        total: 11,
      }),
    });
    expect(await screen.findByText("收到 10 条")).toBeVisible();
    expect(screen.queryByText("收到 11 条")).toBeNull();
    await user.click(screen.getByRole("button", { name: "下一页" }));
    const line =
      "收到 11 条，照片等 2.3 兆，目录先到 10,000 件，有 2 件目录与签名记录不符，已按记录改正";
    expect(await screen.findByText(line)).toBeVisible();
    expect(screen.getByRole("button", { name: "下一页" })).toBeDisabled();
    expect(screen.getByText("第 11—11 条，共 11 条")).toBeVisible();
  });
});
