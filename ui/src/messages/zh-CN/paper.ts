// 打印文书.

export const paper = {
  title: "打印文书",
  open: "打印文书",
  back: "回到案件",
  /** 文书用哪种文字称呼。 */
  language: "zh" as "zh" | "en",
  choose: "选一份文书",
  search: "查找文书",
  searchHint: "例：协议、受理、回访",
  none: "没有这样的文书。换一个词试试。",
  chooseOne: "从左边选一份文书",
  chooseSays: "选好以后，这里就是印出来的样子。案卷里有的，都已经填好；没有的，留着空。",
  groups: {
    mediation: "人民调解卷宗",
    local: "地方常用",
    petition: "信访文书",
    sheets: "三单",
    slips: "回执和收据",
  },
  whole: "都齐了",
  lacks: (n: number) => `还缺 ${n} 项`,
  printed: (n: number) => `打印过 ${n} 次`,
  copies: "份数",
  print: "打印",
  savePdf: "存成 PDF",
  pages: (n: number) => `共 ${n} 页`,
  pageOf: (n: number, all: number) => `第 ${n} 页，共 ${all} 页`,
  tooMany: (n: number) => `页数太多，这里只看前 ${n} 页。请存成 PDF，再从 PDF 打印。`,
  unverified: "格式待核：这份文书的字句还没有和正式文本对过，第一次用之前请司法所核对。",
  source: (source: string) => `出处：${source}`,
  lackingSays: (list: string) => `案卷里还没有：${list}。印出来是空的，可以先补记，也可以手写。`,
  letters: (list: string) => `字库里没有这些字：${list}。印出来是“〓”，请手写补上。`,
  save: {
    title: (name: string) => `把“${name}”存成 PDF`,
    says: "存出去的文件不再加密，谁拿到都能看。存到哪里，会记在审计里。",
    to: "存到哪里",
    send: "存成 PDF",
    done: (name: string) => `已存为 ${name}`,
    close: "好了",
  },
};

export type PaperWords = typeof paper;
