// Files on their way in: chosen, named, then sent one after the other.

import { computed, onScopeDispose, reactive, watch, type ComputedRef } from "vue";

import { failureOf, useHost, type Failure, type Host } from "@/host";
import type { FactId, RecordId } from "@/host/types";

import { send } from "./bytes";

/** The longest name. */
const NAME_CHARS_MAX = 100;

export type UploadState = "chosen" | "waiting" | "sending" | "drawing" | "failed" | "cancelled";

export interface Upload {
  key: number;
  case: RecordId;
  file: File;
  name: string;
  of: FactId | null;
  state: UploadState;
  sent: number;
  failure: Failure | null;
}

export interface Uploads {
  readonly lines: Upload[];
  chosen: ComputedRef<Upload[]>;
  /** How many came in since somebody began. */
  done: ComputedRef<number>;
  choose(files: Iterable<File>): void;
  /** Sends what was chosen. */
  begin(of: FactId | null): void;
  again(line: Upload): void;
  cancel(line: Upload): void;
  remove(line: Upload): void;
}

/** The name of a file without its ending. */
export function nameOf(file: string): string {
  const name = file.replace(/\.[^.]*$/, "").trim() || file;
  return Array.from(name).slice(0, NAME_CHARS_MAX).join("");
}

/** Whether another try may end otherwise. */
export function mayPass(failure: Failure): boolean {
  return failure.code !== "attachment" || failure.reason === "cut";
}

/** The files on their way into any case. They go on while somebody looks at other pages. */
class Queue {
  readonly lines = reactive<Upload[]>([]);
  /** How many came into a case since somebody chose some for it. */
  readonly done = reactive(new Map<RecordId, number>());
  private current: { line: Upload; stop: AbortController } | null = null;
  private key = 0;

  constructor(private readonly host: Host) {}

  choose(id: RecordId, files: Iterable<File>) {
    this.done.set(id, 0);
    for (const file of files) {
      this.key += 1;
      const name = nameOf(file.name);
      const fresh = { of: null, state: "chosen", sent: 0, failure: null } as const;
      this.lines.push({ key: this.key, case: id, file, name, ...fresh });
    }
  }
  async run() {
    if (this.current) return;
    for (let line = this.next(); line; line = this.next()) {
      const stop = new AbortController();
      this.current = { line, stop };
      await this.bring(line, stop.signal);
    }
    this.current = null;
  }
  cancel(line: Upload) {
    if (line === this.current?.line) this.current.stop.abort();
    else line.state = "cancelled";
  }
  remove(line: Upload) {
    const at = this.lines.indexOf(line);
    if (at >= 0) this.lines.splice(at, 1);
  }
  /** Nobody looks at a case any more: what is not on its way was not meant yet. */
  leave(id: RecordId) {
    this.lines
      .filter((line) => line.case === id && !UNDER_WAY.has(line.state))
      .forEach((line) => this.remove(line));
  }

  private next(): Upload | undefined {
    return this.lines.find(({ state }) => state === "waiting");
  }
  private async bring(line: Upload, signal: AbortSignal) {
    Object.assign(line, { state: "sending", sent: 0, failure: null });
    const { file, of } = line;
    const name = line.name.trim() || nameOf(file.name);
    const steps = {
      sent: (bytes: number) => void (line.sent = bytes),
      drawing: () => void (line.state = "drawing"),
    };
    try {
      await send(this.host, { case: line.case, file, name, of }, steps, signal);
      this.done.set(line.case, (this.done.get(line.case) ?? 0) + 1);
      this.remove(line);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.code === "locked") this.lines.splice(0);
      else if (signal.aborted || failure.code === "cancelled") line.state = "cancelled";
      else Object.assign(line, { state: "failed", failure });
    }
  }
}

const UNDER_WAY: ReadonlySet<UploadState> = new Set(["waiting", "sending", "drawing"]);

const queues = new WeakMap<Host, Queue>();

export function useUploads(caseId: () => RecordId): Uploads {
  const host = useHost();
  const queue = queues.get(host) ?? new Queue(host);
  queues.set(host, queue);
  const own = computed(() => queue.lines.filter((line) => line.case === caseId()));
  watch(caseId, (_, before) => queue.leave(before));
  onScopeDispose(() => queue.leave(caseId()));

  return {
    get lines() {
      return own.value;
    },
    chosen: computed(() => own.value.filter(({ state }) => state === "chosen")),
    done: computed(() => queue.done.get(caseId()) ?? 0),
    choose: (files) => queue.choose(caseId(), files),
    begin(of) {
      for (const line of own.value) {
        if (line.state === "chosen") Object.assign(line, { state: "waiting", of });
      }
      void queue.run();
    },
    again(line) {
      line.state = "waiting";
      void queue.run();
    },
    cancel: (line) => queue.cancel(line),
    remove: (line) => queue.remove(line),
  };
}
