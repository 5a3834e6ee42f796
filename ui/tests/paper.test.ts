import { screen, waitFor } from "@testing-library/vue";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { fail, type Answers } from "@/host/memory";
import type { FormLine, FormSheet } from "@/host/types";

import { CASE, view } from "./cases";
import { expectAccessible, office, open, status } from "./open";

const at = `/cases/${CASE}/forms`;
const HASH = "ab".repeat(32);

function line(change: Partial<FormLine> = {}): FormLine {
  return {
    form: "acceptance",
    name: { zh: "人民调解受理登记表", en: "Acceptance register" },
    group: "mediation",
    source: "司发通〔2010〕239号",
    is_verified: false,
    about: null,
    at: null,
    lacking: [{ zh: "受理日期", en: "Day of acceptance" }],
    printed: 0,
    has_word: false,
    ...change,
  };
}
function sheet(change: Partial<FormSheet> = {}): FormSheet {
  const pages = ["<svg>1</svg>", "<svg>2</svg>"];
  return { line: line(), pages, page_count: 2, hash: HASH, letters: [], ...change };
}
const FORMS = [
  line(),
  line({
    form: "agreement",
    about: "F-9",
    at: "2026-03-20",
    printed: 2,
    lacking: [],
    name: { zh: "人民调解协议书", en: "Mediation agreement" },
  }),
  line({ form: "slip", group: "slips", name: { zh: "材料收据", en: "Receipt of papers" } }),
];
const answers = (more: Answers = {}): Answers => ({
  case_get: view(),
  form_list: { forms: FORMS },
  form_show: sheet(),
  form_print: {},
  stick_list: { sticks: [] },
  ...more,
});
const choose = (name: RegExp) => screen.findByRole("button", { name });

let forgotten: string[] = [];
beforeEach(() => {
  forgotten = [];
  let made = 0;
  vi.spyOn(URL, "createObjectURL").mockImplementation(() => `blob:test/${(made += 1)}`);
  vi.spyOn(URL, "revokeObjectURL").mockImplementation((url) => void forgotten.push(url));
});
afterEach(() => vi.restoreAllMocks());

describe("forms of a case", () => {
  it("are listed in groups with what they lack, and found by typing", async () => {
    const { user } = await open(at, answers());
    expect(await choose(/受理登记表.*还缺 1 项/)).toBeVisible();
    expect(await choose(/协议书.*都齐了.*打印过 2 次/)).toBeVisible();
    await expectAccessible();
    await user.type(screen.getByLabelText("查找文书"), "收据");
    expect(screen.getByRole("button", { name: /材料收据/ })).toBeVisible();
    expect(screen.queryByRole("button", { name: /协议书/ })).toBeNull();
    await user.type(screen.getByLabelText("查找文书"), "没有的");
    expect(screen.getByText("没有这样的文书。换一个词试试。")).toBeVisible();
  });

  it("are shown page by page with what is missing, and forgotten when another is chosen", async () => {
    const { user } = await open(at, answers({ form_show: sheet({ letters: ["𰻝"] }) }));
    await user.click(await choose(/受理登记表/));
    expect(await screen.findByRole("img", { name: "第 2 页，共 2 页" })).toBeVisible();
    expect(screen.getByText(/格式待核/)).toBeVisible();
    expect(screen.getByText(/案卷里还没有：受理日期/)).toBeVisible();
    expect(screen.getByText(/字库里没有这些字：𰻝/)).toBeVisible();
    await expectAccessible();
    await user.click(await choose(/协议书/));
    await waitFor(() => expect(forgotten).toContain("blob:test/1"));
  });

  it("are noted with their hash and copies before the system prints them", async () => {
    const { host, user } = await open(at, answers());
    await user.click(await choose(/协议书/));
    const copies = await screen.findByLabelText("份数");
    await user.clear(copies);
    await user.type(copies, "3");
    await user.click(screen.getByRole("button", { name: "打印" }));
    const noted = host.calls.find(({ name }) => name === "form_print");
    expect(noted?.payload).toEqual({
      case: CASE,
      form: "agreement",
      about: "F-9",
      hash: HASH,
      copies: 3,
    });
    await waitFor(() => expect(host.printed).toBe(1));
    expect(document.querySelectorAll(".pages-of-paper img")).toHaveLength(2);
  });

  it("are not printed when the case says something else by now", async () => {
    const changed = () => fail({ code: "form", reason: "changed", detail: "" });
    const { host, user } = await open(at, answers({ form_print: changed }));
    await user.click(await choose(/受理登记表/));
    await user.click(await screen.findByRole("button", { name: "打印" }));
    expect(await screen.findByText(/案卷刚才有了新内容/)).toBeVisible();
    expect(host.printed).toBe(0);
  });

  it("are offered in the case to whoever may, and saved to a place", async () => {
    const commands = ["form_list", "form_show", "form_save", "case_get"];
    const saved = { name: "受理.pdf", path: "/tmp/受理.pdf", bytes: 9 };
    const { host, user } = await open(
      at,
      answers({ form_save: saved, status_get: status({ office: office({ commands }) }) }),
    );
    await user.click(await choose(/受理登记表/));
    await user.click(await screen.findByRole("button", { name: "存成 PDF" }));
    await user.type(await screen.findByRole("textbox", { name: /文件/ }), "/tmp");
    const buttons = screen.getAllByRole("button", { name: "存成 PDF" });
    await user.click(buttons.at(-1) as HTMLElement);
    expect(await screen.findByText("已存好：/tmp/受理.pdf")).toBeVisible();
    expect(host.calls.find(({ name }) => name === "form_save")?.payload).toMatchObject({
      form: "acceptance",
      to: { path: "/tmp" },
    });
  });
});

