import { fireEvent, screen, waitFor, within } from "@testing-library/vue";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { decode, encode } from "@/features/case/attachments/bytes";
import { frameOf, FRAME_MIN, withEdge } from "@/features/case/attachments/crop";
import { mayPass, nameOf } from "@/features/case/attachments/uploads";
import { fail, type Answers } from "@/host/memory";
import type { AttachmentView, CaseView, EventView } from "@/host/types";
import { formatSize } from "@/messages/format";

import { CASE, event, view, why } from "./cases";
import { expectAccessible, office, open, status, TOWNSHIP, VILLAGE } from "./open";

const at = `/cases/${CASE}`;
const may_write = ["attachment_added", "attachment_withdrawn", "corrected", "note"];

function attachment(n: number, change: Partial<AttachmentView> = {}): AttachmentView {
  return {
    id: `A-${n}`,
    name: `照片${n}`,
    form: "jpeg",
    bytes: 640_000,
    at: "2026-03-20",
    unit: VILLAGE,
    of: null,
    has_thumbnail: true,
    is_thumbnail_here: true,
    is_here: true,
    is_asked: false,
    withdrawn: null,
    ...change,
  };
}
function answers(change: Partial<CaseView> = {}, more: Answers = {}): Answers {
  return {
    case_get: view({ may_write, ...change }),
    case_history: { events: [event()], total: 1 },
    catalogue_get: { version: "moj-18-2020", categories: [], holidays_until: 2026 },
    attachment_read: { data: encode(new Uint8Array([1, 2, 3])), bytes: 3 },
    attachment_drop: {},
    fact_add: view(),
    ...more,
  };
}
const bytesOf = (letters: string) => new TextEncoder().encode(letters);
const file = (name: string, letters = "0123456789") =>
  new File([bytesOf(letters)], name, { type: "image/jpeg" });

let made: string[] = [];
let forgotten: string[] = [];
beforeEach(() => {
  made = [];
  forgotten = [];
  vi.spyOn(URL, "createObjectURL").mockImplementation(() => {
    made.push(`blob:test/${made.length}`);
    return made.at(-1) ?? "";
  });
  vi.spyOn(URL, "revokeObjectURL").mockImplementation((url) => void forgotten.push(url));
});
afterEach(() => vi.restoreAllMocks());

/** What came in, by upload. */
function receiver() {
  const pieces = new Map<number, string[]>();
  const finished: object[] = [];
  const answered: Answers = {
    attachment_begin: () => {
      pieces.set(pieces.size + 1, []);
      return { upload: pieces.size, piece_bytes: 3 };
    },
    attachment_piece: ({ upload, data }) => {
      pieces.get(upload)?.push(new TextDecoder().decode(decode(data)));
      return {};
    },
    attachment_finish: (payload) => {
      finished.push(payload);
      return view();
    },
  };
  return { pieces, finished, answered };
}
const input = () => screen.findByLabelText("添加照片或文件");

