// The keys that work everywhere.

import { onBeforeUnmount, onMounted } from "vue";

function useKeyDown(listener: (event: KeyboardEvent) => void): void {
  onMounted(() => window.addEventListener("keydown", listener));
  onBeforeUnmount(() => window.removeEventListener("keydown", listener));
}

/** Ctrl and plus, minus or zero. */
export function useZoomKeys(change: (by: 1 | -1 | 0) => void): void {
  const keys: Record<string, 1 | -1 | 0> = { "+": 1, "=": 1, "-": -1, _: -1, "0": 0 };
  useKeyDown((event) => {
    const by = event.ctrlKey || event.metaKey ? keys[event.key] : undefined;
    if (by !== undefined) {
      event.preventDefault();
      change(by);
    }
  });
}

export type FunctionKey = "F1" | "F2" | "F3" | "F4" | "F6" | "F8" | "F10";

/** The function keys of the frame. While a dialog is open only locking works. */
export function useFunctionKeys(actions: Record<FunctionKey, () => void>): void {
  useKeyDown((event) => {
    const action = actions[event.key as FunctionKey] as (() => void) | undefined;
    if (!action || event.isComposing) {
      return;
    }
    event.preventDefault();
    const isCovered = document.querySelector("dialog[open]") !== null;
    if (!isCovered || event.key === "F8") {
      action();
    }
  });
}
