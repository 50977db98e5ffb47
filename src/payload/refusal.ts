/** Why a call was refused: the kernel function that found it and the field that it found, as `decode` says it. */
import { errnoName } from '../../uapi/errno.ts';
import type { Payload } from './payload.ts';
import type { Target } from './rules/context.ts';
import { judge } from './verdict.ts';

/** The reason for which a driver of some uAPI version returns an error. */
export interface Refusal {
  /** EINVAL. */
  error: string;
  /** Kernel function. */
  function: string;
  /** `ops[1].size`; empty for the request as a whole. */
  field: string;
  why: string;
}

/**
 * The reason for which a call fails with `errno`, as far as its bytes show it: the first that gives this error. Null where
 * they are sound, and it hangs on what happened before.
 */
export function refusalOf(payload: Payload, errno: number, uapi: Target): Refusal | null {
  const { rejects, conditions } = judge(payload, uapi);
  const found = rejects.find((one) => one.errno === errno);
  if (found !== undefined) {
    return { error: errnoName(errno), function: found.where, field: found.path, why: found.why };
  }
  const condition = rejects.length === 0 ? conditions.find((one) => one.errno === errno) : undefined;
  if (condition === undefined) return null;
  return { error: errnoName(errno), function: '', field: condition.path, why: condition.why };
}

/** `EINVAL at ops[1].size [panthor_vm_bind_prepare_op_ctx]: …` */
export function refusalText(refusal: Refusal): string {
  const reason = reasonText(refusal);
  return `${refusal.error}${reason.startsWith('at ') ? ' ' : ': '}${reason}`;
}

/** The same without the error: `at ops[1].size [panthor_vm_bind_prepare_op_ctx]: …` */
export function reasonText({ function: name, field, why }: Refusal): string {
  const where = name === '' ? '' : `[${name}]`;
  const place = field === '' ? where : `at ${field} ${where}`.trimEnd();
  return place === '' ? why : `${place}: ${why}`;
}
