import type { PlaceWords } from "../zh-CN/place";

export const place: PlaceWords = {
  stick: (name, free) => `Stick ${name} (${free} free)`,
  file: (name, stick) => `${name} on stick ${stick}`,
  pickFile: "Choose a file on this computer",
  saveFile: "Save as a file on this computer",
  pickFolder: "Into a folder on this computer",
  pickAnyFolder: "A folder on this computer",
  pickButton: "Choose…",
  picked: (name) => `Chosen: ${name}`,
  pathFile: "Where the file is",
  pathFolder: "Which folder",
  pathOther: "Type where it is",
  pathHint: "E.g. /media/usb/JOIN0T99.PLI",
  pathHintOf: (name) => `E.g. /media/usb/${name}`,
  pathFolderHint: "E.g. /media/usb",
  missing: "Please choose one.",
};
