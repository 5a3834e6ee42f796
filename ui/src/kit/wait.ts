// How long until the next try, after too many in vain: counted down as it passes.

import { onScopeDispose, shallowRef, watch, type ShallowRef } from "vue";

const TICK_MS = 250;

/** Counts down from what `wait_s` gives, anew whenever it or `since` changes. */
export function useWait(wait_s: () => number, since: () => unknown): Readonly<ShallowRef<number>> {
  const left = shallowRef(0);
  let until = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };
  const look = () => {
    left.value = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    if (left.value === 0) stop();
  };
  watch(
    [wait_s, since],
    ([seconds]) => {
      stop();
      until = Date.now() + seconds * 1000;
      look();
      if (left.value > 0) timer = setInterval(look, TICK_MS);
    },
    { immediate: true },
  );
  onScopeDispose(stop);
  return left;
}