describe("a form to be edited", () => {
  it("is saved as a Word file only where the office has a layout for it", async () => {
    const saved = { name: "受理.docx", path: "/tmp/受理.docx", bytes: 9 };
    const { host, user } = await open(
      at,
      answers({
        form_list: { forms: [line({ has_word: true }), ...FORMS.slice(1)] },
        form_save: saved,
      }),
    );
    await user.click(await choose(/协议书/));
    expect(await screen.findByRole("button", { name: "存成 PDF" })).toBeVisible();
    expect(screen.queryByRole("button", { name: "存成 Word 文件" })).toBeNull();
    await user.click(await choose(/受理登记表/));
    await user.click(await screen.findByRole("button", { name: "存成 Word 文件" }));
    expect(await screen.findByText(/改动不会回到案卷里/)).toBeVisible();
    await user.type(await screen.findByRole("textbox", { name: /文件/ }), "/tmp");
    const buttons = screen.getAllByRole("button", { name: "存成 Word 文件" });
    await user.click(buttons.at(-1) as HTMLElement);
    expect(await screen.findByText("已存好：/tmp/受理.docx")).toBeVisible();
    expect(host.calls.find(({ name }) => name === "form_save")?.payload).toMatchObject({
      form: "acceptance",
      format: "word",
    });
  });
});

describe("the whole file of a case", () => {
  const dossier = {
    parts: [
      { zh: "卷宗封面", en: "File cover" },
      { zh: "封底", en: "Back cover" },
    ],
    missing: ["人民调解记录"],
    pictures: 3,
    documents: 2,
    has_supplement: true,
  };

  it("says what is missing, and is written as an archive whose code is shown", async () => {
    const left_out = ["附件“滴水沟照片”：还在别的电脑上"];
    const made = { name: "卷宗 1", path: "/tmp/卷宗 1", files: 4, hash: HASH, left_out };
    const { host, user } = await open(at, answers({ dossier_get: dossier, archive_export: made }));
    await user.click(await screen.findByRole("button", { name: "一键成卷" }));
    expect(await screen.findByText("还缺 1 样，缺件清单会一起印出来：")).toBeVisible();
    expect(screen.getByText(/照片 3 张，PDF 2 份/)).toBeVisible();
    expect(screen.getByText("人民调解记录")).toBeVisible();
    await expectAccessible();
    await user.click(screen.getByRole("checkbox", { name: /补充卷/ }));
    await user.click(screen.getByRole("radio", { name: /归档文件夹/ }));
    await user.type(await screen.findByRole("textbox", { name: /文件夹/ }), "/tmp");
    await user.click(screen.getByRole("button", { name: "成卷" }));
    expect(await screen.findByText(HASH)).toBeVisible();
    expect(screen.getByText(/滴水沟照片/)).toBeVisible();
    expect(host.calls.find(({ name }) => name === "archive_export")?.payload).toEqual({
      case: CASE,
      supplement: true,
      shape: "folder",
      to: { path: "/tmp" },
    });
  });
});

