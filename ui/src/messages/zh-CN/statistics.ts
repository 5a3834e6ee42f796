// 统计.

/** A period in parts: its length, its year, and which of the year it is. */
interface PeriodParts {
  span: "month" | "quarter" | "year";
  year: number;
  number: number;
}

export const statistics = {
  title: "统计",
  definitions: "每个数怎么算",
  definitionsSay: "表里的数都从案件现算，不另外存。点表里的数，看是哪几件案子。",
  toTable: "回到统计表",
  print: "打印",
  take: "存成表格",
  takeSays: (name: string) =>
    `把 ${name} 的统计表存成表格（xlsx）。看的是全镇时，另有一页是各单位一行。要手填的几项留空。`,
  row: "序号",
  lastPeriod: "上一期",
  lastYear: "去年同期",
  byUnit: "各单位",
  madeBy: (unit: string, day: string) => `填报单位：${unit} · ${day}`,
  signed: "单位负责人：　　　　　　审核人：　　　　　　填表人：　　　　　　",
  span: "看多长",
  spans: { month: "月", quarter: "季", year: "年" },
  name: ({ span, year, number }: PeriodParts) =>
    span === "month"
      ? `${year} 年 ${number} 月`
      : span === "quarter"
        ? `${year} 年第 ${number} 季度`
        : `${year} 年`,
  back: "前一期",
  on: "后一期",
  unit: "哪个单位登记的",
  all: "全镇",
  tableOf: (unit: string) => `${unit}人民调解案件情况统计表`,
  counter: "项目",
  columns: { reported: "本期", late: "补报", now: "现在数" },
  before: "比上一期",
  yearBefore: "比去年同期",
  same: "一样",
  opens: (name: string, column: string, value: string) => `${name}，${column} ${value}，看是哪几件`,
  groups: {
    total: "总数",
    committee: "按调解组织",
    source: "按案件来源",
    category: "按纠纷类型",
    form: "按协议形式",
    after: "协议以后和办结",
  },
  listed: (cases: string, sum: string) => `共 ${cases} 件案子，合计 ${sum}。`,
  untitled: "没有写事由的案件",
  frozen: (at: string, by: string, printed: boolean) =>
    `${at} 由${by}冻结${printed ? "并打印上报" : ""}，“本期”不再变`,
  notFrozen: "还没有冻结，数字会随新到的数据变",
  running: "这一期还没有过完",
  yearSays: "全年按现在知道的全部数据算，补报的已经算在里面",
  freeze: "冻结上报",
  freezeTitle: (name: string) => `冻结 ${name} 的统计`,
  freezeSays: "冻结以后，这一期报上去的数不再变。以后才到的案子，列进下一期的“补报”。",
  freezeMissing: (n: number) => `还有 ${n} 个村没有报，冻结后记为“未报”：`,
  printed: "已经打印、交上去了",
  note: "说明（可以不写）",
  zero: "这一期没有，零上报",
  reports: "各村上报",
  missing: (n: number, all: number) => (n === 0 ? "都报了" : `${all} 个村，${n} 个未报`),
  village: "村",
  atFreeze: "冻结时",
  byNow: "现在",
  dataUntil: "数据截至",
  notKnown: "—",
  report: { cases: "有案件", zero: "零上报", missing: "未报", zero_struck: "零上报已作废，有案件" },
  reportsSay: "“未报”不等于零：没有案件，要由村里点“零上报”才算零。",
  never: "还没有来过数据",
  asOf: (day: string, days: number) => (days === 0 ? `${day}（今天）` : `${day}，${days} 天前`),
  gap: (days: number) => `；此前缺报 ${days} 天`,
  late: "补报",
  lateSays: "这些属于已经报过的那几期，来得晚，列在这一期，不改原来的数。",
  belongs: (name: string) => `属于 ${name}`,
  agreementsOnly: (n: number) => `只是 ${n} 份协议来得晚`,
  empty: "这一期没有案件",
  emptySays: "换一期看看。数字按受理的日期算，不按登记进电脑的日期。",
  source: (source: string) => `依据：${source}`,
  byHand: "要手填的",
  byHandSays: "正式统计表还要这些。本软件没有记这些事，上报时请自己填。",
};

export type Statistics = typeof statistics;
