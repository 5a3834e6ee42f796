// What somebody was writing when they went to another page. It lives in memory, only while the
// profile is open: locking clears the cache it is kept in.

import { useQueryClient } from "@tanstack/vue-query";
import { onScopeDispose, reactive } from "vue";

export interface Draft<T extends object> {
  values: T;
  /** Whether it goes on from what was written before. */
  isResumed: boolean;
  /** There is nothing left to keep. */
  done(): void;
}

export function useDraft<T extends object>(name: string, initial: () => T): Draft<T> {
  const queries = useQueryClient();
  const key = ["draft", name];
  queries.setQueryDefaults(["draft"], { gcTime: Infinity });
  const kept = queries.getQueryData<T>(key);
  const untouched = JSON.stringify(initial());
  const values = reactive(structuredClone(kept ?? initial())) as T;
  let isDone = false;
  onScopeDispose(() => {
    if (isDone || JSON.stringify(values) === untouched) {
      queries.removeQueries({ queryKey: key });
    } else {
      queries.setQueryData(key, JSON.parse(JSON.stringify(values)) as T);
    }
  });
  return {
    values,
    isResumed: kept !== undefined,
    done() {
      isDone = true;
    },
  };
}
