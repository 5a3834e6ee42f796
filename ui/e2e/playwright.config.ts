import { defineConfig } from "@playwright/test";

// The system's own Chromium: nothing is downloaded.
const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

export default defineConfig({
  testDir: ".",
  outputDir: "../../target/playwright",
  workers: 1,
  timeout: 600_000,
  reporter: [["list"]],
  use: {
    viewport: { width: 1366, height: 768 },
    launchOptions: { executablePath, args: ["--no-sandbox"] },
  },
});
