import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

export default defineConfig({
  base: "/",
  plugins: [vue()],
  resolve: {
    alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) },
  },
  build: {
    // The oldest engines the window runs in: WebKitGTK 2.50 and the browsers of office desktops.
    target: ["safari16", "chrome108"],
    // The content security policy forbids inline scripts and data: in scripts and styles.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.ts"],
    setupFiles: ["tests/setup.ts"],
    css: false,
    // Accessibility checks of whole pages take seconds on a busy machine.
    testTimeout: 120_000,
  },
});
