// 今天.

export const workbench = {
  title: "今天要办的事",
  register: "登记纠纷",
  registerFirst: "登记第一件纠纷",
  nothing: "今天没有要办的事",
  nothingSays: "有人来说事，就按 F2 登记。",
  noCases: "还没有案子",
  noCasesSays: "有人来说事，就登记下来：谁和谁、为什么事、要求什么。一屏就能记完。",
  deadlines: {
    title: "有期限的",
    overdue: "已超期",
    today: "今天到期",
    soon: "三天内",
    moved: "这个期限刚刚变了，请打开案件看现在的。",
    atLeast: (n: string) => `至少 ${n}`,
    open: "去看一看",
  },
  dues: {
    title: "往后要履行的",
    amount: (money: string) => `应付 ${money}`,
    until: (day: string) => `${day}前`,
    note: "记履行",
    more: (n: string) => `还有 ${n} 项，都列出来`,
  },
  conflicts: {
    title: "等您拿主意",
    says: "同一件事，两处记得不一样：",
    go: "去看一看",
  },
  notices: { title: "请您知悉", go: "去看一看" },
  toAccept: { title: "村里提上来，等接收", go: "去接收" },
  sheets: { title: "等本单位办的单", open: "去看一看" },
  triage: {
    title: "等受理的",
    says: (n: string) => `有 ${n} 件登记了，还没决定受理不受理。`,
    go: "去分流",
  },
  toConfirm: { title: "已经谈成，等镇确认", go: "去确认" },
  handling: {
    title: "正在办的",
    all: (n: string) => `共 ${n} 件，到台账里看`,
    sessions: (n: string) => `调解 ${n} 次`,
  },
  waiting: (unit: string, day: string) => `待前置包：${unit}，${day}`,
  waitingSays: "请对方把那一次的包再带来；带来以后自动补全。",
  neighbours: {
    titleVillage: "上次和镇里对账",
    titleTownship: "各村上次对账",
    never: "还没有对过账",
    notJoined: "还没有电脑加入",
    pending: (n: string) => `待送 ${n} 条`,
    delivered: (n: string) => `已送达 ${n} 条`,
    overdue: (days: string) => `${days} 天没对账`,
    inStep: "对上",
    go: "去交换",
    invite: "去邀请村里的电脑",
    clock: "两边电脑的钟相差十分钟以上，请核对时间。",
  },
};

export type Workbench = typeof workbench;
