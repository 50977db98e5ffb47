import * as fs from 'node:fs';
import { CodecError } from '../../uapi/codec.js';
import { BytesError, formOf, parseBytes } from '../payload/bytes.js';
import { LookupError } from '../payload/registry.js';
import { InputError, UsageError } from './exit.js';
/**
 * Input of decode and encode: the words of the command line; a file, where there is one word and it names one; or
 * standard input for `-` and for no words at all.
 */
export function readInput(words, file) {
    if (file !== undefined)
        return readFile(file);
    if (words.length === 0 || (words.length === 1 && words[0] === '-'))
        return readFile('-');
    const isHex = /^(0x)?([0-9a-fA-F]{2})+$/.test(words[0]);
    if (words.length === 1 && !isHex && fs.existsSync(words[0]))
        return readFile(words[0]);
    return new TextEncoder().encode(words.join(' '));
}
function readFile(path) {
    if (path === '-' && process.stdin.isTTY)
        throw new UsageError('give the bytes, a file, or - for standard input');
    try {
        return fs.readFileSync(path === '-' ? 0 : path);
    }
    catch (error) {
        throw new InputError(`${path}: ${error.message}`);
    }
}
const forms = ['hex', 'c', 'gdb', 'binary'];
/** Bytes in the given form, or in the one that they seem to have. */
export function bytesOf(data, form) {
    if (form !== undefined && !forms.includes(form)) {
        throw new UsageError(`--as ${form}: found no such form, expected ${forms.join(', ')}`);
    }
    return parseBytes(data, form ?? formOf(data));
}
/** JSON text, or undefined when it does not begin as an object. */
export function jsonOf(data) {
    const text = new TextDecoder().decode(data);
    if (!/^\s*\{\s*("|\})/.test(text))
        return undefined;
    try {
        return JSON.parse(text);
    }
    catch (error) {
        throw new InputError(`this is no JSON: ${error.message}`);
    }
}
/** `ADDR=BYTES` or `ADDR=@FILE`. */
export function regionOf(option) {
    const match = /^(0[xX][0-9a-fA-F]{1,16}|[0-9]+)=(.*)$/s.exec(option);
    if (match === null)
        throw new UsageError(`--buffer ${option}: expected ADDR=BYTES or ADDR=@FILE`);
    const data = match[2].startsWith('@') ? readFile(match[2].slice(1)) : new TextEncoder().encode(match[2]);
    return { address: BigInt(match[1]), bytes: parseBytes(data) };
}
/** Runs `body`; errors of the payload code get the exit status that they mean. */
export function withStatus(body) {
    try {
        return body();
    }
    catch (error) {
        if (error instanceof LookupError)
            throw new UsageError(error.message);
        if (error instanceof BytesError || error instanceof CodecError)
            throw new InputError(error.message);
        throw error;
    }
}
//# sourceMappingURL=payload-options.js.map