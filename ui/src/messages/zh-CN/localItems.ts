// 地方矛盾纠纷清单: the township's own catalogue of disputes.

export const localItems = {
  title: "地方矛盾纠纷清单",
  none: "镇里还没有自己的清单",
  noneSays:
    "有“大类、事项”两级清单的，做成表格，一行一个事项：编号、大类、事项、对应类型（18 类的名称或者序号）、责任单位、排查频次。点“导入清单”，选“地方矛盾纠纷清单”。",
  noneHere: "清单由镇里导入。导入以后，登记纠纷时就能按大类和事项选。",
  counted: (n: string) => `能选的事项 ${n} 个，点大类看里面的。`,
  count: (n: string) => `${n} 个`,
  withdraw: "撤下",
  withdrawOf: (item: string) => `撤下“${item}”`,
  withdrawn: "已撤下",
  restore: "恢复",
  restoreOf: (item: string) => `恢复“${item}”`,
  showWithdrawn: (n: string) => `也列出撤下的 ${n} 个`,
  importList: "导入清单",
  says: "撤下的事项不再能选，已经用了的案件照旧，随时可以恢复。清单改了说法，老案件还是当时的说法。",
  group: "地方清单：大类",
  item: "地方清单：事项",
  means: (type: string) => `对应“${type}”`,
  /** On the case. */
  label: "地方事项",
  shown: (group: string, name: string) => `${group}／${name}`,
  other: (type: string) => `这个事项对应“${type}”，类型以案件定的为准`,
  formSays: "没有定过类型的，跟着事项定；定过的不变。",
};

export type LocalItems = typeof localItems;
