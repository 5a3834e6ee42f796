// Files on their way in: chosen, named, then sent one after the other.

import {
  computed,
  onScopeDispose,
  reactive,
  shallowRef,
  type ComputedRef,
  type ShallowRef,
} from "vue";

import { failureOf, useHost, type Failure } from "@/host";
import type { FactId, RecordId } from "@/host/types";

import { send } from "./bytes";

/** The longest name. */
const NAME_CHARS_MAX = 100;

export type UploadState = "chosen" | "waiting" | "sending" | "drawing" | "failed" | "cancelled";

export interface Upload {
  key: number;
  file: File;
  name: string;
  of: FactId | null;
  state: UploadState;
  sent: number;
  failure: Failure | null;
}

export interface Uploads {
  lines: Upload[];
  chosen: ComputedRef<Upload[]>;
  /** How many came in since somebody began. */
  done: ShallowRef<number>;
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

export function useUploads(caseId: () => RecordId): Uploads {
  const host = useHost();
  const lines = reactive<Upload[]>([]);
  const done = shallowRef(0);
  let current: { line: Upload; stop: AbortController } | null = null;
  let key = 0;

  function remove(line: Upload) {
    const at = lines.indexOf(line);
    if (at >= 0) lines.splice(at, 1);
  }
  async function run() {
    if (current) return;
    for (let line = next(); line; line = next()) {
      const stop = new AbortController();
      current = { line, stop };
      await bring(line, stop.signal);
    }
    current = null;
  }
  const next = () => lines.find(({ state }) => state === "waiting");
  async function bring(line: Upload, signal: AbortSignal) {
    Object.assign(line, { state: "sending", sent: 0, failure: null });
    const { file, of } = line;
    const name = line.name.trim() || nameOf(file.name);
    const steps = {
      sent: (bytes: number) => void (line.sent = bytes),
      drawing: () => void (line.state = "drawing"),
    };
    try {
      await send(host, { case: caseId(), file, name, of }, steps, signal);
      done.value += 1;
      remove(line);
    } catch (error) {
      const failure = failureOf(error);
      if (signal.aborted || failure.code === "cancelled") line.state = "cancelled";
      else Object.assign(line, { state: "failed", failure });
    }
  }
  onScopeDispose(() => {
    lines.splice(0).forEach((line) => line === current?.line && current.stop.abort());
  });

  return {
    lines,
    chosen: computed(() => lines.filter(({ state }) => state === "chosen")),
    done,
    choose(files) {
      done.value = 0;
      for (const file of files) {
        key += 1;
        const name = nameOf(file.name);
        lines.push({ key, file, name, of: null, state: "chosen", sent: 0, failure: null });
      }
    },
    begin(of) {
      for (const line of lines) {
        if (line.state === "chosen") Object.assign(line, { state: "waiting", of });
      }
      void run();
    },
    again(line) {
      line.state = "waiting";
      void run();
    },
    cancel(line) {
      if (line === current?.line) current.stop.abort();
      else line.state = "cancelled";
    },
    remove,
  };
}
