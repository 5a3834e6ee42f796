// 补录纸本登记册.

import type { AgreementForm } from "@/host/types";

export const entering = {
  title: "补录纸本登记册",
  open: "补录",
  says: "把登记册上没办完的一件件录进来。写完一格按回车到下一格，到“录入”再按一次回车，就接着录下一件。",
  counted: (n: string) => `这次录了 ${n} 件`,
  number: "登记册上的编号",
  numberHint: "只写数字；没有就空着",
  numberBad: "只写数字，最多五位",
  applied: "登记日期",
  dayHint: "例：2025-11-4",
  applicants: "申请人",
  peopleHint: "几个人用顿号隔开",
  respondents: "被申请人",
  category: "类型",
  matter: "事由",
  stage: "办到哪一步",
  stages: { registered: "已登记", accepted: "已受理", agreed: "已达成协议" },
  accepted: "受理日期",
  agreed: "协议日期",
  text: "约定了什么",
  due: "最迟哪天履行",
  form: "怎么约定的",
  forms: { oral: "口头", written: "书面" } satisfies Record<AgreementForm, string>,
  mediators: "调解员",
  isSigned: "纸上双方、调解员都签了名，盖了章",
  send: "录入，接着录下一件",
  done: (number: string) => `已录入：${number}`,
  entered: "这次录入的",
  next: (day: string) => `下一个期限 ${day}`,
  noNext: "没有走着的期限",
};

export type Entering = typeof entering;
