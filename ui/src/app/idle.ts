// Nobody has touched anything for a while: the desk is left alone, and the files are closed. The
// program looks for itself, too; it hears from here that somebody is there.

import { onBeforeUnmount, onMounted } from "vue";

import { useHost } from "@/host";

const CHECK_EVERY_MS = 5000;
/** How often the program hears of somebody who is at work all the time. */
const TELL_EVERY_MS = 20_000;
const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel"] as const;

/** Calls back once nothing was touched for so many minutes. A long call at work counts as a touch. */
export function useIdle(minutes: () => number, leave: () => void): void {
  const host = useHost();
  let last = Date.now();
  let told = 0;
  const touch = () => {
    last = Date.now();
    if (last - told >= TELL_EVERY_MS) {
      told = last;
      // One that cannot be told has its own clock.
      host.call("desk_touch", {}).catch(() => undefined);
    }
  };
  const stop = host.events((event) => {
    if (event.event === "progress") {
      touch();
    }
  });
  const timer = setInterval(() => {
    if (Date.now() - last >= minutes() * 60_000) {
      last = Date.now();
      leave();
    }
  }, CHECK_EVERY_MS);

  onMounted(() => {
    touch();
    SIGNS.forEach((sign) => window.addEventListener(sign, touch, { passive: true }));
  });
  onBeforeUnmount(() => {
    SIGNS.forEach((sign) => window.removeEventListener(sign, touch));
    clearInterval(timer);
    stop();
  });
}
