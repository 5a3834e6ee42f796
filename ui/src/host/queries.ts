// Reading with a cache that follows what changed, writing, and long calls.

import {
  QueryClient,
  keepPreviousData,
  useQuery,
  useQueryClient,
  type UseQueryReturnType,
} from "@tanstack/vue-query";
import {
  computed,
  inject,
  onScopeDispose,
  shallowReactive,
  shallowRef,
  toValue,
  type App,
  type ComputedRef,
  type InjectionKey,
  type MaybeRefOrGetter,
  type ShallowRef,
} from "vue";

import { provideDrafts } from "./drafts";
import { READS } from "./generated/commands";
import type { Event } from "./generated/Event";
import type { OfficeView } from "./generated/OfficeView";
import type { Phase } from "./generated/Phase";
import type { Role } from "./generated/Role";
import type { StatusView } from "./generated/StatusView";
import type { Topic } from "./generated/Topic";
import {
  failureOf,
  type CommandName,
  type Failure,
  type Host,
  type Payload,
  type Result,
} from "./host";

const hostKey: InjectionKey<Host> = Symbol("host");

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // The program is on this computer: there is no network to wait for.
        networkMode: "always",
        retry: false,
        staleTime: Infinity,
        refetchOnWindowFocus: false,
      },
    },
  });
}

/** Gives the host to every component, and refreshes what it says has changed. */
export function provideHost(app: App, host: Host, queries: QueryClient): void {
  app.provide(hostKey, host);
  provideDrafts(app, host);
  host.events((event) => {
    if (event.event === "changed") {
      refresh(queries, event.topics);
    }
  });
}

/** Makes every answer stale that rests on one of the topics. */
export function refresh(queries: QueryClient, topics: readonly Topic[]): void {
  void queries.invalidateQueries({
    predicate: ({ queryKey }) => {
      const reads = READS[queryKey[0] as CommandName] ?? [];
      return reads.some((topic) => topics.includes(topic));
    },
  });
}

export function useHost(): Host {
  const host = inject(hostKey);
  if (!host) {
    throw new Error("no host provided");
  }
  return host;
}

export interface ReadOptions {
  /** Ask only while this holds. */
  enabled?: MaybeRefOrGetter<boolean>;
  /**
   * Ask again after so many milliseconds: what changes outside the program, like sticks and
   * neighbours. Such an answer is not kept for the next page that asks: it may be untrue by then.
   */
  every?: number;
  /** Keep showing the last answer while the next one comes. */
  keep?: boolean;
}

export type Reading<N extends CommandName> = UseQueryReturnType<Result<N>, Error>;

/** Asks a reading command and follows its changes. */
export function useRead<N extends CommandName>(
  name: N,
  payload: MaybeRefOrGetter<Payload<N>>,
  options: ReadOptions = {},
): Reading<N> {
  const host = useHost();
  return useQuery<Result<N>>({
    queryKey: [name, computed(() => toValue(payload))],
    queryFn: ({ signal }) => host.call(name, toValue(payload), { signal }),
    enabled: computed(() => toValue(options.enabled ?? true)),
    ...(options.every ? { refetchInterval: options.every, gcTime: 0 } : {}),
    ...(options.keep ? { placeholderData: keepPreviousData } : {}),
  }) as Reading<N>;
}

/** Forgets what was last seen of the world outside, so that nobody acts on it later. */
export function useForget(): (...names: CommandName[]) => void {
  const queries = useQueryClient();
  return (...names) => {
    for (const name of names) {
      void queries.resetQueries({ queryKey: [name] });
    }
  };
}

/** The failure of a reading, if it failed. */
export function failureIn(reading: { error: { value: unknown } }): Failure | null {
  return reading.error.value ? failureOf(reading.error.value) : null;
}

const STATUS_EVERY_MS = 60_000;

/** Where things stand. Asked again every minute, so that midnight is noticed. */
export function useStatus(): Reading<"status_get"> {
  return useRead("status_get", {}, { every: STATUS_EVERY_MS });
}

export interface Office {
  status: ComputedRef<StatusView | undefined>;
  office: ComputedRef<OfficeView | null>;
  today: ComputedRef<string>;
  nowMs: ComputedRef<number>;
  role: ComputedRef<Role | null>;
  isTownship: ComputedRef<boolean>;
  /** Whether the table of rights lets whoever works here call a command. */
  may(command: CommandName): boolean;
}

/** Who decides whether a case is accepted. */
const ACCEPTING: readonly Role[] = ["R3", "R4", "R7"];

export function mayTriage(role: Role | null): boolean {
  return role !== null && ACCEPTING.includes(role);
}

/** Who works here, on which day. */
export function useOffice(): Office {
  const { data } = useStatus();
  const office = computed(() => data.value?.office ?? null);
  return {
    status: computed(() => data.value),
    office,
    today: computed(() => data.value?.today ?? ""),
    nowMs: computed(() => data.value?.now_ms ?? 0),
    role: computed(() => office.value?.user.role ?? null),
    isTownship: computed(() => office.value?.unit.level === "township"),
    may: (command) => office.value?.commands.includes(command) ?? false,
  };
}

export interface Writing<N extends CommandName> {
  /** Runs the command; `undefined` when it failed, and `failure` says why. */
  run(payload: Payload<N>): Promise<Result<N> | undefined>;
  readonly failure: ShallowRef<Failure | null>;
  readonly isBusy: ShallowRef<boolean>;
}

/** Runs a writing command. What it changes is refreshed by the events that follow. */
export function useWrite<N extends CommandName>(name: N): Writing<N> {
  const host = useHost();
  const queries = useQueryClient();
  const failure = shallowRef<Failure | null>(null);
  const isBusy = shallowRef(false);
  return {
    failure,
    isBusy,
    async run(payload) {
      failure.value = null;
      isBusy.value = true;
      try {
        return await host.call(name, payload);
      } catch (error) {
        failure.value = failureOf(error);
        if (failure.value.code === "locked") {
          void queries.invalidateQueries({ queryKey: ["status_get"] });
        }
        return undefined;
      } finally {
        isBusy.value = false;
      }
    },
  };
}

export interface Progress {
  phase: Phase | null;
  done: number;
  total: number | null;
}

export interface LongWriting<N extends CommandName> extends Writing<N> {
  readonly progress: Progress;
  /** Asks the program to stop; the call then fails with `cancelled`. */
  cancel(): Promise<void>;
}

let callNumber = 0;

/** Runs a command that takes long: its progress can be watched and it can be stopped. */
export function useLongWrite<N extends CommandName>(name: N): LongWriting<N> {
  const host = useHost();
  const failure = shallowRef<Failure | null>(null);
  const isBusy = shallowRef(false);
  const progress = shallowReactive<Progress>({ phase: null, done: 0, total: null });
  let current: string | null = null;

  const stop = host.events((event: Event) => {
    if (event.event === "progress" && event.call === current) {
      Object.assign(progress, { phase: event.phase, done: event.done, total: event.total });
    }
  });
  onScopeDispose(stop);

  return {
    failure,
    isBusy,
    progress,
    async run(payload) {
      callNumber += 1;
      const id = `call-${callNumber}`;
      current = id;
      failure.value = null;
      isBusy.value = true;
      Object.assign(progress, { phase: null, done: 0, total: null });
      try {
        return await host.call(name, payload, { id });
      } catch (error) {
        failure.value = failureOf(error);
        return undefined;
      } finally {
        isBusy.value = false;
        current = null;
      }
    },
    async cancel() {
      if (current) {
        await host.call("call_cancel", { call: current }).catch(() => undefined);
      }
    },
  };
}
