// What stands before the pages may ask to stay a moment longer than the program needs it: for
// what is shown only once.

import {
  inject,
  onScopeDispose,
  provide,
  shallowRef,
  type InjectionKey,
  type ShallowRef,
} from "vue";

const holdKey: InjectionKey<ShallowRef<boolean>> = Symbol("hold");

/** Lets a gate below hold itself open; gives whether one does. */
export function provideHold(): ShallowRef<boolean> {
  const isHeld = shallowRef(false);
  provide(holdKey, isHeld);
  return isHeld;
}

/** Holds the gate while the value is true; it is let go with its component. */
export function useHold(): ShallowRef<boolean> {
  const isHeld = inject(holdKey, shallowRef(false));
  onScopeDispose(() => (isHeld.value = false));
  return isHeld;
}
