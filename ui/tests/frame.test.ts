import { screen, waitFor } from "@testing-library/vue";
import { describe, expect, it } from "vitest";

import { desk } from "./cases";
import { expectAccessible, neighbour, office, open, status, TOWNSHIP, VILLAGE } from "./open";

describe("the frame", () => {
  it("says who works where, and in step with whom", async () => {
    await open("/");
    expect(await screen.findByText("桥头村评理说事点")).toBeVisible();
    expect(screen.getByText("待送 3 条")).toBeVisible();
    expect(screen.getByRole("link", { name: /冲突待办/ })).toHaveTextContent("2");
    await expectAccessible();
  });

  it("says on no page that all was delivered before the other side has said so", async () => {
    const [some, inStep] = [/有待送的$/, /对上了?$/];
    for (const [change, says, never] of [
      [{ undelivered: 3 }, some, inStep],
      [{ undelivered: 0, lacks_attachments: true }, some, inStep],
      [{ undelivered: 0 }, inStep, some],
    ] as const) {
      for (const path of ["/", "/exchange"]) {
        const answers = {
          status_get: status({ office: office({ neighbours: [neighbour(change)] }) }),
          workbench_get: desk(),
          stick_list: { sticks: [] },
          courier_list: { lines: [], files: 0, bytes: 0 },
          lan_peers: { peers: [], can_search: true },
          exchange_history: { rows: [], total: 0 },
        };
        const { unmount } = await open(path, answers);
        // In the frame, and on the page.
        const said = (word: RegExp) => screen.queryAllByText(word);
        await waitFor(() =>
          expect(said(says), `${path}, ${JSON.stringify(change)}`).toHaveLength(2),
        );
        expect(said(never), `${path}, ${JSON.stringify(change)}`).toEqual([]);
        unmount();
      }
    }
  });

  it("shows whoever accepts cases one place more, and a township its silent villages", async () => {
    const silent = neighbour({ unit: VILLAGE, is_overdue: true, days: 5 });
    await open("/", {
      status_get: status({ office: office({ unit: TOWNSHIP, neighbours: [silent] }) }),
    });
    expect(await screen.findByRole("link", { name: "分流受理" })).toBeVisible();
    expect(screen.getByText("1 个村超过 3 天")).toBeVisible();
  });

  it("does not take a colleague's computer for the township", async () => {
    const colleague = neighbour({ unit: VILLAGE, is_overdue: true, last_ms: null });
    await open("/", {
      status_get: status({
        office: office({ neighbours: [colleague, neighbour({ undelivered: 0 })] }),
      }),
    });
    expect(await screen.findByText("已与镇里对上")).toBeVisible();
    expect(screen.queryByText("和镇里好久没对账")).toBeNull();
  });

  it("enlarges with Ctrl and plus, and remembers it", async () => {
    let percent = 100;
    const { host, user } = await open("/", {
      status_get: () => status({ preferences: { language: "zh-CN", zoom_percent: percent } }),
      preferences_set: (payload) => {
        percent = payload.zoom_percent;
        return payload;
      },
    });
    await screen.findByText("桥头村评理说事点");
    await user.keyboard("{Control>}+{/Control}");
    await waitFor(() => expect(host.zoom).toBe(125));
  });

  it("forgets the pages when F8 locks", async () => {
    let profile: "open" | "locked" = "open";
    const { user } = await open("/", {
      status_get: () => status({ profile, office: profile === "open" ? office() : null }),
      profile_lock: () => {
        profile = "locked";
        return status({ profile, office: null });
      },
    });
    await screen.findByText("桥头村评理说事点");
    await user.keyboard("{F8}");
    await waitFor(() => expect(screen.queryByText("桥头村评理说事点")).toBeNull());
  });

  it("refreshes what rests on a topic that changed", async () => {
    let cases = 0;
    const { host } = await open("/", {
      status_get: () => status({ office: office({ to_decide: (cases += 1) }) }),
    });
    await screen.findByText("桥头村评理说事点");
    const asked = () => host.calls.filter((call) => call.name === "status_get").length;
    const before = asked();
    host.emit({ event: "changed", topics: ["persons"] });
    host.emit({ event: "changed", topics: ["conflicts"] });
    await waitFor(() => expect(asked()).toBe(before + 1));
  });

  it("counts in English as one does", async () => {
    const english = { language: "en" as const, zoom_percent: 100 };
    const one = neighbour({ unit: VILLAGE, undelivered: 0 });
    await open("/", {
      status_get: status({
        preferences: english,
        office: office({ unit: TOWNSHIP, neighbours: [one] }),
      }),
    });
    expect(await screen.findByText("1 village in step")).toBeVisible();
  });

  it("is complete in English", async () => {
    await open("/", {
      status_get: status({ preferences: { language: "en", zoom_percent: 100 } }),
    });
    expect(await screen.findByRole("link", { name: /Conflicts/ })).toBeVisible();
    await expectAccessible();
  });
});
