import type { LocalItems } from "../zh-CN/localItems";

export const localItems: LocalItems = {
  title: "The township's own catalogue of disputes",
  none: "The township has no catalogue of its own yet",
  noneSays:
    "If you have a list of groups and items, make it a table with one row for each item: code, group, item, official type (the name or number of one of the 18), unit that answers for it, how often it is looked for. Press “Import a list” and choose “The township's own catalogue”.",
  noneHere:
    "The township imports it. From then on a dispute can be registered under a group and an item.",
  counted: (n) => `${n} items to choose from; press a group to see what is in it.`,
  count: (n) => `${n}`,
  withdraw: "Withdraw",
  withdrawOf: (item) => `Withdraw “${item}”`,
  withdrawn: "Withdrawn",
  restore: "Put back",
  restoreOf: (item) => `Put back “${item}”`,
  showWithdrawn: (n) => `List the ${n} that were withdrawn too`,
  importList: "Import a list",
  says: "What is withdrawn can be chosen no more; cases keep it, and it can be put back at any time. When an item is worded anew, older cases keep the words of their day.",
  group: "Local catalogue: group",
  item: "Local catalogue: item",
  means: (type) => `stands for “${type}”`,
  label: "Local item",
  shown: (group, name) => `${group} / ${name}`,
  other: (type) => `This item stands for “${type}”; the type of the case holds`,
  formSays: "A case without a type gets that of the item; a type that was set stays.",
};
