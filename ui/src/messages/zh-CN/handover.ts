// 案件交接.

export const handover = {
  title: "案件交接",
  open: "交接",
  says: "调解员调走、退休时，把手里没办完的案件一次交给别人，打出交接单，双方签名。",
  nothing: "没有可以交接的案件",
  nothingSays: "本单位没办完的案件，都会按经手的人列在这里。",
  from: "谁要走",
  person: (name: string, n: string) => `${name}（${n} 件没办完）`,
  to: "交给谁",
  toHint: "大部分交给谁就写谁；个别案件交给别人的，在下面那一行里改。",
  reason: "原因（例：调到镇里、退休）",
  cases: "要移交的案件",
  goes: "移交",
  goesOf: (title: string) => `移交“${title}”`,
  case: "案件",
  state: "办到哪一步",
  next: "最近到期",
  takes: "接收人",
  takesOf: (title: string) => `“${title}”的接收人`,
  make: (n: string) => `移交 ${n} 件`,
  save: "存成交接单",
  saveSays: "交接单列出每一件案件，双方和监交人签名。存成 PDF，打开就能打印。",
  send: "保存",
  paper: "案件交接单",
  done: "交接过的",
  line: (when: string, from: string, to: string, n: string) =>
    `${when}，${from}的 ${n} 件交给${to}`,
  undo: "撤回这次交接",
  undoSays: (from: string) =>
    `这一批案件仍由${from}办理。交接以后又另外指定了调解员的，不动。经过里两次都记着。`,
  undone: (kept: number) => (kept === 0 ? "已撤回" : `已撤回，${kept} 件后来换了人，没有动`),
};

export type Handover = typeof handover;
