import { reportText } from '../live/server/report.js';
import { libraryPath, ServerThread } from '../live/server/server-thread.js';
import { EXIT_BUG } from './exit.js';
import { addModelOptions, checkModelOptions, serveOptions, starting, } from './live-options.js';
export function register(program) {
    const command = program
        .command('serve')
        .summary('serve clients until interrupted')
        .description('Runs the model alone, for clients that are started by themselves: prints the environment that they need, and serves until SIGINT or SIGTERM.')
        .option('--dir <path>', 'directory of mode 0700 for the socket (default: a new one)');
    addModelOptions(command).action(serve);
}
async function serve(options) {
    checkModelOptions(options);
    const own = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
    const server = await starting(() => ServerThread.start({
        ...serveOptions(options),
        ...(options.dir === undefined ? {} : { dir: options.dir }),
    }));
    const variables = { ...server.environment, LD_PRELOAD: libraryPath(own) };
    for (const [key, value] of Object.entries(variables))
        process.stdout.write(`export ${key}=${quote(value)}\n`);
    await new Promise((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'])
            process.once(signal, () => resolve());
    });
    const report = await server.stop();
    process.stderr.write(reportText(report));
    if (report.bugs > 0)
        process.exitCode = EXIT_BUG;
}
/** For a shell. */
function quote(value) {
    return /^[\w/.:-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
//# sourceMappingURL=serve.js.map