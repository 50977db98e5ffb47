/** What is news in the view of a tree's driver: where nothing of a VM has changed, it need not be looked at again. */
import { expect, it } from 'vitest';
import { View } from '../../src/explore/tree/view.ts';
import type { TreeKernel } from '../../src/tree/kernel.ts';

it('is news from a step that changes something of a VM until it is looked at, and again where that is undone', () => {
  const mailbox = { moved: false };
  const view = new View({ mailbox } as unknown as TreeKernel);
  expect(view.unseen).toBe(true);
  view.unseen = false;
  view.moved();
  expect(view.unseen).toBe(false);
  mailbox.moved = true;
  view.moved();
  mailbox.moved = false;
  view.moved();
  expect(view.unseen).toBe(true);
  view.back(false);
  expect(view.unseen).toBe(false);
  view.back(true);
  expect(view.unseen).toBe(true);
});
