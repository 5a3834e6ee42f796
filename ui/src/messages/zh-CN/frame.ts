// The frame around every page.

export const frame = {
  product: "评理",
  skip: "跳到正文",
  menu: "菜单",
  menuClose: "收起菜单",
  places: "去哪里",
  search: "查找案件",
  searchHint: "姓名、编号、电话尾号、事由…",
  rail: {
    workbench: "今天",
    ledger: "案件台账",
    registration: "登记纠纷",
    triage: "分流受理",
    conflicts: "冲突待办",
    statistics: "统计",
    exchange: "交换",
    settings: "设置",
    help: "帮助",
  },
  count: (n: number) => `${n} 项`,
  keys: {
    help: "帮助",
    register: "登记",
    search: "查找",
    ledger: "台账",
    exchange: "交换",
    lock: "锁定",
    menu: "菜单",
  },
  keysLabel: "快捷键",
  saved: "本机已保存 · 全部加密",
  behind: (n: string) => `还有 ${n} 件案卷在整理`,
  alarm: {
    title: "请马上看：",
    fork: (unit: string, device: string, _says: string, when: string) =>
      `${unit}的“${device}”，有两台电脑在用同一个身份（${when} 发现）。多半是拷贝了资料，或者恢复了旧备份。两台写的都会收齐，一条不丢。请打电话问清楚，再由镇里在“设置 → 电脑”里重新登记这台电脑。`,
    forkHere: (when: string) =>
      `另有一台电脑在用这台的身份（${when} 发现）。多半是资料被拷贝过，或者恢复过旧备份。您写的一条不丢，可以接着用。请打电话告诉镇里；要做什么，写在“今天”那一页。`,
    second_claim: (unit: string, device: string, says: string, when: string) =>
      `给${unit}的邀请，“${device}”已经用过，${when}又有一台（${says}）拿来用，没有让它进。请打电话核对两台电脑上的核对数字。进来的不是本人，就到设置里把它停用。`,
    too_many_tries: (unit: string, _device: string, _says: string, when: string) =>
      `${when}，有人在网络上连着试错了给${unit}的邀请，这份邀请在网络上已经作废。要用的话请重新邀请。`,
    clock_behind: (_unit: string, _device: string, says: string, when: string) =>
      `这台电脑的时钟现在是${when}，可这里已经有 ${says} 的记录。时钟多半慢了：请先把电脑的日期和时间校准，再接着记。已经记下的一条都不会丢。`,
    clock_ahead: (_unit: string, _device: string, says: string, when: string) =>
      `这台电脑的时钟现在是${when}，可这里最近的记录还是 ${says} 的，差了一年多。请先核对电脑的日期和时间。真是很久没开机，就点“知道了”。`,
    altered: (_unit: string, device: string, says: string, when: string) =>
      `这台电脑里存的记录被人改动过（${when} 发现）：${says ? `案件 ${says}，` : ""}“${device}”写的。别的电脑上的还是好的。请不要再用这台改这件案子，马上告诉镇里；镇里查过以后，用“邀请一台新电脑代替它”把记录从镇里取回来。`,
    altered_elsewhere: (unit: string, device: string, says: string, when: string) =>
      `${unit}的“${device}”发现自己存的记录被人改动过（${when}）${says ? `：案件 ${says}` : ""}。镇里收到的不受影响。请派人去看那台电脑，问清谁动过，再邀请一台新电脑代替它。`,
    damaged: (_unit: string, device: string, _says: string, when: string) =>
      `“${device}”的数据文件有坏的地方（${when} 发现），可能是硬盘要坏。请马上和镇里交换一次，再请镇里邀请一台新电脑代替它。`,
    more: (count: number) => `还有 ${count} 条。`,
    go: "去设置",
    seen: "知道了",
  },
  practice: "练习模式",
  practiceSays: "里面的人和事都是编的，随便试。",
  practiceLeave: "退出练习",
  sync: {
    never: "还没有对过账",
    inStepTownship: "已与镇里对上",
    inStepVillages: (n: string) => `${n} 个村已对上`,
    some: "有待送的",
    overdueTownship: "和镇里好久没对账",
    overdueVillages: (n: string) => `${n} 个村超过 3 天`,
    pending: (n: string) => `待送 ${n} 条`,
    waiting: "有包在等前一个包",
    last: (when: string, way: string) => `最近一次：${when}，${way}`,
    nobody: "还没有往来单位",
  },
  notFound: "没有这一页",
  notFoundNext: "请从左边选一个去处。",
  zoom: (percent: number) => `放大到 ${percent}%`,
};

export type Frame = typeof frame;
