// How much room there is. The browser's own media queries know nothing of CSS zoom, so the room
// is measured here and written on the root element for the style sheets.

import { onBeforeUnmount, onMounted, shallowRef, type ShallowRef } from "vue";

const WIDTH_PX_MIN = 1000;
const HEIGHT_PX_MIN = 560;

export function useNarrow(): { isNarrow: ShallowRef<boolean>; measure: () => void } {
  const isNarrow = shallowRef(false);
  function measure() {
    const root = document.documentElement;
    const zoom = Number(root.style.zoom || 1);
    isNarrow.value =
      window.innerWidth / zoom < WIDTH_PX_MIN || window.innerHeight / zoom < HEIGHT_PX_MIN;
    root.dataset.size = isNarrow.value ? "narrow" : "wide";
  }
  onMounted(() => {
    measure();
    window.addEventListener("resize", measure);
  });
  onBeforeUnmount(() => window.removeEventListener("resize", measure));
  return { isNarrow, measure };
}
