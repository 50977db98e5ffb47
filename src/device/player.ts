import type { Json, JsonObject } from '../../uapi/codec.ts';
import { CodecError } from '../../uapi/codec.ts';
import { errnoName } from '../../uapi/errno.ts';
import { hex } from '../../uapi/hex.ts';
import { fieldAt } from '../../uapi/layout.ts';
import { InputError } from '../errors.ts';
import { fromJson } from '../payload/json.ts';
import { readRef } from '../payload/payload.ts';
import { GPU_ACCESS_VA, GpuAccess } from './gpu-access.ts';
import { type Observation, observeCall } from './observe.ts';
import type { Scenario, Step } from './scenario.ts';
import type { Mapping, Side } from './side.ts';

const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;

/** A call that the player makes for itself; what it needs must succeed. */
export interface Calls {
  call(file: string, name: string, value: JsonObject): { ret: number; get(path: string): number };
  map(file: string, handle: number, length: number): Mapping | number;
  /** A time from now on, "+50ms", by the side's clock. */
  later(time: string): string;
}

/** Plays scenarios on one side. Each begins with a new open file. */
export class Player implements Calls {
  readonly side: Side;
  #files = new Map<string, number>();
  #names = new Map<string, bigint>();
  /** Descriptors that calls have given out. */
  #fds = new Set<number>();
  /** Mappings of objects, by file and handle. */
  #mapped = new Map<string, { length: number; mapping: Mapping }>();
  #gpu = new GpuAccess(this, GPU_ACCESS_VA);

  constructor(side: Side) {
    this.side = side;
  }

