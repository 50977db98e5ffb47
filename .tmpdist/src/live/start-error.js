/** A server or recorder cannot start, for a reason that the user can do something about. */
export class StartError extends Error {
    name = 'StartError';
}
//# sourceMappingURL=start-error.js.map