describe("what goes to the court or the county", () => {
  it("is chosen piece by piece, and says what was left out", async () => {
    const left_out = ["附件“合影”：涉及未成年人，没有放进来"];
    const made = {
      name: "移送材料 1.zip",
      path: "/tmp/移送材料 1.zip",
      files: 3,
      hash: HASH,
      left_out,
    };
    const { host, user } = await open(at, answers({ package_export: made }));
    await user.click(await screen.findByRole("button", { name: "移送材料" }));
    // What such a package has in most cases is chosen; a receipt is not.
    expect(await screen.findByRole("checkbox", { name: /协议书/ })).toBeChecked();
    expect(screen.getByRole("checkbox", { name: /材料收据/ })).not.toBeChecked();
    await expectAccessible();
    await user.type(await screen.findByRole("textbox", { name: /文件夹/ }), "/tmp");
    for (const name of [/协议书/, /受理登记表/]) {
      await user.click(screen.getByRole("checkbox", { name }));
    }
    await user.click(screen.getByRole("button", { name: "存成移送材料" }));
    expect(await screen.findByText("请至少选一份文书或者附件。")).toBeVisible();
    await user.click(screen.getByRole("checkbox", { name: /协议书/ }));
    await user.click(screen.getByRole("radio", { name: /归档文件夹/ }));
    await user.click(screen.getByRole("button", { name: "存成移送材料" }));
    expect(await screen.findByText(HASH)).toBeVisible();
    expect(screen.getByText(/涉及未成年人/)).toBeVisible();
    expect(host.calls.find(({ name }) => name === "package_export")?.payload).toEqual({
      case: CASE,
      forms: [{ form: "agreement", about: "F-9" }],
      attachments: [],
      shape: "folder",
      to: { path: "/tmp" },
    });
  });
});

describe("the layout of forms", () => {
  const row = {
    form: "cover",
    name: { zh: "卷宗封面", en: "File cover" },
    group: "mediation",
    source: "司发通〔2010〕239号",
    version: "2026-11-30",
    is_verified: false,
    fields: [{ zh: "卷名", en: "Title" }],
    is_replaced: true,
    word_names: [{ zh: "案号", en: "Case number" }],
    word: null,
  };
  const table = { forms: [row] };

  it("shows each with a sample, refuses a bad template with its line, and puts ours back", async () => {
    const bad = () =>
      fail({ code: "form", reason: "template", detail: "forms/cover.typ:2: unknown variable" });
    const { host, user } = await open("/settings/forms", {
      form_table: table,
      form_sample: sheet(),
      form_replace: bad,
      form_restore: { forms: [{ ...row, is_replaced: false }] },
    });
    await user.click(await screen.findByRole("button", { name: /卷宗封面.*用的是本单位的格式/ }));
    expect(await screen.findByRole("img", { name: "第 1 页，共 2 页" })).toBeVisible();
    expect(screen.getByText("印上去的内容：卷名。")).toBeVisible();
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "换成本单位的格式" }));
    await user.type(await screen.findByRole("textbox", { name: /文件/ }), "/tmp/own.typ");
    const buttons = screen.getAllByRole("button", { name: "换成本单位的格式" });
    await user.click(buttons.at(-1) as HTMLElement);
    expect(await screen.findByText(/forms\/cover.typ:2/)).toBeVisible();
    await user.keyboard("{Escape}");
    await user.click(screen.getByRole("button", { name: "换回程序自带的" }));
    expect(host.calls.find(({ name }) => name === "form_restore")?.payload).toEqual({
      form: "cover",
      format: "pdf",
    });
  });

  it("takes a Word file of the office, and says what it fills in and what nobody knows", async () => {
    const word = {
      known: ["案号"],
      unknown: ["本县编号"],
      lacking: [{ zh: "卷名", en: "Title" }],
      trouble: null,
    };
    const macros = () => fail({ code: "form", reason: "macros", detail: "" });
    const { host, user } = await open("/settings/forms", {
      form_table: { forms: [{ ...row, word }] },
      form_sample: sheet(),
      form_replace: macros,
      form_restore: table,
    });
    await user.click(await screen.findByRole("button", { name: /卷宗封面/ }));
    expect(await screen.findByText(/认得 1 处.*\{案号\}/)).toBeVisible();
    expect(screen.getByText(/认不出.*\{本县编号\}/)).toBeVisible();
    expect(screen.getByText(/该有、格式里没写的：\{卷名\}/)).toBeVisible();
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "换上 Word 格式" }));
    await user.type(await screen.findByRole("textbox", { name: /文件/ }), "/tmp/own.docx");
    const buttons = screen.getAllByRole("button", { name: "换上 Word 格式" });
    await user.click(buttons.at(-1) as HTMLElement);
    expect(await screen.findByText(/带有宏/)).toBeVisible();
    expect(host.calls.find(({ name }) => name === "form_replace")?.payload).toEqual({
      form: "cover",
      format: "word",
      from: { path: "/tmp/own.docx" },
    });
    await user.keyboard("{Escape}");
    await user.click(screen.getByRole("button", { name: "不用这个 Word 格式" }));
    expect(host.calls.find(({ name }) => name === "form_restore")?.payload).toEqual({
      form: "cover",
      format: "word",
    });
  });
});
