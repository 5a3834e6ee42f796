// 今天.

export const workbench = {
  title: "今天要办的事",
  register: "登记纠纷",
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
    clock: "两边电脑的钟相差十分钟以上，请核对时间。",
  },
};

export type Workbench = typeof workbench;
