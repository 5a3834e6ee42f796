// Drawn pages as pictures of this page: an address each, for as long as they are shown.

import { onScopeDispose, shallowRef, watch, type ShallowRef } from "vue";

/** Addresses of pages; as pictures they can run nothing, whatever is written in them. */
export function usePages(drawn: () => readonly string[]): ShallowRef<string[]> {
  const urls = shallowRef<string[]>([]);
  function forget() {
    urls.value.forEach((url) => URL.revokeObjectURL(url));
    urls.value = [];
  }
  watch(
    drawn,
    (pages) => {
      forget();
      urls.value = pages.map((page) =>
        URL.createObjectURL(new Blob([page], { type: "image/svg+xml" })),
      );
    },
    { immediate: true },
  );
  onScopeDispose(forget);
  return urls;
}
