// Photographs, a paper and a recording for a case, made here: no file lies beside the tests.

import type { Served } from "./served";

const HEADER_BYTES = 54;

/** A picture of a ditch between two fields, as BMP. */
export function picture(width: number, height: number, seed: number): Buffer {
  const row = Math.ceil((width * 3) / 4) * 4;
  const file = Buffer.alloc(HEADER_BYTES + row * height);
  file.write("BM");
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(HEADER_BYTES, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const isSky = y > height * 0.7;
      const ditch = Math.abs(x - width * (0.3 + 0.1 * seed) - (y * width) / height / 6);
      const isDitch = !isSky && ditch < width / 14;
      const grain = ((x * 7 + y * 13 + seed * 31) % 17) - 8;
      const [red, green, blue] = isSky ? [196, 214, 228] : isDitch ? [92, 84, 70] : [112, 138, 76];
      const at = HEADER_BYTES + y * row + x * 3;
      file[at] = (blue ?? 0) + grain;
      file[at + 1] = (green ?? 0) + grain;
      file[at + 2] = (red ?? 0) + grain;
    }
  }
  return file;
}

/** Half a second of a quiet tone, as WAVE. */
function recording(): Buffer {
  const rate = 8000;
  const samples = Buffer.alloc(rate / 2, 128).map((_, at) => 128 + 20 * Math.sin(at / 3));
  const head = Buffer.alloc(44);
  head.write("RIFF");
  head.writeUInt32LE(36 + samples.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write("data", 36);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}

const paper = () => Buffer.concat([Buffer.from("%PDF-1.7 "), Buffer.alloc(180_000, 65)]);

/** Puts a file to a case as the page does; says what the attachment is called within. */
export async function attach(
  served: Served,
  id: string,
  name: string,
  file: Buffer,
  of: string | null = null,
): Promise<string> {
  const { upload, piece_bytes } = await served.call("attachment_begin", {
    case: id,
    bytes: file.length,
  });
  for (let from = 0; from < file.length; from += piece_bytes) {
    const data = file.subarray(from, from + piece_bytes).toString("base64");
    await served.call("attachment_piece", { upload, data });
  }
  const { attachments } = await served.call("attachment_finish", { case: id, upload, name, of });
  const last = attachments.find((found) => found.name === name);
  if (!last) throw new Error(`${name} is not there`);
  return last.id;
}

/** Gives a case two photographs, one of them taken out, a paper and a recording. */
export async function attachAll(served: Served, id: string): Promise<void> {
  const { events } = await served.call("case_history", { case: id, offset: 0, limit: 200 });
  const of = events.find(({ fact }) => fact?.kind === "visit_received")?.id ?? null;
  await attach(served, id, "水沟被堵的地方", picture(960, 720, 1), of);
  const wrong = await attach(served, id, "拍糊了的一张", picture(480, 640, 2));
  await attach(served, id, "宅基地使用证复印件", paper());
  await attach(served, id, "张某的录音", recording());
  const facts = [
    { kind: "attachment_withdrawn", body: { attachment: wrong, reason: "拍糊了" }, at: null },
  ];
  await served.call("fact_add", { case: id, facts: facts as never, notes: [] });
}
