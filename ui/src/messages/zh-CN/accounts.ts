// 密码和账号.

export const accounts = {
  title: "密码和账号",
  says: "换自己的密码、重打恢复卡、看这台电脑上有谁。",
  open: "打开密码和账号",
  own: {
    title: "我的密码",
    says: "觉得被人看见了，就换一个。别人设的密码，第一次用过以后请自己换掉。",
    change: "换密码",
    now: "现在的密码",
    next: "新密码",
    again: "再输一遍新密码",
    send: "换成新密码",
    done: "密码换好了。下次用新密码打开。",
  },
  paper: {
    title: "恢复卡",
    says: "忘了密码，靠恢复卡设新的。找不到了、被人看过了，就重打一张，旧的马上作废。",
    several: "这台电脑有几个人用，恢复卡能打开每个人的账号，请本单位负责人来打。",
    renew: "重打恢复卡",
    warning: "重打以后，旧的恢复卡马上作废。请先把打印机接好，或者准备好纸笔。",
    send: "作废旧卡，打新的",
    go: "收好了",
    done: "新恢复卡已经启用，旧的作废了。",
  },
  others: {
    title: "用这台电脑的人",
    says: "每个人用自己的密码，记下的每一条写的是自己的名字。离岗的人请主任在“用的人”里撤权。",
    you: "您",
    wait: "输错太多，正在等",
    reset: "设新密码",
    resetOf: (label: string) => `给${label}设新密码`,
    resetSays: "对方忘了密码时用。请让他自己来输新密码；由您输的，当面告诉他，请他马上换掉。",
    yours: "您自己的密码",
    yoursHint: "确认是您本人在操作。",
    theirs: "给他的新密码",
    resetSend: "设好新密码",
    resetDone: (label: string) => `${label}的新密码设好了，旧的不能再用。`,
    add: "加一个人",
    addSays: "一个人一个账号，不要合用。新密码请他自己来输。",
    name: "姓名",
    nameHint: "他记的每一条都会写上这个名字。",
    label: "锁屏上怎么称呼",
    labelHint: "空着就用姓名。锁着的时候谁都看得到。",
    role: "岗位",
    newTheirs: "他的密码",
    newAgain: "再输一遍他的密码",
    joinSays:
      "先请镇里给本单位做一份邀请（写明岗位），文件放在 U 盘上带来，口令用电话问。一份邀请加一个人。新密码请他自己来输。",
    joinDone: (label: string) =>
      `${label}现在就可以用了：锁定以后，在锁屏上选自己打开。下次和镇里交换，镇里会给他确认；确认以前他写的，镇里先不显示。`,
    addSend: "加上这个人",
    addDone: (label: string) => `${label}可以用了：锁定以后，在锁屏上选自己，用自己的密码打开。`,
  },
};

export type Accounts = typeof accounts;
