import { describe, expect, it } from 'vitest';
import { run } from '../../src/coroutine/op.ts';
import { UserMemory } from '../../src/driver/base/uaccess.ts';
import { fromJson } from '../../src/payload/json.ts';
import { judge } from '../../src/payload/verdict.ts';
import { errnoName } from '../../uapi/errno.ts';
import { TestClient } from '../driver/client.ts';
import { rejections } from './rejections.ts';

const ARGUMENT = 0x7f0000000000;

/** A client for which handle and id 1 of everything exist, so that only the bytes can be wrong. */
function clientWithEverything(): TestClient {
  const client = new TestClient({ kernel: 'next' });
  client.make('VM_CREATE', {}, 'id');
  client.make('BO_CREATE', { size: 0x10000 }, 'handle');
  client.make('SYNCOBJ_CREATE', {}, 'handle');
  return client;
}

describe('the driver model and the verdict on bytes agree', () => {
  // A dma-buf's ioctls never reach the DRM device, and jobs need a group, which the rows do not make.
  const rows = rejections.filter(([, json]) => !JSON.stringify(json).includes('DMA_BUF'));

  it.each(rows)('on %s', (_, json) => {
    const payload = fromJson(json);
    const memory = new UserMemory();
    memory.add(ARGUMENT, payload.root.bytes);
    for (const one of payload.regions) memory.add(Number(one.address), one.bytes);
    const client = clientWithEverything();
    const result = run(client.drv.ioctl(client.file, payload.request, memory, ARGUMENT));
    expect(errnoName(result)).toBe(errnoName(judge(payload).rejects[0].errno));
  });
});
