// The only door to the program behind the screens.

import { httpHost, readHash } from "./http";
import type { Host } from "./host";

export { readFacts } from "./history";
export * from "./drafts";
export * from "./host";
export * from "./preferences";
export * from "./queries";
export * from "./windows";

/** Chooses the host of this page, and the screen its address asks for. */
export async function openHost(): Promise<{ host: Host; screen: string | null }> {
  if ("__TAURI_INTERNALS__" in window) {
    const { tauriHost } = await import("./tauri");
    return { host: tauriHost(), screen: null };
  }
  const { token, screen } = readHash(window.location.hash);
  return { host: httpHost(token), screen };
}
