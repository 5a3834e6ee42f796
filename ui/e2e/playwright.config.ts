import { defineConfig } from "@playwright/test";

// The system's own Chromium: nothing is downloaded.
const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

export default defineConfig({
  testDir: ".",
  outputDir: "../../target/playwright",
  // Each file has computers of its own; two of them at a time leave no core idle.
  workers: 2,
  timeout: 240_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    actionTimeout: 60_000,
    navigationTimeout: 60_000,
    viewport: { width: 1366, height: 768 },
    launchOptions: { executablePath, args: ["--no-sandbox"] },
  },
});
