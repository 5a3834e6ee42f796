// What may be seen of attachments, and how each form is drawn.

import type { AttachmentForm, CaseView } from "@/host/types";
import type { IconName } from "@/kit/icons/shapes";

/** What a photograph shows cannot be masked: it is shown to whoever sees all of the case. */
export function isSeen({ sight }: CaseView): boolean {
  return sight === "whole" || sight === "broken_glass";
}

export function iconOf(form: AttachmentForm): IconName {
  if (form === "jpeg") return "picture";
  return form === "pdf" ? "text" : "recording";
}

export function isSound(form: AttachmentForm): boolean {
  return form !== "jpeg" && form !== "pdf";
}
