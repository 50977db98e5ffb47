/** Mouse, touch and keys on a drawing: d3-zoom reads the gestures, the view does what they mean. */
import { select } from 'd3-selection';
import { type D3ZoomEvent, type ZoomTransform, zoom, zoomIdentity } from 'd3-zoom';
import type { View } from './view.ts';

/** A wheel's or two fingers' pinch: across; with Shift: addresses. A drag moves. */
export function addGestures(canvas: HTMLCanvasElement, view: View, left: number): void {
  let before: ZoomTransform = zoomIdentity;
  const behaviour = zoom<HTMLCanvasElement, unknown>()
    .scaleExtent([1e-9, 1e9])
    .on('zoom', ({ transform, sourceEvent }: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
      const ratio = transform.k / before.k;
      const { width, height } = canvas.getBoundingClientRect();
      const area = width - left;
      if (Math.abs(ratio - 1) > 1e-6) {
        // The point that stays where it is: x' = x·ratio + dx.
        const px = (transform.x - before.x * ratio) / (1 - ratio);
        const py = (transform.y - before.y * ratio) / (1 - ratio);
        if ((sourceEvent as WheelEvent | null)?.shiftKey) view.zoomY(ratio, clamp(py / height));
        else view.zoomX(ratio, clamp((px - left) / area));
      } else {
        view.pan((before.x - transform.x) / area, (before.y - transform.y) / height);
      }
      before = transform;
    });
  select(canvas).call(behaviour).on('dblclick.zoom', null);
}

const clamp = (part: number): number => Math.min(Math.max(part, 0), 1);

/** Keys that move and zoom; false: the key means nothing here. */
export function viewKey(view: View, event: KeyboardEvent): boolean {
  const { key, shiftKey } = event;
  if (key === 'ArrowLeft') view.pan(-0.15, 0);
  else if (key === 'ArrowRight') view.pan(0.15, 0);
  else if (key === 'ArrowUp') view.pan(0, -0.15);
  else if (key === 'ArrowDown') view.pan(0, 0.15);
  else if (key === 'Home') view.pan(-1e9, 0);
  else if (key === 'End') view.pan(1e9, 0);
  else if (key === '+' || key === '=') shiftKey && key === '=' ? view.zoomY(1.5) : view.zoomX(1.5);
  else if (key === '-') view.zoomX(1 / 1.5);
  else if (key === '*') view.zoomY(1.5);
  else if (key === '_') view.zoomY(1 / 1.5);
  else if (key === '0') view.showAll();
  else return false;
  return true;
}
