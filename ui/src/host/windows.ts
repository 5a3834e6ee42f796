// Long lists, read a window at a time as they come into sight.

import { useQueries } from "@tanstack/vue-query";
import { computed, shallowRef, toValue, watch, type ComputedRef, type MaybeRefOrGetter } from "vue";

import { failureOf, type Failure, type Payload, type Result } from "./host";
import { useHost } from "./queries";

/** The commands that answer with a window of a list that knows its length. */
export type WindowCommand =
  "case_list" | "case_search" | "case_history" | "conflict_list" | "person_list";
type RowOf<N extends WindowCommand> =
  Result<N> extends { rows: (infer Row)[] }
    ? Row
    : Result<N> extends { events: (infer Row)[] }
      ? Row
      : never;

/** The most rows one answer carries. */
const WINDOW_ROWS = 200;
/** How many windows are kept at hand. */
const WINDOWS_MAX = 4;

export interface Windows<N extends WindowCommand> {
  total: ComputedRef<number>;
  /** How many there are without the filter, where the command tells. */
  all: ComputedRef<number | null>;
  rowAt(index: number): RowOf<N> | undefined;
  /** Says which rows are in sight. */
  see(from: number, to: number): void;
  isLoading: ComputedRef<boolean>;
  failure: ComputedRef<Failure | null>;
}

type Filter<N extends WindowCommand> = Omit<Payload<N>, "offset" | "limit">;

/** Reads a list window by window. The filter may change; the list then begins again. */
export function useWindows<N extends WindowCommand>(
  name: MaybeRefOrGetter<N>,
  filter: MaybeRefOrGetter<Filter<N>>,
): Windows<N> {
  const host = useHost();
  const seen = shallowRef<number[]>([0]);
  const last = shallowRef<Result<N>>();

  watch(
    () => [toValue(name), JSON.stringify(toValue(filter))],
    () => (seen.value = [0]),
  );

  const queries = computed(() =>
    seen.value.map((page) => {
      const command = toValue(name);
      const payload = {
        ...toValue(filter),
        offset: page * WINDOW_ROWS,
        limit: WINDOW_ROWS,
      } as Payload<N>;
      return {
        queryKey: [command, payload] as readonly unknown[],
        queryFn: ({ signal }: { signal: AbortSignal }): Promise<unknown> =>
          host.call(command, payload, { signal }),
      };
    }),
  );
  const answers = useQueries({ queries });

  const pages = computed(() => {
    const found = new Map<number, Result<N>>();
    seen.value.forEach((page, index) => {
      const data = answers.value[index]?.data as Result<N> | undefined;
      if (data) {
        found.set(page, data);
      }
    });
    return found;
  });
  const newest = computed(() => pages.value.values().next().value as Result<N> | undefined);
  watch(newest, (value) => (last.value = value ?? last.value), { immediate: true });

  return {
    total: computed(() => (newest.value ?? last.value)?.total ?? 0),
    all: computed(() => {
      const known = newest.value ?? last.value;
      return known && "all" in known ? (known.all as number) : null;
    }),
    rowAt(index) {
      const page = Math.floor(index / WINDOW_ROWS);
      const answer = pages.value.get(page);
      const rows = answer && ("rows" in answer ? answer.rows : answer.events);
      return rows?.[index - page * WINDOW_ROWS] as RowOf<N> | undefined;
    },
    see(from, to) {
      const first = Math.floor(from / WINDOW_ROWS);
      const end = Math.floor(Math.max(from, to) / WINDOW_ROWS);
      const wanted = Array.from({ length: end - first + 1 }, (_, index) => first + index);
      if (wanted.some((page) => !seen.value.includes(page))) {
        const kept = seen.value.filter((page) => !wanted.includes(page));
        seen.value = [...wanted, ...kept].slice(0, WINDOWS_MAX);
      }
    },
    isLoading: computed(() => newest.value === undefined && !answers.value.some((a) => a.isError)),
    failure: computed(() => {
      const failed = answers.value.find((answer) => answer.isError);
      return failed ? failureOf(failed.error) : null;
    }),
  };
}

/** All of a list: what takes it along looks at no window. */
export const WHOLE = { offset: 0, limit: null };
