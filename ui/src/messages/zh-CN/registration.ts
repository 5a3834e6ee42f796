// 登记纠纷.

export const registration = {
  title: "登记纠纷",
  beside: "一屏记完，以后都能补、能改",
  mayNot: "您的角色不登记案件",
  mayNotSays: (role: string) =>
    `${role}不登记。请调解员、调委会主任或者受理员来登记；案件可以照常查看。`,
  parties: "谁和谁",
  name: "姓名",
  phone: "电话",
  address: "住哪里",
  side: "哪一方",
  add: "再加一个人",
  remove: (name: string) => `去掉${name}`,
  known: "认识的人，电话和住址已带出来",
  matter: "什么事",
  summary: "经过",
  summaryHint: "照他说的记，几句话就行",
  demands: "要求什么",
  demandsHint: "一行写一条",
  category: "类型",
  place: "在哪里发生",
  amount: "涉及多少钱",
  happened: "什么时候的事",
  happenedHint: "例：1-5、昨天上午",
  applied: "哪天来说的",
  appliedHint: "不写就是今天",
  source: "来源",
  track: "走哪条路",
  risk: "看着险不险",
  send: "登记",
  sending: "正在保存…",
};

export type Registration = typeof registration;
