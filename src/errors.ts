/** The command line asks for something that cannot be: exit status 2 and the message. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Input other than a capture that cannot be read or is corrupt: exit status 3 and the message. */
export class InputError extends Error {
  override name = 'InputError';
}
