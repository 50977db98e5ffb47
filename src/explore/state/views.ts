/** Typed arrays and DataViews of one buffer: a write through one changes the others. */

// biome-ignore lint/suspicious/noExplicitAny: views of any kind
type View = any;

/** Views of one buffer, where there are several. */
const viewsOf = new WeakMap<ArrayBufferLike, View[]>();

/** A view becomes known; it gets a list of its buffer's views, `$shared`, once there is another. */
export function enterView(target: View): void {
  const views = viewsOf.get(target.buffer) ?? [];
  views.push(target);
  viewsOf.set(target.buffer, views);
  for (const view of views.length > 1 ? views : []) {
    if (view.$shared === undefined) Object.defineProperty(view, '$shared', { value: views });
  }
}

/** A view is not known any more. */
export function leaveView(target: View): void {
  const views = viewsOf.get(target.buffer) ?? [];
  views.splice(views.indexOf(target), 1);
}

/** Bytes of a view that has no elements of its own. */
export const bytesOf = (view: DataView): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
