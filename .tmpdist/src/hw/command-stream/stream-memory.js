/**
 * What a command stream's loads and stores go to. Each access is interruptible: the command-stream hardware that runs
 * clients does it at once (GpuMemory), the explorer on the timed machine, where it may have to wait.
 */
export {};
//# sourceMappingURL=stream-memory.js.map