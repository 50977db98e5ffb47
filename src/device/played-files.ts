import { ID_KINDS, type IdKind } from '../reasons/id-fields.ts';
import { IdMap, UNKNOWN_ID } from '../replay/ids/id-map.ts';
import type { PlannedId } from '../replay/ids/id-plan.ts';
import type { TakenFd } from '../replay/placeholders.ts';
import type { Side } from './side.ts';

/** What the numbers of one file of a capture are on the side that plays it. */
export type FileIds = { readonly [K in IdKind]: IdMap };

/** A file of the capture, open on the side. */
interface PlayedFile {
  readonly file: number;
  readonly ids: FileIds;
}

/** The open files and descriptors of a capture while a side plays it. */
export class PlayedFiles {
  /** Descriptors that calls gave out: the capture's number, and the side's. */
  readonly fds = new Map<number, number>();
  readonly #side: Side;
  readonly #files = new Map<number, PlayedFile>();
  readonly #shared = { fd: new IdMap('fd'), name: new IdMap('name') };

  constructor(side: Side) {
    this.#side = side;
  }

  /** The file behind a descriptor of the capture, opened when it is first used. */
  of(fd: number): PlayedFile {
    let found = this.#files.get(fd);
    if (found === undefined) {
      const maps = Object.fromEntries(ID_KINDS.map((kind) => [kind, new IdMap(kind)]));
      found = { file: this.#side.open(), ids: { ...(maps as unknown as FileIds), ...this.#shared } };
      this.#files.set(fd, found);
    }
    return found;
  }

  close(fd: number): void {
    const found = this.#files.get(fd);
    if (found !== undefined) this.#side.close(found.file);
    this.#files.delete(fd);
  }

  /** The side's number; for descriptors one that is not open where it was never given out. */
  toSide(ids: FileIds | null, kind: IdKind, number: number): number {
    if (kind === 'fd') return this.fds.get(number) ?? UNKNOWN_ID;
    return ids === null ? number : ids[kind].toModel(number);
  }

  /** A descriptor that a call takes; undefined where the side has nothing that could stand for it. */
  taken({ kind, fd }: TakenFd): number | undefined {
    const known = this.fds.get(fd);
    if (known !== undefined) return known;
    if (kind === 'closed') return -1;
    if (kind !== 'eventfd') return undefined;
    const made = this.#side.eventfd();
    this.fds.set(fd, made);
    return made;
  }

  /** Both gave a number out for the same thing, or took it back. */
  learn(fd: number, id: PlannedId, capture: number, side: number): void {
    if (id.kind === 'fd') {
      if (id.dir !== 'out') return;
      // The client was given this number again, so it has closed what it was before.
      const before = this.fds.get(capture);
      if (before !== undefined && before !== side) this.#side.closeFd(before);
      this.fds.set(capture, side);
      return;
    }
    const { ids } = this.of(fd);
    if (id.dir === 'end') ids[id.kind].delete(capture);
    else ids[id.kind].add(capture, side);
  }

  end(): void {
    for (const fd of new Set(this.fds.values())) this.#side.closeFd(fd);
    for (const fd of [...this.#files.keys()]) this.close(fd);
  }
}
