// What the screens know of the program behind them.

import type { Commands } from "./generated/commands";
import type { Event } from "./generated/Event";
import type { Fault } from "./generated/Fault";

export type CommandName = keyof Commands;
export type Result<N extends CommandName> = Commands[N]["result"];

/** In a request, whatever may be null may also be left out. */
export type Sparse<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends readonly (infer Item)[]
    ? Sparse<Item>[]
    : { [K in keyof T as null extends T[K] ? never : K]: Sparse<T[K]> } & {
        [K in keyof T as null extends T[K] ? K : never]?: Sparse<T[K]>;
      };

export type Payload<N extends CommandName> = Sparse<Commands[N]["payload"]>;

/** What can go wrong: what the program says, or that it does not answer at all. */
export type Failure = Fault | { code: "unreachable" };

/** A call that did not do what was asked. */
export class CallFailed extends Error {
  constructor(readonly failure: Failure) {
    super(failure.code);
    this.name = "CallFailed";
  }
}

/** Reads the failure out of whatever was thrown. */
export function failureOf(error: unknown): Failure {
  return error instanceof CallFailed ? error.failure : { code: "internal", incident: "" };
}

export interface CallOptions {
  /** Names a long call, so that its progress can be followed and it can be stopped. */
  id?: string;
  signal?: AbortSignal;
}

export interface Host {
  /** Runs a command; rejects with `CallFailed`. */
  call<N extends CommandName>(
    name: N,
    payload: Payload<N>,
    options?: CallOptions,
  ): Promise<Result<N>>;
  /** Hears what the program says without being asked; returns how to stop listening. */
  events(listener: (event: Event) => void): () => void;
  /** Enlarges everything: 100, 125, 150 or 200. */
  setZoom(percent: number): void;
  print(): void;
}
