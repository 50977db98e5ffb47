// The language of calls.mjs: calls as data, turned into the lines that peer-calls.c carries out, and its answers
// turned into a few words.

/** The value that a slot has when the call is made. */
export const slot = (name) => ({ kind: 'slot', name });
/** An object array of structs; `stride` and `count` may lie. */
export const objects = (struct, list, more = {}) => ({ kind: 'objects', struct, list, ...more });
/** A pointer to plain bytes: a number of zero bytes, a string, or integers of `width` bytes. */
export const buffer = (content, width = 4) => ({ kind: 'buffer', content, width });
/** The absolute CLOCK_MONOTONIC time that is `ms` milliseconds from the call. */
export const soon = (ms) => ({ kind: 'soon', ms });
/** An ioctl by its short name; `keep` names the fields of the answer that go into slots: { slot: field }. */
export const ioctl = (name, fields = {}, keep = {}) => ({ op: 'ioctl', name, fields, keep });
/** An ioctl of any request number, on a raw argument: hex, or '@address'. */
export const raw = (request, arg = '-') => ({ op: 'raw', request, arg });
export const mmap = (length, prot, where) => ({ op: 'mmap', length, prot, where });
export const store = (offset, words) => ({ op: 'store', offset, words });
export const load = (offset) => ({ op: 'load', offset });
export const file = (type, name) => ({ op: 'file', type, name });
export const poll = (name) => ({ op: 'poll', name });

/** Turns rows into a list for peer-calls.c. `uapi`: { structs, ioctls, encode } of the built uapi tables. */
export function compile(rows, uapi) {
  return rows
    .flatMap((row, n) => {
      const slots = new Map();
      const number = (name) => {
        if (!slots.has(name)) slots.set(name, slots.size);
        return slots.get(name);
      };
      const steps = [...(row.before ?? []), row.call];
      return [`row ${n}`, ...steps.flatMap((step) => line(step, step === row.call, uapi, number))];
    })
    .concat('')
    .join('\n');
}

function line(step, print, uapi, number) {
  const verb = print ? 'call' : 'setup';
  switch (step.op) {
    case 'raw':
      return [`${verb} ${step.request.toString(16)} ${step.arg}`];
    case 'ioctl': {
      const spec = uapi.ioctl(step.name);
      const tokens = [];
      const buffers = [];
      const arg = structBytes(spec.arg, step.fields, { target: null, tokens, buffers, uapi, number });
      for (const b of buffers) tokens.push(`b=${hex(b)}`);
      // Buffers first: the other tokens refer to them.
      tokens.sort((a, b) => Number(b.startsWith('b=')) - Number(a.startsWith('b=')));
      for (const [name, path] of Object.entries(step.keep)) {
        const field = spec.arg.fields.find((f) => f.name === path);
        tokens.push(`k=${field.offset}:${field.size}:${number(name)}`);
      }
      return [[verb, spec.request.toString(16), hex(arg), ...tokens].join(' ')];
    }
    case 'mmap': {
      const where =
        typeof step.where === 'object' ? `@${number(step.where.name)}` : `0x${step.where.toString(16)}`;
      return [`mmap ${step.length} ${step.prot} ${where}`];
    }
    case 'store':
      return step.words.map((word, i) => `store ${step.offset + 8 * i} 0x${word.toString(16)}`);
    case 'load':
      return [`load ${step.offset}`];
    case 'file':
      return [`${step.type} ${number(step.name)}`];
    case 'poll':
      return [`poll ${number(step.name)}`];
  }
  throw new Error(`unknown step ${step.op}`);
}

/** The bytes of a struct; what is only known when the call is made becomes tokens. `at.target`: a buffer or null. */
function structBytes(layout, fields, at) {
  const bytes = Buffer.alloc(layout.size);
  for (const [name, value] of Object.entries(fields)) {
    const field = layout.fields.find((f) => f.name === name);
    if (field === undefined) throw new Error(`${layout.name} has no field ${name}`);
    place(bytes, field, field.offset, value, { ...at, base: at.base ?? 0 });
  }
  return bytes;
}