describe("files on their way in", () => {
  it("go over in pieces, in order, under the names they were given", async () => {
    const { pieces, finished, answered } = receiver();
    const { user } = await open(at, answers({}, answered));
    await user.upload(await input(), [file("IMG_1.jpg"), file("扫描.pdf", "abcd")]);
    const name = await screen.findByLabelText("第 1 份的名字");
    expect(name).toHaveValue("IMG_1");
    await user.clear(name);
    await user.type(name, "水沟");
    await user.selectOptions(await screen.findByLabelText("属于哪一条记录"), "F-1");
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "放进案卷（2 份）" }));
    expect(await screen.findByText("放好了 2 份。")).toBeVisible();
    expect(pieces.get(1)).toEqual(["012", "345", "678", "9"]);
    expect(pieces.get(2)).toEqual(["abc", "d"]);
    expect(finished).toEqual([
      { case: CASE, upload: 1, name: "水沟", of: "F-1" },
      { case: CASE, upload: 2, name: "扫描", of: "F-1" },
    ]);
  });

  it("go on while somebody looks at other pages, and what was not sent yet is forgotten", async () => {
    const { finished, answered } = receiver();
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const { router, user } = await open(
      at,
      answers(
        {},
        {
          ...answered,
          attachment_finish: (payload) =>
            held.then(() => {
              finished.push(payload);
              return view();
            }),
        },
      ),
    );
    await user.upload(await input(), [file("a.jpg"), file("b.jpg")]);
    await user.click(await screen.findByRole("button", { name: "放进案卷（2 份）" }));
    await user.upload(await input(), [file("c.jpg")]);
    await router.push("/exchange");
    release();
    await waitFor(() => expect(finished).toHaveLength(2));
    await router.push(at);
    expect(await screen.findByText("放好了 2 份。")).toBeVisible();
    expect(screen.queryByLabelText("第 1 份的名字")).toBeNull();
  });

  it("say why one failed and what to do, while the others go on", async () => {
    const { finished, answered } = receiver();
    const { host, user } = await open(
      at,
      answers(
        {},
        {
          ...answered,
          attachment_finish: (payload) => {
            if (payload.upload === 2) return fail({ code: "attachment", reason: "apple_picture" });
            finished.push(payload);
            return view();
          },
        },
      ),
    );
    await user.upload(await input(), [file("a.jpg"), file("b.heic"), file("c.jpg")]);
    await user.click(await screen.findByRole("button", { name: "放进案卷（3 份）" }));
    expect(await screen.findByText("放好了 2 份。")).toBeVisible();
    expect(screen.getByText(/兼容性最佳/)).toBeVisible();
    expect(finished).toHaveLength(2);
    expect(host.calls.filter(({ name }) => name === "attachment_drop")).toEqual([
      { name: "attachment_drop", payload: { upload: 2 } },
    ]);
    // Another try would end the same way.
    expect(screen.queryByRole("button", { name: "再试一次：b" })).toBeNull();
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "知道了：b" }));
    expect(screen.queryByText(/兼容性最佳/)).toBeNull();
  });

  it("are given up when somebody cancels, and the next one comes", async () => {
    const { finished, answered } = receiver();
    let go: () => void = () => undefined;
    const { host, user } = await open(
      at,
      answers(
        {},
        {
          ...answered,
          attachment_piece: ({ upload }) =>
            upload === 1 ? new Promise((resolve) => (go = () => resolve({}))) : {},
        },
      ),
    );
    await user.upload(await input(), [file("a.jpg"), file("b.jpg")]);
    await user.click(await screen.findByRole("button", { name: "放进案卷（2 份）" }));
    await user.click(await screen.findByRole("button", { name: "取消：a" }));
    go();
    expect(await screen.findByText("取消了")).toBeVisible();
    await waitFor(() => expect(finished).toHaveLength(1));
    expect(finished[0]).toMatchObject({ upload: 2, name: "b" });
    const dropped = host.calls.filter(({ name }) => name === "attachment_drop");
    expect(dropped.map(({ payload }) => payload)).toEqual([{ upload: 1 }]);
  });

  it("may be dragged onto the card", async () => {
    await open(at, answers());
    const card = (await screen.findByRole("heading", { name: /^附件/ })).closest("section")!;
    const dataTransfer = { types: ["Files"], files: [file("拖进来的.png")] };
    await fireEvent(card, Object.assign(new Event("dragenter"), { dataTransfer }));
    expect(screen.getByText("松开，就放到这里")).toBeVisible();
    await fireEvent(card, Object.assign(new Event("drop"), { dataTransfer }));
    expect(await screen.findByLabelText("第 1 份的名字")).toHaveValue("拖进来的");
    expect(screen.queryByText("松开，就放到这里")).toBeNull();
  });

  it("are not offered to whoever may not write", async () => {
    await open(at, answers({ may_write: ["note"] }));
    await screen.findByRole("heading", { name: /^经过 共/ });
    expect(screen.queryByRole("heading", { name: /^附件/ })).toBeNull();
  });

  it("are called as the file is, and tried again where that may help", () => {
    expect(nameOf("2026.3.20 水沟.JPG")).toBe("2026.3.20 水沟");
    expect(nameOf(".jpg")).toBe(".jpg");
    expect(nameOf(`${"长".repeat(120)}.jpg`)).toHaveLength(100);
    expect(mayPass({ code: "attachment", reason: "too_large" })).toBe(false);
    expect(mayPass({ code: "attachment", reason: "cut" })).toBe(true);
    expect(mayPass({ code: "disk_full" })).toBe(true);
  });
});

