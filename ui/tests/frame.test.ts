import { screen, waitFor } from "@testing-library/vue";
import { describe, expect, it } from "vitest";

import { expectAccessible, neighbour, office, open, status, TOWNSHIP, VILLAGE } from "./open";

describe("the frame", () => {
  it("says who works where, and in step with whom", async () => {
    await open("/");
    expect(await screen.findByText("桥头村评理说事点")).toBeVisible();
    expect(screen.getByText(/已与镇里对上/)).toBeVisible();
    expect(screen.getByRole("link", { name: /冲突待办/ })).toHaveTextContent("2");
    await expectAccessible();
  });

  it("shows whoever accepts cases one place more, and a township its silent villages", async () => {
    const silent = neighbour({ unit: VILLAGE, is_overdue: true, days: 5 });
    await open("/", {
      status_get: status({ office: office({ unit: TOWNSHIP, neighbours: [silent] }) }),
    });
    expect(await screen.findByRole("link", { name: "分流受理" })).toBeVisible();
    expect(screen.getByText("1 个村超过 3 天")).toBeVisible();
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
    const one = neighbour({ unit: VILLAGE });
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
