// What the fields of one form share: which of them are wrong, and the way Enter takes.

import { computed, inject, onScopeDispose, type ComputedRef, type InjectionKey } from "vue";

import type { Draft, Failure } from "@/host";
import { useMessages } from "@/messages";

export interface FieldInForm {
  /** The name the program uses when it refuses the field. */
  name: () => string | undefined;
  /** What is wrong with what was typed. */
  problem: () => string | null;
}

export interface FormScope {
  join(field: FieldInForm): () => void;
  failure: () => Failure | null;
  /** Under which field name a refusal is shown. */
  locate: (failure: Extract<Failure, { code: "refused" }>) => string;
  /** Whether the form was sent once, so that what is missing is shown. */
  isTried: () => boolean;
  /** How many seconds are left until it may be sent again. */
  wait: () => number;
  /** Says of a draft that it is kept here, so that it is offered again and forgotten in the end. */
  hold: (draft: Draft<object>) => void;
  /** What was written is sent, or given up. */
  done: () => void;
}

export const formKey: InjectionKey<FormScope> = Symbol("form");

/** Joins a field to its form; gives what is to be shown beneath it. */
export function useFieldProblem(
  name: () => string | undefined,
  ownProblem: () => string | null,
): ComputedRef<string | null> {
  const form = inject(formKey, null);
  const messages = useMessages();
  if (form) {
    onScopeDispose(form.join({ name, problem: ownProblem }));
  }
  return computed(() => {
    const failure = form?.failure() ?? null;
    if (failure?.code === "refused" && form?.locate(failure) === name()) {
      return messages.value.faults.refusals[failure.reason];
    }
    return ownProblem();
  });
}

/** Whether missing fields should be pointed out already. */
export function useTried(): () => boolean {
  const form = inject(formKey, null);
  return () => form?.isTried() ?? false;
}

const FIELDS =
  'input:not([type="hidden"]):not([disabled]), select:not([disabled]), textarea:not([disabled]), button[type="submit"]:not([disabled])';

/**
 * Enter leads to the next field, and sends a form that has but one; never while an input method is
 * composing.
 */
export function enterToNext(event: KeyboardEvent): void {
  const target = event.target;
  if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) {
    return;
  }
  if (!(target instanceof HTMLInputElement || target instanceof HTMLSelectElement)) {
    return;
  }
  event.preventDefault();
  const form = target.closest("form");
  const fields = Array.from(form?.querySelectorAll<HTMLElement>(FIELDS) ?? []).filter(
    (field) => field.tabIndex >= 0,
  );
  const asked = fields.filter((field) => !(field instanceof HTMLButtonElement));
  if (form && asked.length === 1 && fields.length > 1) {
    form.requestSubmit();
    return;
  }
  fields[fields.indexOf(target) + 1]?.focus();
}
