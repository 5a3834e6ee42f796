// The bytes of attachments, piece by piece, either way. Nothing of them is kept in the page.

import { onScopeDispose, shallowReactive, watch } from "vue";

import { CallFailed, failureOf, useHost, type Failure, type Host } from "@/host";
import type { At, AttachmentForm, FactId, RecordId } from "@/host/types";

/** What each form is called where a page is told of it. */
const MIME: Record<AttachmentForm, string> = {
  jpeg: "image/jpeg",
  pdf: "application/pdf",
  mp3: "audio/mpeg",
  m4a: "audio/mp4",
  wav: "audio/wav",
  amr: "audio/amr",
  ogg: "audio/ogg",
};

/** As many bytes as become letters at once. */
const LETTERS = 0x8000;

export function encode(bytes: Uint8Array): string {
  let letters = "";
  for (let from = 0; from < bytes.length; from += LETTERS) {
    letters += String.fromCharCode(...bytes.subarray(from, from + LETTERS));
  }
  return btoa(letters);
}

export function decode(data: string): Uint8Array<ArrayBuffer> {
  const letters = atob(data);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at += 1) {
    bytes[at] = letters.charCodeAt(at);
  }
  return bytes;
}

export interface Outgoing {
  case: RecordId;
  file: Blob;
  name: string;
  at?: At | null;
  of?: FactId | null;
}

export interface Steps {
  /** So many bytes went over. */
  sent(bytes: number): void;
  /** All of them did; now the program looks at the whole. */
  drawing(): void;
}

let callNumber = 0;
const cancelled = () => new CallFailed({ code: "cancelled" });

async function piece(file: Blob, from: number, until: number): Promise<string> {
  try {
    return encode(new Uint8Array(await file.slice(from, until).arrayBuffer()));
  } catch {
    // The stick or the telephone it lay on was pulled out.
    throw new CallFailed({ code: "attachment", reason: "cut" });
  }
}

/** Brings a file to its case. Whatever does not arrive wholly leaves nothing behind. */
export async function send(
  host: Host,
  { file, ...outgoing }: Outgoing,
  steps: Steps,
  signal: AbortSignal,
): Promise<void> {
  const begun = await host.call("attachment_begin", { case: outgoing.case, bytes: file.size });
  const { upload, piece_bytes } = begun;
  callNumber += 1;
  const id = `attachment-${callNumber}`;
  const stop = () => void host.call("call_cancel", { call: id }).catch(() => undefined);
  try {
    for (let from = 0; from < file.size; from += piece_bytes) {
      const until = Math.min(from + piece_bytes, file.size);
      const data = await piece(file, from, until);
      if (signal.aborted) throw cancelled();
      await host.call("attachment_piece", { upload, data });
      steps.sent(until);
    }
    if (signal.aborted) throw cancelled();
    steps.drawing();
    signal.addEventListener("abort", stop);
    await host.call("attachment_finish", { ...outgoing, upload }, { id });
  } catch (error) {
    await host.call("attachment_drop", { upload }).catch(() => undefined);
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

export interface Wanted {
  case: RecordId;
  attachment: FactId;
  form: AttachmentForm;
  thumbnail: boolean;
}

async function read(
  host: Host,
  { form, thumbnail, ...which }: Wanted,
  onRead: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let from = 0, total = 1; from < total;) {
    const answer = await host.call("attachment_read", { ...which, thumbnail, from }, { signal });
    const bytes = decode(answer.data);
    if (signal.aborted || bytes.length === 0) throw cancelled();
    parts.push(bytes);
    from += bytes.length;
    total = answer.bytes;
    onRead(from, total);
  }
  return new Blob(parts, { type: thumbnail ? MIME.jpeg : MIME[form] });
}

export interface BlobUrl {
  url: string | null;
  failure: Failure | null;
  done: number;
  total: number;
}

/** An address of the bytes within this page, for as long as they are shown and no longer. */
export function useBlobUrl(wanted: () => Wanted | null): BlobUrl {
  const host = useHost();
  const shown = shallowReactive<BlobUrl>({ url: null, failure: null, done: 0, total: 0 });
  let reading = new AbortController();

  function forget() {
    reading.abort();
    if (shown.url) URL.revokeObjectURL(shown.url);
    Object.assign(shown, { url: null, failure: null, done: 0, total: 0 });
  }
  async function show(which: Wanted | null) {
    forget();
    if (!which) return;
    const { signal } = (reading = new AbortController());
    const onRead = (done: number, total: number) => {
      if (!signal.aborted) Object.assign(shown, { done, total });
    };
    try {
      const blob = await read(host, which, onRead, signal);
      if (!signal.aborted) shown.url = URL.createObjectURL(blob);
    } catch (error) {
      if (!signal.aborted) shown.failure = failureOf(error);
    }
  }
  watch(
    () => JSON.stringify(wanted()),
    () => void show(wanted()),
    { immediate: true },
  );
  onScopeDispose(forget);
  return shown;
}
