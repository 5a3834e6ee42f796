// What somebody was writing. It is kept by the program as it is typed, so that it outlives another
// page, the lock and the power; what is here is in memory only while the profile is open: locking
// clears the cache it is read from.

import { useQueryClient, type QueryClient } from "@tanstack/vue-query";
import {
  computed,
  inject,
  onScopeDispose,
  reactive,
  watch,
  type App,
  type ComputedRef,
  type InjectionKey,
  type Ref,
} from "vue";
import { useRouter } from "vue-router";

import type { DraftView } from "./generated/DraftView";
import type { Drafts } from "./generated/Drafts";
import type { Host } from "./host";
import { useRead } from "./queries";

/** What is typed is kept so long after, at the latest. */
const KEPT_AFTER_MS = 1500;
const LIST = ["draft_list", {}] as const;

export interface Draft<T extends object> {
  values: T;
  /** Whether it goes on from what was written before. */
  isResumed: boolean;
  /** Throws away what was written and begins anew. */
  again(): void;
  /** There is nothing left to keep: it was sent, or given up. */
  done(): void;
}

/** Every form that is open, to be kept before the profile is locked. */
interface Keeper {
  host: Host;
  forms: Set<() => Promise<void>>;
}
const keeperKey: InjectionKey<Keeper> = Symbol("drafts");

export function provideDrafts(app: App, host: Host): void {
  app.provide(keeperKey, { host, forms: new Set<() => Promise<void>>() });
}

function useKeeper(): Keeper {
  const keeper = inject(keeperKey);
  if (!keeper) {
    throw new Error("no host provided");
  }
  return keeper;
}

/** Reads what was begun; pages wait for it, so that forms know at once. */
export function useDrafts(): { isRead: ComputedRef<boolean>; drafts: ComputedRef<DraftView[]> } {
  const reading = useRead("draft_list", {});
  return {
    isRead: computed(() => !reading.isPending.value),
    drafts: computed(() => reading.data.value?.drafts ?? []),
  };
}

/** Keeps everything that is open and half written, now. */
export function useKeepAll(): () => Promise<void> {
  const { forms } = useKeeper();
  return async () => {
    await Promise.all([...forms].map((keep) => keep()));
  };
}

/** Forgets a draft nobody goes on with. */
export function useForgetDraft(): (name: string) => Promise<void> {
  const { host } = useKeeper();
  const queries = useQueryClient();
  return (name) => write(host, queries, { name, path: "", body: null });
}

type Told = Omit<DraftView, "at_ms" | "body"> & { body: string | null };

/** Writes a draft down, here and in the program. */
async function write(host: Host, queries: QueryClient, told: Told): Promise<void> {
  queries.setQueryData<Drafts>(LIST, (old) => {
    // Nothing is put back once the lock has cleared it.
    if (!old) return old;
    const rest = old.drafts.filter(({ name }) => name !== told.name);
    const { body } = told;
    return { drafts: body === null ? rest : [...rest, { ...told, body, at_ms: Date.now() }] };
  });
  try {
    await host.call("draft_set", told);
  } catch {
    // Whoever is locked out keeps what was kept a moment ago.
  }
}

/** As it comes back from being kept. */
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** What was kept, if it is of a form that looks like this one. */
function resumed<T extends object>(kept: string | undefined, like: T): T | null {
  if (kept === undefined) return null;
  try {
    const read: unknown = JSON.parse(kept);
    const names = (value: object) => Object.keys(value).sort().join();
    const isLike = typeof read === "object" && read !== null && names(read) === names(copy(like));
    return isLike ? (read as T) : null;
  } catch {
    return null;
  }
}

/** The values of a form, kept under a name as they are typed. */
export function useDraft<T extends object>(name: string, initial: () => T): Draft<T> {
  const { host, forms } = useKeeper();
  const queries = useQueryClient();
  const router = useRouter();
  const first = initial();
  const found = queries.getQueryData<Drafts>(LIST)?.drafts.find((draft) => draft.name === name);
  const kept = resumed(found?.body, first);
  const values = reactive(kept ?? first) as T;
  let untouched = JSON.stringify(initial());
  let written = found?.body ?? untouched;
  let isDone = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function keep(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const now = JSON.stringify(values);
    if (isDone || now === written) return;
    written = now;
    const path = router.currentRoute.value.fullPath;
    await write(host, queries, { name, path, body: now === untouched ? null : now });
  }
  watch(values, () => (timer ??= setTimeout(() => void keep(), KEPT_AFTER_MS)), { deep: true });
  forms.add(keep);
  onScopeDispose(() => {
    void keep();
    forms.delete(keep);
  });
  return {
    values,
    isResumed: kept !== null,
    again() {
      const anew = initial();
      untouched = JSON.stringify(anew);
      Object.assign(values, anew);
      void keep();
    },
    done() {
      isDone = true;
      clearTimeout(timer);
      if (written !== untouched) {
        void write(host, queries, { name, path: "", body: null });
      }
    },
  };
}

/** The same for a form whose fields stand alone. */
export function useKept<R extends Record<string, Ref<unknown>>>(
  name: string,
  fields: R,
): Draft<Record<string, unknown>> {
  const initial = copy(
    Object.fromEntries(Object.entries(fields).map(([key, { value }]) => [key, value])),
  );
  const draft = useDraft<Record<string, unknown>>(name, () => copy(initial));
  for (const [key, field] of Object.entries(fields)) {
    field.value = draft.values[key];
    watch(field, (value) => (draft.values[key] = value), { flush: "sync" });
  }
  return {
    ...draft,
    again() {
      draft.again();
      for (const [key, field] of Object.entries(fields)) {
        field.value = copy(initial)[key];
      }
    },
  };
}
