// 删除一个人的信息：谁、哪些词、在哪些地方、换成什么.

import type { RedactionBar } from "@/host/types";

export const redaction = {
  title: "删除一个人的信息",
  back: "回到案件",
  usual:
    "案子照常办，只把一个人去掉：他的姓名、电话、住址换成别的字，别人的话、日期、次数都不变。原来的记录随后从各单位的电脑上清掉，找不回来。",
  who: "去掉谁",
  somebody: "不是当事人（自己写要去掉的词）",
  words: "要去掉的词",
  wordsHint: "换成什么可以改。小名、外号、亲属的名字也写进来：程序只认得写在这里的字。",
  find: "去掉",
  put: "换成",
  nth: (label: string, nth: number) => `${label}（第 ${nth} 个词）`,
  addWord: "再加一个词",
  dropWord: (word: string) => `不去掉“${word}”`,
  look: "看看在哪些地方",
  places: (count: number) => `在这些地方（${count} 处）`,
  placesSays: "逐处看一遍。换得不通顺的，直接改；改过的话里不能再有要去掉的词。",
  noPlaces: "案子里没有这些词",
  before: "现在写的",
  after: "换成",
  emptied: "清空",
  field: { title: "案名", place: "地点", amount: "金额" } as Record<string, string>,
  text: { summary: "案情摘要", agreement: "协议草稿" } as Record<string, string>,
  notesOf: (kind: string) => `${kind}的笔录`,
  bars: {
    bound: "他是这份生效协议的当事人。协议对各方有约束力，不能把一方的名字拿掉。",
    signed: "这份协议已经签名盖章，上面写着这些词。签过的文书一个字也不能改。",
  } satisfies Record<RedactionBar, string>,
  barAt: (day: string) => `${day}达成的协议`,
  barNext:
    "要么归档封存（个人信息保护法第四十七条：保管期限没满的，只存着，不再用），要么依法删除整个案件。",
  undecided: (names: string) => `${names}有两个不同的写法，先去裁定，再来删除。`,
  held: "待查里还有这件案子的内容，先处理完，再来删除。",
  attachments: "拍到、录到这个人的附件",
  attachmentsHint: "程序看不出照片上是谁。请一份一份看过再勾；勾了的不再留下。",
  persons: "一起删除的人员资料",
  mentions: (numbers: string) =>
    `案件 ${numbers} 里记着这件案子的名称和当事人，删不到，要到那边再做一次。`,
  happens: (units: string) =>
    `这些单位的电脑都会换成去掉以后的案子：${units}。没听说的村还在写的，程序会转过来，并在案子上提示。`,
  sure: "我逐处看过了，知道原来的找不回来",
  send: "去掉这个人，不能恢复",
  sendWaiting: "提交，等第二个人同意",

  done: "这件案子去掉过一个人的信息",
  doneSays: (when: string, name: string) => `${when}，${name}决定。原来的记录已经清掉。`,
  again: (count: number) => `迟到的记录已转入（${count} 条）`,
  againSays: "写的时候还不知道要去掉这个人。请镇里看一遍，里面有没有写到他；有的，再去掉一次。",
  againLine: (kind: string, day: string, unit: string) => `${kind} · ${day} · ${unit}`,
  wordsLine: (where: string, words: string) => `${where}：“${words}”`,
  lateWords: "迟到的改动，请对照着补进去",
  goesOn: "案子照常办，只去掉一个人的信息。",
  open: "打开案件",
};

export type RedactionWords = typeof redaction;
