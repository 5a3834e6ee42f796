// Nobody has touched anything for a while: the desk is left alone, and the files are closed.

import { onBeforeUnmount, onMounted } from "vue";

import { useHost } from "@/host";

const IDLE_MS = 10 * 60_000;
const CHECK_EVERY_MS = 5000;
const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel"] as const;

/** Calls back once nothing was touched for ten minutes. A long call at work counts as a touch. */
export function useIdle(leave: () => void): void {
  let last = Date.now();
  const touch = () => (last = Date.now());
  const stop = useHost().events((event) => {
    if (event.event === "progress") {
      touch();
    }
  });
  const timer = setInterval(() => {
    if (Date.now() - last >= IDLE_MS) {
      touch();
      leave();
    }
  }, CHECK_EVERY_MS);

  onMounted(() => SIGNS.forEach((sign) => window.addEventListener(sign, touch, { passive: true })));
  onBeforeUnmount(() => {
    SIGNS.forEach((sign) => window.removeEventListener(sign, touch));
    clearInterval(timer);
    stop();
  });
}
