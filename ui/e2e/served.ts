// A profile served by `pingli-cli serve`, and calls to it beside the page.

import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import type { Commands } from "../src/host/generated/commands";

/** The program under test. */
export const PROGRAM = process.env["PINGLI_CLI"] ?? "../target/debug/pingli-cli";

/** Opens the profiles of these tests; nothing in them needs guarding. */
export const PASSPHRASE = "pingli-look 9";

const environment = { ...process.env, PINGLI_PASSPHRASE: PASSPHRASE };

export class Served {
  private constructor(
    private readonly server: ChildProcess,
    readonly address: string,
  ) {}

  static async start(home: string): Promise<Served> {
    const server = spawn(PROGRAM, ["--home", home, "serve"], {
      env: environment,
      stdio: ["ignore", "pipe", "inherit"],
    });
    for await (const line of createInterface({ input: server.stdout })) {
      return new Served(server, (JSON.parse(line) as { address: string }).address);
    }
    throw new Error("the server said nothing");
  }

  async call<N extends keyof Commands>(
    name: N,
    payload: Partial<Commands[N]["payload"]>,
  ): Promise<Commands[N]["result"]> {
    const [origin = "", token = ""] = this.address.split("/#token=");
    const response = await fetch(`${origin}/call`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-pingli-token": token },
      body: JSON.stringify({ name, payload }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) {
      throw new Error(`${name}: ${JSON.stringify(answer)}`);
    }
    return answer as Commands[N]["result"];
  }

  /** The address of a screen. */
  at(path: string): string {
    return `${this.address}&screen=${encodeURIComponent(path)}`;
  }

  stop(): void {
    this.server.kill();
  }
}

/** A folder of its own for a profile. */
export function newHome(): string {
  return mkdtempSync(join(tmpdir(), "pingli-look-"));
}

/** An example village, with its township in `township` beside it. */
export function demoHome(cases: number): string {
  const home = join(newHome(), "village");
  execFileSync(PROGRAM, ["--home", home, "demo", "--cases", String(cases), "--seed", "7"], {
    env: environment,
  });
  return home;
}
