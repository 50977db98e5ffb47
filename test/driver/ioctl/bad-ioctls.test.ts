import { describe, expect, test } from 'vitest';
import { errnoName } from '../../../uapi/errno.ts';
import { TestClient } from '../client.ts';
import { BAD_IOCTLS, SETUP } from './bad-ioctls.ts';

/** A client in the world that the table describes. */
function prepared(kernel: string, primary: boolean): TestClient {
  // Another file is master of card0.
  const master = new TestClient({ kernel, node: 'primary' });
  const client = new TestClient({ of: master, node: primary ? 'primary' : 'render' });
  for (const { ioctl, arg } of SETUP) expect([ioctl, client.call(ioctl, arg)]).toEqual([ioctl, 0]);
  return client;
}

test('the table has at least 150 rows and no row twice', () => {
  expect(BAD_IOCTLS.length).toBeGreaterThanOrEqual(150);
  const names = BAD_IOCTLS.map(({ ioctl, what, kernel }) => `${ioctl} ${what} ${kernel}`);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});

for (const ioctl of new Set(BAD_IOCTLS.map((row) => row.ioctl))) {
  describe(ioctl, () => {
    for (const row of BAD_IOCTLS.filter((one) => one.ioctl === ioctl)) {
      test(`${row.what}: ${row.errno} from ${row.by}()`, () => {
        const client = prepared(row.kernel ?? '7.2', row.primary ?? false);
        const ret = client.call(ioctl, row.arg, row.request);
        expect(ret === 0 ? '0' : errnoName(ret)).toBe(row.errno);
        for (const [path, value] of Object.entries(row.out ?? {}))
          expect(client.out(ioctl, path)).toBe(value);
      });
    }
  });
}
