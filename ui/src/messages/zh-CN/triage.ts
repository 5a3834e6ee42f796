// 分流受理: what waits for somebody to take it, decline it, or pass it on.

export const triage = {
  title: "分流受理",
  waiting: (n: string) => `${n} 件等着`,
  list: "等着的案件",
  keys: "↑↓ 选择，数字键决定，Enter 打开案卷。",
  more: (n: string) => `先列 ${n} 件，办完了后面的会接上来。`,
  empty: "没有等着的",
  emptySays: "新登记的、村里提上来的，会列在这里。",
  registered: "待受理",
  escalated: "提级待接收",
  decide: "怎么办",
  open: "打开案卷",
  barred: "这件要由承办单位的主任或者受理员来定。",
  parties: "当事人",
  summary: "经过",
  demands: "要求",
  reason: "为什么提级",
  deadline: "期限",
};

export type Triage = typeof triage;