function place(bytes, field, offset, value, at) {
  const absolute = at.base + offset;
  const token = (arg, inBuffer) => at.tokens.push(at.target === null ? arg : inBuffer);
  if (typeof value === 'number' || typeof value === 'bigint') {
    writeInteger(bytes, offset, field.size, BigInt(value));
  } else if (value.kind === 'slot') {
    const n = at.number(value.name);
    token(`s=${absolute}:${field.size}:${n}`, `t=${at.target}:${absolute}:${field.size}:${n}`);
  } else if (value.kind === 'soon') {
    token(`d=${absolute}:${value.ms}`, '');
  } else if (value.kind === 'buffer') {
    const b = at.buffers.push(plainBytes(value, at)) - 1;
    token(`p=${absolute}:${b}`, `q=${at.target}:${absolute}:${b}`);
  } else if (value.kind === 'objects') {
    const layout = at.uapi.struct(value.struct);
    const stride = value.stride ?? layout.size;
    bytes.writeUInt32LE(stride, offset);
    bytes.writeUInt32LE(value.count ?? value.list.length, offset + 4);
    if (value.address !== undefined) {
      writeInteger(bytes, offset + 8, 8, BigInt(value.address));
    } else if (value.list.length > 0) {
      const step = Math.max(stride, layout.size);
      const all = Buffer.alloc(step * value.list.length, 0);
      const b = at.buffers.push(all) - 1;
      for (const [i, element] of value.list.entries()) {
        const { tail, ...rest } = element;
        structBytes(layout, rest, { ...at, target: b, base: i * stride }).copy(all, i * stride);
        if (tail !== undefined) all[i * stride + layout.size] = tail;
      }
      token(`p=${absolute + 8}:${b}`, `q=${at.target}:${absolute + 8}:${b}`);
    }
  } else if (Array.isArray(value)) {
    const width = field.size / value.length;
    for (const [i, one] of value.entries()) writeInteger(bytes, offset + i * width, width, BigInt(one));
  } else throw new Error(`cannot place ${JSON.stringify(value)} in ${field.name}`);
}

function plainBytes({ content, width }, at) {
  if (typeof content === 'number') return Buffer.alloc(content);
  if (typeof content === 'string') return Buffer.from(content);
  const bytes = Buffer.alloc(content.length * width);
  const b = at.buffers.length;
  for (const [i, value] of content.entries()) {
    if (typeof value === 'object') at.tokens.push(`t=${b}:${i * width}:${width}:${at.number(value.name)}`);
    else writeInteger(bytes, i * width, width, BigInt(value));
  }
  return bytes;
}

function writeInteger(bytes, offset, size, value) {
  const mask = (1n << BigInt(8 * size)) - 1n;
  for (let i = 0, v = value & mask; i < size; i++, v >>= 8n) bytes[offset + i] = Number(v & 0xffn);
}

const hex = (bytes) => bytes.toString('hex') || '-';

/** Turns the output of peer-calls.c into one answer a row, in words. */
export function answers(rows, output, uapi) {
  const parts = output.split(/^row \d+\n/m).slice(1);
  return rows.map((row, n) => answer(row, (parts[n] ?? 'died 0').trim().split('\n'), uapi));
}

function answer(row, lines, uapi) {
  const last = lines.at(-1) ?? '';
  const died = lines.find((l) => l.startsWith('died '));
  if (died !== undefined) return `the client dies (signal ${died.split(' ')[1]})`;
  const closed = lines.find((l) => l.startsWith('open '));
  if (closed !== undefined) return `open fails (${uapi.errno(Number(closed.split(' ')[1]))})`;
  const [ret, error, ms, ...bytes] = last.split(' ');
  const when = row.timed ? (Number(ms) >= 40 ? ' after a wait' : ' at once') : '';
  if (row.call.op === 'poll') return ret === '1' ? 'readable' : 'not readable';
  if (ret === '-1' && error === '0') return `-1, no errno${when}`;
  if (ret === '-1') return uapi.errno(Number(error)) + when + shown(row.showOnError, row, bytes, uapi);
  if (ret !== '0') return `returns ${ret}, no errno${when}`;
  if (row.call.op === 'load') return bytes[0] === '-' ? 'nothing mapped' : `0x${swap(bytes[0])}`;
  return `0${when}${shown(row.show, row, bytes, uapi)}`;
}

function shown(list, row, bytes, uapi) {
  if (list === undefined) return '';
  const spec = uapi.ioctl(row.call.name);
  return list.map((what) => `, ${describe(what, spec.arg, bytes, uapi)}`).join('');
}

/** `what`: a field of the argument, or { buffer, struct, field } or { buffer, at, size, as }. */
function describe(what, layout, bytes, uapi) {
  if (typeof what === 'string') return fieldText(layout, what, bytes[0]);
  if (typeof what === 'function')
    return what(
      Buffer.from(bytes[0], 'hex'),
      bytes.slice(1).map((b) => Buffer.from(b, 'hex')),
    );
  if (what.path !== undefined) {
    const value = BigInt(`0x${swap(bytes[0].slice(2 * what.offset, 2 * (what.offset + what.size)))}`);
    return `${what.path} ${value}`;
  }
  const data = bytes[1 + what.buffer] ?? '';
  if (what.struct !== undefined) return fieldText(uapi.struct(what.struct), what.field, data);
  return `${what.as} ${Number(`0x${swap(data.slice(2 * what.at, 2 * (what.at + what.size)))}`)}`;
}

function fieldText(layout, name, data) {
  const field = layout.fields.find((f) => f.name === name);
  const value = BigInt(`0x${swap(data.slice(2 * field.offset, 2 * (field.offset + field.size))) || 0}`);
  return `${name} ${field.size === 8 || field.info.hex ? `0x${value.toString(16)}` : value}`;
}

/** Little-endian hex as a number is written. */
function swap(hexText) {
  return (hexText.match(/../g) ?? [])
    .reverse()
    .join('')
    .replace(/^0+(?=.)/, '');
}
