// A browser on the same computer: one request a call, one stream of events.

import type { Event } from "./generated/Event";
import { CallFailed, type CallOptions, type CommandName, type Host, type Result } from "./host";

const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 10_000;

/** Reads what the address carries behind `#`: the token, and a screen to begin with. */
export function readHash(hash: string): { token: string; screen: string | null } {
  const values = new URLSearchParams(hash.replace(/^#/, ""));
  return { token: values.get("token") ?? "", screen: values.get("screen") };
}

export function httpHost(token: string): Host {
  const headers = { "x-pingli-token": token };

  async function call<N extends CommandName>(
    name: N,
    payload: unknown,
    options?: CallOptions,
  ): Promise<Result<N>> {
    let response: Response;
    try {
      response = await fetch("/call", {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify({ name, payload, call: options?.id }),
        signal: options?.signal ?? null,
      });
    } catch {
      throw new CallFailed({ code: options?.signal?.aborted ? "cancelled" : "unreachable" });
    }
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok) {
      return answer as Result<N>;
    }
    const error = (answer as { error?: CallFailed["failure"] } | null)?.error;
    throw new CallFailed(error ?? { code: "unreachable" });
  }

  const listeners = new Set<(event: Event) => void>();
  let stop = () => {};

  return {
    call,
    events(listener) {
      if (listeners.size === 0) {
        stop = followTogether(headers["x-pingli-token"], (event) =>
          listeners.forEach((listener) => listener(event)),
        );
      }
      listeners.add(listener);
      return () => {
        if (listeners.delete(listener) && listeners.size === 0) {
          stop();
        }
      };
    },
    setZoom(percent) {
      document.documentElement.style.zoom = String(percent / 100);
      document.documentElement.style.setProperty("--zoom", String(percent / 100));
    },
    print() {
      window.print();
    },
  };
}

/**
 * One stream of events for all pages of this program: a browser has six lines to one address, and a
 * stream for every page, or for every listener, would leave none for the calls. Whichever page holds
 * the lock reads the stream and tells the others; when it goes, the next one has the lock.
 */
function followTogether(token: string, listener: (event: Event) => void): () => void {
  const name = `pingli-events-${token}`;
  const others = new BroadcastChannel(name);
  others.onmessage = ({ data }) => listener(data as Event);
  const tell = (event: Event) => {
    others.postMessage(event);
    listener(event);
  };
  const stopped = new AbortController();
  const { signal } = stopped;
  navigator.locks
    .request(name, { signal }, () => follow({ "x-pingli-token": token }, tell, signal))
    // Waiting for the lock ends with an error when it is stopped.
    .catch(() => undefined);
  return () => {
    stopped.abort();
    others.close();
  };
}

/** Reads the stream of events for as long as the page lives; comes back after it breaks. */
async function follow(
  headers: Record<string, string>,
  listener: (event: Event) => void,
  signal: AbortSignal,
): Promise<void> {
  let wait = RETRY_MS_MIN;
  while (!signal.aborted) {
    try {
      const response = await fetch("/events", { headers, signal });
      if (response.ok && response.body) {
        wait = RETRY_MS_MIN;
        await readLines(response.body, (line) => listener(JSON.parse(line) as Event));
      }
    } catch {
      // The stream broke; what follows tries again.
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
    wait = Math.min(wait * 2, RETRY_MS_MAX);
  }
}

/** Hands over each line that is not blank; blank lines only show that the other side lives. */
export async function readLines(
  body: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    rest += decoder.decode(value, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.trim() !== "") {
        onLine(line);
      }
    }
  }
}