describe("what is attached", () => {
  it("says that a photograph is elsewhere, and asks that it comes first", async () => {
    const away = attachment(1, { is_here: false, unit: TOWNSHIP });
    const { host, user } = await open(
      at,
      answers(
        { attachments: [away] },
        {
          attachment_ask: view({ may_write, attachments: [{ ...away, is_asked: true }] }),
          status_get: status({ office: office({ short_of_room: 300_000_000 }) }),
        },
      ),
    );
    expect(
      await screen.findByText("照片还在青石镇综治中心的电脑上，下次交换时带过来"),
    ).toBeVisible();
    expect(screen.getByText(/磁盘快满了，先不收；腾出地方以后会自己补上/)).toBeVisible();
    expect(await screen.findByRole("img", { name: "照片1" })).toBeVisible();
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "先要这一张：照片1" }));
    expect(await screen.findByText("已排在最前")).toBeVisible();
    const reads = host.calls.filter(({ name }) => name === "attachment_read");
    expect(reads.map(({ payload }) => payload)).toEqual([
      { case: CASE, attachment: "A-1", thumbnail: true, from: 0 },
    ]);
  });

  it("is struck out where it was taken out, and stands beside its entry", async () => {
    const all = [attachment(1, { of: "F-1" }), attachment(2, { withdrawn: why })];
    const { user } = await open(at, answers({ attachments: all }));
    expect(await screen.findByText("已撤下")).toBeVisible();
    expect(screen.getByRole("button", { name: "为什么？照片2" })).toBeVisible();
    const entry = within(await screen.findByRole("list", { name: "附件" }));
    await user.click(entry.getByRole("button", { name: "照片1" }));
    expect(await screen.findByRole("dialog", { name: "照片1" })).toBeVisible();
  });

  it("is named and not read where minors are masked", async () => {
    const { host } = await open(
      at,
      answers({ sight: "minors_masked", attachments: [attachment(1)] }),
    );
    expect(await screen.findByText(/照片、录音打不开/)).toBeVisible();
    expect(screen.getByRole("button", { name: /照片1/ })).toBeDisabled();
    expect(host.calls.some(({ name }) => name === "attachment_read")).toBe(false);
    await expectAccessible();
  });
});

