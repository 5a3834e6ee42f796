// A part of a picture, as a picture of its own.

/** Quarter turns to the right. */
export type Turns = 0 | 1 | 2 | 3;

/** The edges of a frame within a picture as it is seen, each from 0 to 1. */
export interface Frame {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The least a frame measures either way. */
export const FRAME_MIN = 0.05;

/** A frame to begin with: all but the margins. */
export function wholeFrame(): Frame {
  return { left: 0.1, top: 0.1, right: 0.9, bottom: 0.9 };
}

const within = (value: number) => Math.min(1, Math.max(0, value));

/** The frame between two corners, whichever was first; never too small to be meant. */
export function frameOf(a: { x: number; y: number }, b: { x: number; y: number }): Frame {
  const left = Math.min(within(Math.min(a.x, b.x)), 1 - FRAME_MIN);
  const top = Math.min(within(Math.min(a.y, b.y)), 1 - FRAME_MIN);
  return {
    left,
    top,
    right: Math.max(within(Math.max(a.x, b.x)), left + FRAME_MIN),
    bottom: Math.max(within(Math.max(a.y, b.y)), top + FRAME_MIN),
  };
}

/** The same frame with one edge elsewhere; it pushes against the edge across from it. */
export function withEdge(frame: Frame, edge: keyof Frame, value: number): Frame {
  switch (edge) {
    case "left":
    case "top": {
      const across = edge === "left" ? frame.right : frame.bottom;
      return { ...frame, [edge]: Math.min(within(value), across - FRAME_MIN) };
    }
    default: {
      const across = edge === "right" ? frame.left : frame.top;
      return { ...frame, [edge]: Math.max(within(value), across + FRAME_MIN) };
    }
  }
}

const JPEG_QUALITY = 0.92;

/** Draws what is within the frame of a picture that was turned. */
export async function cropped(url: string, turns: Turns, frame: Frame): Promise<Blob | null> {
  const image = new Image();
  image.src = url;
  await image.decode();
  const { naturalWidth: wide, naturalHeight: high } = image;
  const [width, height] = turns % 2 === 0 ? [wide, high] : [high, wide];
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round((frame.right - frame.left) * width));
  canvas.height = Math.max(1, Math.round((frame.bottom - frame.top) * height));
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  pen.translate(width / 2 - frame.left * width, height / 2 - frame.top * height);
  pen.rotate((turns * Math.PI) / 2);
  pen.drawImage(image, -wide / 2, -high / 2);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", JPEG_QUALITY));
}
