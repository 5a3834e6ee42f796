// Packets on a stick: files whose names differ only in the number of the part belong together.

import type { Place, StickFileView, StickView } from "@/host/types";

export interface FoundPacket {
  name: string;
  bytes: number;
  /** When its last file was written, as the stick says; 0 where it does not. */
  writtenMs: number;
  /** Its files, in order. */
  places: Place[];
}

const PART = /\d\d(?=\.[^.]*$)/;

/** The packets on a stick, newest first, each with its parts in order. */
export function packetsOf(stick: StickView): FoundPacket[] {
  const packets = new Map<string, StickFileView[]>();
  for (const file of [...stick.packets].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const stem = file.name.replace(PART, "");
    packets.set(stem, [...(packets.get(stem) ?? []), file]);
  }
  return [...packets.values()]
    .map((files) => ({
      name: shortName(files[0]?.name ?? ""),
      bytes: files.reduce((sum, file) => sum + file.bytes, 0),
      writtenMs: Math.max(...files.map((file) => file.written_ms)),
      places: files.map((file) => ({ stick_file: { stick: stick.id, name: file.name } })),
    }))
    .sort((a, b) => b.writtenMs - a.writtenMs);
}

/** `PINGLI/ABCDEFGH/TFMN7H01.PLP` is called `TFMN7H`. */
function shortName(file: string): string {
  const name = file.split("/").at(-1) ?? file;
  return name.replace(PART, "").replace(/\.[^.]*$/, "");
}
