import { defineConfig } from "@playwright/test";

// The system's own Chromium: nothing is downloaded.
const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

// A picture is taken without waiting for fonts for ever: `settled` has waited for them.
process.env["PW_TEST_SCREENSHOT_NO_FONTS_READY"] = "1";

export default defineConfig({
  testDir: ".",
  outputDir: "../../target/playwright",
  // Each file has computers of its own; two of them at a time leave no core idle.
  workers: 2,
  // Chromium now and then never calls a page ready: it is told soon, and looked at once more.
  timeout: 240_000,
  retries: 1,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    actionTimeout: 60_000,
    navigationTimeout: 60_000,
    viewport: { width: 1366, height: 768 },
    launchOptions: { executablePath, args: ["--no-sandbox"] },
  },
});
