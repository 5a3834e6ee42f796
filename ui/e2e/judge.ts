// What a machine can say about a page: what axe finds, and words that are cut off.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import type { Page } from "@playwright/test";
import type { AxeResults } from "axe-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Rules of axe that must find nothing. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"];

export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async (tags) => {
    const { axe } = window as unknown as {
      axe: { run(context: Document, options: object): Promise<AxeResults> };
    };
    const results = await axe.run(document, { runOnly: { type: "tag", values: tags } });
    return results.violations.flatMap((violation) =>
      violation.nodes.map((node) => `${violation.id}: ${node.html.slice(0, 160)}`),
    );
  }, TAGS);
}

/** Words that stick out of the window, or are cut by the box they stand in. */
export async function clippedTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const scale = Number(document.documentElement.style.zoom || 1);
    const width = window.innerWidth;
    if (document.documentElement.scrollWidth > document.documentElement.clientWidth + 1) {
      found.push("the page scrolls sideways");
    }
    const frame = document.querySelector(".frame");
    if (frame && document.documentElement.scrollHeight > window.innerHeight + 1) {
      found.push("something lies beside the frame: going to it scrolls the frame away");
    }
    const say = (element: Element, why: string) =>
      found.push(
        `${why}: <${element.tagName.toLowerCase()} class="${element.className}"> ${(element.textContent ?? "").trim().slice(0, 60)}`,
      );
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const seen = new Set<Element>();
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (!element || seen.has(element) || !node.textContent?.trim()) {
        continue;
      }
      seen.add(element);
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      const isUnseen =
        box.width <= 2 || box.height <= 2 || style.visibility === "hidden" || style.opacity === "0";
      if (isUnseen || element.closest("[role=grid], .unseen, .skip, pre")) {
        continue;
      }
      // What stands in a box that scrolls can be scrolled to.
      const canScroll = (from: Element | null): boolean => {
        for (let at = from; at && at !== document.body; at = at.parentElement) {
          if (
            /(auto|scroll)/.test(getComputedStyle(at).overflowX) &&
            at.scrollWidth > at.clientWidth
          ) {
            return true;
          }
        }
        return false;
      };
      if ((box.right > width + 1 || box.left < -1) && !canScroll(element)) {
        say(element, "sticks out of the window");
      }
      const isCut = /(hidden|clip)/.test(style.overflow + style.overflowX + style.overflowY);
      if (
        isCut &&
        !element.hasAttribute("title") &&
        (element.scrollWidth > element.clientWidth + 1 ||
          element.scrollHeight > element.clientHeight + 2)
      ) {
        say(element, "is cut off");
      }
      const size = parseFloat(style.fontSize);
      if (size < 14 - 0.01) {
        say(element, `is smaller than 14 px (${size}, zoom ${scale})`);
      }
    }
    return [...new Set(found)];
  });
}
