// What somebody was writing when they went to another page. It lives in memory, only while the
// profile is open: locking clears the cache it is kept in.

import { useQueryClient } from "@tanstack/vue-query";
import { onScopeDispose, reactive } from "vue";

export interface Draft<T extends object> {
  values: T;
  /** There is nothing left to keep. */
  done(): void;
}

export function useDraft<T extends object>(name: string, initial: () => T): Draft<T> {
  const queries = useQueryClient();
  const key = ["draft", name];
  queries.setQueryDefaults(["draft"], { gcTime: Infinity });
  const values = reactive(structuredClone(queries.getQueryData<T>(key) ?? initial())) as T;
  let isDone = false;
  onScopeDispose(() => {
    if (isDone) {
      queries.removeQueries({ queryKey: key });
    } else {
      queries.setQueryData(key, JSON.parse(JSON.stringify(values)) as T);
    }
  });
  return {
    values,
    done() {
      isDone = true;
    },
  };
}
