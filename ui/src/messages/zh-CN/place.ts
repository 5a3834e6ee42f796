// Where a file is, or is to go.

export const place = {
  stick: (name: string, free: string) => `U 盘 ${name}（还剩 ${free}）`,
  file: (name: string, stick: string) => `${name}，在 U 盘 ${stick} 上`,
  pickFile: "从电脑里选一个文件",
  saveFile: "存成电脑里的一个文件",
  pickFolder: "放到电脑里的文件夹",
  pickAnyFolder: "电脑里的文件夹",
  pickButton: "选…",
  picked: (name: string) => `选了：${name}`,
  pathFile: "文件的位置",
  pathFolder: "文件夹的位置",
  pathOther: "打字写明位置",
  pathHint: "例：/media/usb/JOIN0T99.PLI",
  pathHintOf: (name: string) => `例：/media/usb/${name}`,
  pathFolderHint: "例：/media/usb",
  missing: "请选一个。",
};

export type PlaceWords = typeof place;
