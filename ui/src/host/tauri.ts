// The desktop window.

import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import { getCurrentWebview } from "@tauri-apps/api/webview";

import type { Event } from "./generated/Event";
import { CallFailed, type Failure, type Host, type Result } from "./host";

function isFailure(value: unknown): value is Failure {
  return typeof value === "object" && value !== null && "code" in value;
}

export function tauriHost(): Host {
  return {
    async call<N extends Parameters<Host["call"]>[0]>(
      name: N,
      payload: unknown,
      options?: { id?: string },
    ) {
      try {
        return await invoke<Result<N>>("call", { name, payload, call: options?.id ?? null });
      } catch (error) {
        throw new CallFailed(isFailure(error) ? error : { code: "internal", incident: "" });
      }
    },
    events(listener) {
      const stop = listen<Event>("pingli", (event) => listener(event.payload));
      return () => void stop.then((unlisten) => unlisten());
    },
    setZoom(percent) {
      void getCurrentWebview().setZoom(percent / 100);
    },
    print() {
      window.print();
    },
  };
}
