// The uapi tables as the build made them, by C name.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** { struct(name), ioctl(shortName), errno(number), requestName(number) } of the project's dist. */
export async function loadUapi(project) {
  const load = (file) => import(pathToFileURL(join(project, 'dist/uapi', file)).href);
  const [panthor, drm, errno] = await Promise.all(['panthor_drm.js', 'drm.js', 'errno.js'].map(load));
  const ioctls = new Map();
  const requests = new Map();
  for (const spec of [...drm.drmIoctls, ...drm.dmaBufIoctls, ...panthor.panthorIoctls]) {
    ioctls.set(spec.shortName, spec);
    requests.set(((spec.type << 8) | spec.nr) >>> 0, spec.shortName);
  }
  const find = (what, value) => {
    if (value === undefined) throw new Error(`no ${what} in the uapi tables`);
    return value;
  };
  return {
    struct: (name) => find(name, panthor[name] ?? drm[name]),
    ioctl: (name) => find(name, ioctls.get(name)),
    errno: (n) => errno.errnoName(n),
    /** The short name of a request, whatever size it carries. */
    requestName: (request) => requests.get(request & 0xffff) ?? `0x${request.toString(16)}`,
  };
}