describe("the viewer", () => {
  const all = [
    attachment(1),
    attachment(2),
    attachment(3, { name: "证件", form: "pdf", has_thumbnail: false, is_thumbnail_here: false }),
  ];
  async function look(more: Answers = {}) {
    const opened = await open(at, answers({ attachments: all }, more));
    const [tile] = await screen.findAllByRole("button", { name: "照片1" });
    await opened.user.click(tile!);
    await screen.findByRole("dialog", { name: "照片1" });
    // The window of the tests leaves the focus where it was.
    screen.getByRole("button", { name: "关闭" }).focus();
    return opened;
  }

  it("goes on, turns, enlarges and closes by keys, and keeps no bytes", async () => {
    const { user } = await look();
    const picture = () => within(screen.getByRole("dialog")).findByRole("img");
    await picture();
    await expectAccessible();
    const before = made.length;
    await user.keyboard("r");
    expect(await picture()).toHaveClass("turned-1");
    await user.keyboard("{ArrowLeft}");
    expect(screen.getByRole("dialog", { name: "照片1" })).toBeVisible();
    await user.keyboard("{ArrowRight}");
    expect(await screen.findByRole("dialog", { name: "照片2" })).toBeVisible();
    expect(await picture()).toHaveClass("turned-0");
    expect(forgotten).toContain(made[before - 1]);
    await user.keyboard("{ArrowRight}");
    expect(await screen.findByText(/打开前先另存/)).toBeVisible();
    expect(screen.queryByRole("button", { name: "转 90°" })).toBeNull();
    await user.click(screen.getByRole("button", { name: "关闭" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    // What is left are the small pictures of the card.
    expect(forgotten).toHaveLength(made.length - 2);
    expect(document.documentElement.dataset["paper"]).toBeUndefined();
  });

  it("reads on from where it is, piece by piece", async () => {
    const whole = bytesOf("abcdefgh");
    const { host } = await look({
      attachment_read: ({ from = 0, thumbnail }) => {
        const part = thumbnail ? whole : whole.subarray(from ?? 0, (from ?? 0) + 3);
        return { data: encode(part), bytes: whole.length };
      },
    });
    await within(screen.getByRole("dialog")).findByRole("img");
    const reads = host.calls.filter(({ name }) => name === "attachment_read");
    const large = reads.map(({ payload }) => payload as { thumbnail: boolean; from: number });
    expect(large.filter(({ thumbnail }) => !thumbnail).map(({ from }) => from)).toEqual([0, 3, 6]);
  });

  it("prints the picture, and the print is noted with its case", async () => {
    const { host, user } = await look({ print_note: {} });
    await within(screen.getByRole("dialog")).findByRole("img");
    expect(document.documentElement.dataset["paper"]).toBe("picture");
    await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "打印" }));
    expect(host.printed).toBe(1);
    expect(host.calls.find(({ name }) => name === "print_note")?.payload).toEqual({
      page: "case",
      record: CASE,
    });
  });

  it("saves a file where somebody says", async () => {
    const { host, user } = await look({
      stick_list: { sticks: [] },
      attachment_save: { name: "照片1.jpg", path: "/tmp/照片1.jpg", bytes: 3 },
    });
    await user.click(screen.getByRole("button", { name: "另存" }));
    const dialog = within(await screen.findByRole("dialog", { name: "另存：照片1" }));
    await user.type(await dialog.findByLabelText("文件夹的位置"), "/tmp");
    await user.click(dialog.getByRole("button", { name: "另存" }));
    expect(await screen.findByText("已存好：/tmp/照片1.jpg")).toBeVisible();
    expect(host.calls.find(({ name }) => name === "attachment_save")?.payload).toEqual({
      case: CASE,
      attachment: "A-1",
      to: { path: "/tmp" },
    });
  });

  it("takes one out with a reason, and corrects a name with the whole fact", async () => {
    const body = {
      name: "IMG_1",
      form: "jpeg" as const,
      whole: { blob: "B", bytes: 640_000 },
      thumbnail: null,
      of: null,
    };
    const added: EventView = event({ id: "A-1", fact: { kind: "attachment_added", body } });
    const { host, user } = await look({ case_history: { events: [added], total: 1 } });
    await user.click(screen.getByRole("button", { name: "撤下" }));
    let dialog = within(await screen.findByRole("dialog", { name: "撤下附件" }));
    await user.type(dialog.getByLabelText(/为什么撤下/), "拍错了");
    await user.click(dialog.getByRole("button", { name: "记下来" }));
    await waitFor(() => expect(screen.queryByRole("dialog", { name: "撤下附件" })).toBeNull());
    await user.click(screen.getByRole("button", { name: "改名字" }));
    dialog = within(await screen.findByRole("dialog", { name: "更正：加附件" }));
    const name = dialog.getByLabelText(/叫什么名字/);
    expect(name).toHaveValue("照片1");
    await user.clear(name);
    await user.type(name, "水沟");
    await user.type(dialog.getByLabelText(/为什么改/), "名字看不懂");
    await user.click(dialog.getByRole("button", { name: "记下来" }));
    await waitFor(() => expect(screen.queryByRole("dialog", { name: /更正/ })).toBeNull());
    const facts = host.calls
      .filter((call) => call.name === "fact_add")
      .map(({ payload }) => (payload as { facts: object[] }).facts[0]);
    expect(facts).toMatchObject([
      { kind: "attachment_withdrawn", body: { attachment: "A-1", reason: "拍错了" } },
      {
        kind: "corrected",
        body: {
          fact: "A-1",
          reason: "名字看不懂",
          to: { kind: "attachment_added", body: { ...body, name: "水沟" } },
        },
      },
    ]);
  });

  it("frames what is cut out, by corners and by edges", () => {
    const frame = frameOf({ x: 0.8, y: 1.4 }, { x: 0.2, y: 0.5 });
    expect(frame).toEqual({ left: 0.2, top: 0.5, right: 0.8, bottom: 1 });
    const dot = frameOf({ x: 1, y: 1 }, { x: 1, y: 1 });
    expect(dot.right - dot.left).toBeCloseTo(FRAME_MIN);
    expect(withEdge(frame, "left", 0.9).left).toBeCloseTo(0.8 - FRAME_MIN);
    expect(withEdge(frame, "bottom", 0.1).bottom).toBeCloseTo(0.5 + FRAME_MIN);
  });
});

describe("sizes", () => {
  it.each([
    [600, "1 千字节", "1 KB"],
    [640_000, "640 千字节", "640 KB"],
    [2_300_000, "2.3 兆", "2.3 MB"],
    [31_400_000, "32 兆", "31.4 MB"],
  ])("are said as people say them: %s", (bytes, chinese, english) => {
    expect(formatSize(bytes, "zh-CN")).toBe(chinese);
    expect(formatSize(bytes, "en")).toBe(english);
  });
});
