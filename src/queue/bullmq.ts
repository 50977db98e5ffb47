/** BullMQ on Redis or Valkey, loaded where a queue is asked for and nowhere else. */
import type * as BullMQ from 'bullmq';
import type { Redis } from 'ioredis';
import { InputError, UsageError } from '../errors.ts';

/** Before the name of every key in the database. */
export const PREFIX = 'panthor-shim';

/** How long a server may take to answer for the first time, ms. */
const CONNECT_MS = 5000;

export interface Connected {
  readonly bullmq: typeof BullMQ;
  readonly redis: Redis;
  /** Where it is, without a password. */
  readonly shown: string;
}

/**
 * Connects to the server of `redis://[[user:]password@]host[:port][/database]`; rediss:// is TLS, valkey:// is redis://.
 *
 * @throws UsageError where the packages are missing or the address is none; InputError where nothing answers
 */
export async function connect(address: string): Promise<Connected> {
  const url = queueAddress(address);
  const { bullmq, Redis: Client } = await packages();
  // BullMQ's blocking commands may wait as long as they like.
  const redis = new Client(url.href, {
    ...{ maxRetriesPerRequest: null, lazyConnect: true, connectTimeout: CONNECT_MS },
    retryStrategy: (times) => Math.min(times * 200, 2000),
  });
  const shown = `${url.protocol}//${url.host}${url.pathname}`;
  let why = 'no answer';
  redis.on('error', (error: Error & { code?: string }) => {
    why = error.code ?? error.message;
  });
  const late = new Promise<never>((_, failed) => {
    setTimeout(
      () => failed(new InputError(`the queue ${shown} cannot be reached: ${why}`)),
      CONNECT_MS,
    ).unref();
  });
  try {
    await Promise.race([redis.connect().then(() => redis.ping()), late]);
  } catch (error) {
    redis.disconnect();
    if (error instanceof InputError) throw error;
    throw new InputError(
      `the queue ${shown} cannot be reached: ${why === 'no answer' ? (error as Error).message : why}`,
    );
  }
  return { bullmq, redis, shown };
}

/** The address of a queue, as a URL. @throws UsageError for what is none */
export function queueAddress(address: string): URL {
  try {
    const url = new URL(address.replace(/^valkey(s?):/, 'redis$1:'));
    if (url.protocol === 'redis:' || url.protocol === 'rediss:') return url;
  } catch {
    // Said below.
  }
  throw new UsageError('expected redis://HOST[:PORT][/DATABASE] as the address of a queue');
}

async function packages(): Promise<{ bullmq: typeof BullMQ; Redis: typeof Redis }> {
  try {
    return { bullmq: await import('bullmq'), Redis: (await import('ioredis')).Redis };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError('a queue needs two packages that are not installed: npm install bullmq ioredis');
  }
}
