// A program that answers from a table, for tests.

import type { Event } from "./generated/Event";
import {
  CallFailed,
  type CommandName,
  type Failure,
  type Host,
  type Payload,
  type Result,
} from "./host";

export type Answers = {
  [N in CommandName]?: Result<N> | ((payload: Payload<N>) => Result<N> | Promise<Result<N>>);
};

export interface MemoryHost extends Host {
  /** Every call that was made, in order. */
  readonly calls: { name: CommandName; payload: unknown }[];
  readonly answers: Answers;
  zoom: number;
  printed: number;
  emit(event: Event): void;
}

/** Ends a call as the program would when it refuses. */
export function fail(failure: Failure): never {
  throw new CallFailed(failure);
}

export function memoryHost(answers: Answers): MemoryHost {
  const listeners = new Set<(event: Event) => void>();
  const host: MemoryHost = {
    calls: [],
    answers,
    zoom: 100,
    printed: 0,
    async call<N extends CommandName>(name: N, payload: Payload<N>): Promise<Result<N>> {
      host.calls.push({ name, payload });
      const answer = (answers as Record<string, unknown>)[name];
      if (answer === undefined) {
        return fail({ code: "unknown_command", name });
      }
      return (await (typeof answer === "function" ? answer(payload) : answer)) as Result<N>;
    },
    events(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setZoom(percent) {
      host.zoom = percent;
    },
    print() {
      host.printed += 1;
      window.dispatchEvent(new Event("beforeprint"));
    },
    emit(event) {
      listeners.forEach((listener) => listener(event));
    },
  };
  return host;
}
