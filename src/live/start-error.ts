/** A server or recorder cannot start, for a reason that the user can do something about. */
export class StartError extends Error {
  override name = 'StartError';
}
