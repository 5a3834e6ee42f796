// 导入表格.

import type { RowTrouble, TableField, TableImported, TableNote, TableSort } from "@/host/types";

const voided = (n: string) => `这一批 ${n} 件都作废，编号不再用。已经接着办了的不动，仍然留着。`;

export const tables = {
  title: "导入表格",
  says: "手里的表格（xlsx），在这里导进来。先试一遍看结果，再导入；导错了可以整批撤回。",
  sort: "表里是什么",
  sorts: {
    cases: "原来登记的纠纷（一张表）",
    hotline: "12345 工单",
    police: "110 转来的警情",
    persons: "人员名册（调解员、网格员等）",
    holidays: "放假表（休息日、调休上班日）",
  } satisfies Record<TableSort, string>,
  open: "导入表格",
  file: "哪个表格",
  example: "一张表.xlsx",
  sheet: "哪一页",
  read: "打开看看",
  columns: "每一列是什么",
  found: (heading: number, rows: string) => `第 ${heading} 行是表头，下面有 ${rows} 行。`,
  remembered: "这种表头以前导过，照上次的对好了，请再看一眼。",
  notes: {
    macros: "表格里有宏，没有运行。",
    merged: "有合并的单元格：每一格都按合并的内容算。",
    more_rows: "超过两万行的没有读，请分成几个文件。",
    more_columns: "超过 60 列的没有读。",
    errors: "显示错误（如 #REF!）的格子当作空的。",
  } satisfies Record<TableNote, string>,
  head: "表头",
  samples: "里面写的",
  field: "这一列是",
  unheaded: (n: number) => `第 ${n} 列`,
  means: (head: string) => `“${head}”这一列是`,
  fields: {
    skip: "不要",
    number: "编号（原编号、工单号）",
    applied: "登记日期",
    source: "来源",
    category: "类型",
    title: "事由",
    applicant: "申请人",
    respondent: "被申请人",
    parties: "双方当事人",
    phone: "电话",
    place: "地点",
    summary: "简要情况",
    amount: "金额",
    ended: "办结情况",
    day: "日期（开始）",
    until: "日期（结束）",
    rest: "放假还是上班",
    feast: "节日",
    name: "姓名",
    sex: "性别",
    birth: "出生日期",
    id_number: "身份证号",
    post: "职务、身份",
    note: "备注",
  } satisfies Record<TableField, string>,
  withDoubtful: {
    cases: "像是重复的也导入（导入以后到“重复登记”里处理）",
    persons: "同名、电话不一样的也导入（是同一个人的，导入以后再认定）",
  },
  withEnded: "已经办结的也导入（登记成案件，办结情况写进经过）",
  lacks: (field: string) => `请指明哪一列是“${field}”。`,
  tryOut: "先试一遍",
  wouldBe: "试的结果，还没有导入",
  /** What one row is. */
  units: {
    cases: "件",
    hotline: "件",
    police: "件",
    holidays: "行",
    persons: "人",
  } satisfies Record<TableSort, string>,
  counts: ({ new: fresh, known, doubtful, bad, ended }: TableImported, unit: string) =>
    `新的 ${fresh} ${unit}，以前就有的 ${known} ${unit}，像重复的 ${doubtful} ${unit}，导不进的 ${bad} ${unit}，已办结没有导的 ${ended} ${unit}。`,
  rowNumber: (row: number) => `第 ${row} 行：`,
  troubles: {
    no_party: "没有当事人",
    no_number: "没有工单号，下次认不出是不是同一件",
    day: "日期看不懂，要写成 2025-3-5 这样",
    future: "日期还没有到",
    amount: "金额看不懂",
    rest: "看不出是放假还是上班",
    too_long: "有一格写得太长",
    too_many: "当事人太多",
    refused: "内容不合规定",
    alike: "这几个人前后三个月已经有一件",
    twice: "和上面的一行一样，或者工单号相同",
  } satisfies Record<RowTrouble, string>,
  trouble: (trouble: RowTrouble, sort: TableSort): string =>
    sort === "persons" && trouble === "alike"
      ? "已经有同名的人，电话不一样"
      : sort === "persons" && trouble === "no_party"
        ? "没有姓名"
        : tables.troubles[trouble],
  reason: "没有导入的原因",
  leftSays: "这些行不导入。可以存成表格，改好了再导一次；导过的不会重复。",
  take: (n: string, unit: string) => `导入 ${n} ${unit}`,
  saveRest: "把没导入的存成表格",
  saveRestSays: "每行后面写着原因。照原样改好，再到这里导入。",
  rest: "没有导入的行",
  done: (n: string, unit: string) => `已导入 ${n} ${unit}`,
  imports: "导过的",
  imported: (sort: string, when: string, n: string) => `${sort}，${when}，${n}`,
  howMany: {
    cases: (n: string) => `${n} 件`,
    hotline: (n: string) => `${n} 件`,
    police: (n: string) => `${n} 件`,
    holidays: (n: string) => `${n} 天`,
    persons: (n: string) => `${n} 人`,
  } satisfies Record<TableSort, (n: string) => string>,
  undo: "整批撤回",
  undoSays: {
    cases: voided,
    hotline: voided,
    police: voided,
    holidays: (n: string) => `这 ${n} 天不再算放假表里的，期限照原来的算。`,
    persons: (n: string) => `这 ${n} 人的资料撤回。已经用在案件里的不动，仍然留着。`,
  } satisfies Record<TableSort, (n: string) => string>,
  undone: (kept: number) => (kept === 0 ? "已撤回" : `已撤回，${kept} 件已经在办，留着`),
};

export type Tables = typeof tables;
