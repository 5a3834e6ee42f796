// Looks into a packet and takes it in, file after file.

import { computed, shallowRef, type ComputedRef, type ShallowRef } from "vue";

import { useLongWrite, type Failure, type LongWriting } from "@/host";
import type { PacketImported, PacketView, Place } from "@/host/types";

export interface Importing {
  preview: LongWriting<"packet_preview">;
  taking: LongWriting<"packet_import">;
  /** What the first file would change. */
  view: ShallowRef<PacketView | null>;
  /** Which file is being taken in, from 0. */
  index: ShallowRef<number>;
  /** What was taken in. */
  done: ShallowRef<PacketImported[]>;
  isDone: ComputedRef<boolean>;
  failure: ComputedRef<Failure | null>;
  /** How many whole segments a damaged file still holds. */
  wholeSegments: ComputedRef<number>;
  look(): Promise<void>;
  take(): Promise<void>;
  salvage(): Promise<void>;
}

export function useImporting(places: () => Place[]): Importing {
  const preview = useLongWrite("packet_preview");
  const taking = useLongWrite("packet_import");
  const view = shallowRef<PacketView | null>(null);
  const index = shallowRef(0);
  const done = shallowRef<PacketImported[]>([]);
  /** The file of which only the whole segments are taken. */
  let salvaged = -1;

  const failure = computed(() => taking.failure.value ?? preview.failure.value);
  const isDone = computed(() => done.value.length === places().length);

  async function look() {
    const from = places()[0];
    if (from) {
      view.value = (await preview.run({ from, salvage: salvaged === 0 })) ?? null;
    }
  }
  async function take() {
    for (; index.value < places().length; index.value += 1) {
      const from = places()[index.value];
      const taken = from && (await taking.run({ from, salvage: salvaged === index.value }));
      if (!taken) {
        return;
      }
      done.value = [...done.value, taken];
    }
  }

  return {
    preview,
    taking,
    view,
    index,
    done,
    isDone,
    failure,
    wholeSegments: computed(() => {
      const found = failure.value;
      return found?.code === "packet" && found.reason === "damaged" ? found.whole_segments : 0;
    }),
    look,
    take,
    async salvage() {
      salvaged = index.value;
      await (view.value ? take() : look());
    },
  };
}
