import "@testing-library/jest-dom/vitest";

import { cleanup, configure } from "@testing-library/vue";
import { afterEach } from "vitest";

afterEach(() => cleanup());

// A failing test says what it missed; the whole page would bury it.
configure({
  asyncUtilTimeout: 60_000,
  getElementError: (message) => new Error(message?.split("\n")[0] ?? ""),
});

// The window of the tests lays nothing out: everything has one size.
if (!("ResizeObserver" in globalThis)) {
  globalThis.ResizeObserver = class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
}