  /** Plays a scenario to its end; nothing of it stays. @throws InputError for a step that makes no sense */
  play(scenario: Scenario): Observation[] {
    this.#gpu = new GpuAccess(this, scenario.gpuVa ?? GPU_ACCESS_VA);
    try {
      return scenario.steps.map((step, i) => {
        try {
          return this.#step(step);
        } catch (error) {
          if (!(error instanceof CodecError || error instanceof RangeError)) throw error;
          throw new InputError(`${scenario.source}: step ${i + 1}: ${error.message}`);
        }
      });
    } finally {
      for (const fd of this.#fds) this.side.closeFd(fd);
      this.side.end();
      this.#files = new Map();
      this.#names = new Map();
      this.#fds = new Set();
      this.#mapped = new Map();
    }
  }

  call(file: string, name: string, value: JsonObject): { ret: number; get(path: string): number } {
    const payload = fromJson({ ioctl: name, value });
    const ret = this.side.ioctl({ file: this.#file(file) }, payload);
    const get = (path: string): number => {
      const { offset, field } = fieldAt(payload.root.layout, path);
      return Number(readRef(payload.root.bytes, { path, offset, size: field.size }));
    };
    return { ret, get };
  }

  map(file: string, handle: number, length: number): Mapping | number {
    const key = `${file} ${handle}`;
    const found = this.#mapped.get(key);
    if (found !== undefined && found.length >= length) return found.mapping;
    const { ret, get } = this.call(file, 'BO_MMAP_OFFSET', { handle });
    if (ret < 0) return ret;
    const offset = BigInt(get('offset'));
    const mapping = this.side.mmap(this.#file(file), length, PROT_READ_WRITE, MAP_SHARED, offset);
    if (typeof mapping !== 'number') this.#mapped.set(key, { length, mapping });
    return mapping;
  }

  later(time: string): string {
    return String(this.side.nowNs() + BigInt(time.slice(1, -2)) * 1_000_000n);
  }

  #file(name: string): number {
    let file = this.#files.get(name);
    if (file === undefined) {
      file = this.side.open();
      this.#files.set(name, file);
    }
    return file;
  }

  #step(step: Step): Observation {
    switch (step.kind) {
      case 'ioctl':
        return this.#ioctl(step);
      case 'mmap':
        return this.#mmap(step);
      case 'write':
      case 'read':
        return this.#memory(step);
      case 'gpu':
        return this.#gpu.run(step.file, this.#number(step.vm), step);
      case 'eventfd': {
        const fd = this.side.eventfd();
        this.#names.set(step.as, BigInt(fd));
        return said('eventfd', fd);
      }
      case 'poll':
        return { ...said('poll', 0), out: { readable: this.side.isReadable(this.#number(step.fd)) } };
      case 'close':
        this.side.closeFd(this.#number(step.fd));
        this.#fds.delete(this.#number(step.fd));
        return said('close', 0);
      default: {
        const file = this.#files.get(step.file);
        if (file !== undefined) this.side.close(file);
        this.#files.delete(step.file);
        for (const key of [...this.#mapped.keys()])
          if (key.startsWith(`${step.file} `)) this.#mapped.delete(key);
        return said('close file', 0);
      }
    }
  }

  #ioctl(step: Step & { kind: 'ioctl' }): Observation {
    const { size, buffers } = step;
    const value = this.#resolve(step.value) as JsonObject;
    const payload = fromJson({
      ioctl: step.name,
      value,
      ...(size === undefined ? {} : { size }),
      ...(buffers === undefined ? {} : { buffers: this.#resolve(buffers) }),
    });
    const on = step.on === null ? { file: this.#file(step.file) } : { fd: this.#number(step.on) };
    const ret = this.side.ioctl(on, payload);
    if (step.name === 'GEM_CLOSE') this.#mapped.delete(`${step.file} ${Number(value.handle)}`);
    for (const [name, path] of Object.entries(step.as)) {
      const { offset, field } = fieldAt(payload.root.layout, path);
      const got = readRef(payload.root.bytes, { path, offset, size: field.size });
      this.#names.set(name, got);
      if (field.info.unit === 'fd' && ret >= 0) this.#fds.add(Number(got));
    }
    return observeCall(step.name, ret, payload);
  }

  #mmap(step: Step & { kind: 'mmap' }): Observation {
    const file = this.#file(step.file);
    let offset = BigInt(step.offset ?? 0);
    if (step.offset === null) {
      const { ret, get } = this.call(step.file, 'BO_MMAP_OFFSET', { handle: this.#number(step.bo) });
      if (ret < 0) return said('mmap', ret);
      offset = BigInt(get('offset'));
    }
    const mapping = this.side.mmap(file, step.length, step.prot, MAP_SHARED, offset);
    return said('mmap', typeof mapping === 'number' ? mapping : 0);
  }

  #memory(step: Step & { kind: 'write' | 'read' }): Observation {
    const words = step.kind === 'write' ? step.words.length : step.count;
    const end = Math.ceil((step.at + 4 * words) / 4096) * 4096;
    const mapping = this.map(step.file, this.#number(step.bo), end);
    if (typeof mapping === 'number') return said(step.kind, mapping);
    if (step.kind === 'write') {
      for (const [i, word] of step.words.entries()) mapping.write(step.at + 4 * i, word);
      return said('write', 0);
    }
    const read = Array.from({ length: words }, (_, i) => hex(BigInt(mapping.read(step.at + 4 * i))));
    return { ...said('read', 0), out: { words: read } };
  }

  /** Names are replaced by what they stand for, times like "+50ms" by the side's clock. */
  #resolve(value: Json): Json {
    if (typeof value === 'string' && value.startsWith('$')) return hex(this.#named(value));
    if (typeof value === 'string' && /^\+\d+ms$/.test(value)) return this.later(value);
    if (Array.isArray(value)) return (value as readonly Json[]).map((one) => this.#resolve(one));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value as JsonObject).map(([key, one]) => [key, this.#resolve(one)]),
    );
  }

  #named(name: string): bigint {
    const value = this.#names.get(name.slice(1));
    if (value === undefined) throw new RangeError(`${name} was given out by no step before`);
    return value;
  }

  #number(value: Json): number {
    return typeof value === 'string' && value.startsWith('$') ? Number(this.#named(value)) : Number(value);
  }
}

function said(what: string, ret: number): Observation {
  return { what, result: ret < 0 ? errnoName(-ret) : 'OK', out: {} };
}
