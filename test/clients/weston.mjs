// A compositor without a display, and clients that give it their buffers as dma-bufs.

import { arm64Argv, arm64LdArgv } from './arm64.mjs';
import { crashed } from './process.mjs';

/** The compositor's renderer for each of weston's clients. */
const CLIENTS = {
  'simple-egl': 'gl',
  'simple-dmabuf-egl': 'gl',
  'simple-dmabuf-feedback': 'gl',
  'simple-vulkan': 'vulkan',
  'simple-dmabuf-vulkan': 'vulkan',
};

/** How many pictures a client shows before it is asked to end; this one ends after two seconds, however many that are. */
const picturesOf = (client) => (client === 'simple-dmabuf-feedback' ? 1 : 20);
const endsItself = (client) => client === 'simple-dmabuf-feedback';

/** Clients as commands.mjs has them: each with a compositor of its own. */
export function westonClients(place) {
  return Object.entries(CLIENTS).map(([client, renderer]) => ({
    name: `weston-${client}`,
    needs: ['vulkan', 'gl', 'weston', 'qemu'],
    seconds: 180,
    kernels: renderer === 'gl' ? ['next'] : ['7.2'],
    architecture: 'arm64',
    argv: (preload) => ['/bin/sh', '-c', script(place, client, renderer, preload)],
    complaint: (r) => crashed(r) || judge(client, renderer, r.stdout),
  }));
}

function judge(client, renderer, said) {
  const name = renderer === 'gl' ? /GL renderer: Mali-G610.*\(Panfrost\)/ : /Mali-G610/;
  if (!name.test(said)) return `the compositor does not draw on a Mali-G610 with ${renderer}`;
  const end = new RegExp(`^${client}: status (\\d+) after (\\d+) pictures$`, 'm').exec(said);
  if (end === null) return 'the client did not end';
  if (Number(end[2]) < picturesOf(client)) return `${end[2]} of ${picturesOf(client)} pictures`;
  if (end[1] !== '0') return `the client ended with status ${end[1]}`;
  return /^weston: status 0$/m.test(said) ? '' : 'the compositor did not end with status 0';
}

/**
 * Both in one shell, under one `run`. A client goes on until it gets SIGINT, and is done then; what it sends is printed
 * by libwayland, where its pictures are counted.
 */
function script(place, client, renderer, preload) {
  const socket = `wayland-${client}-${renderer}`;
  const weston = arm64Argv(
    place,
    'usr/bin/weston',
    ['--backend=headless', `--renderer=${renderer}`, '--shell=kiosk', '--no-config', '--idle-time=0'],
    preload,
  );
  const start = client === 'simple-dmabuf-feedback' ? arm64LdArgv : arm64Argv;
  const env = { WAYLAND_DISPLAY: socket, WAYLAND_DEBUG: 'client' };
  const command = start(place, `usr/bin/weston-${client}`, [], preload, env);
  return `
cd "$(mktemp -d)" && export XDG_RUNTIME_DIR="$PWD" || exit 1
${quoted([...weston, `--socket=${socket}`])} >compositor 2>&1 &
compositor=$!
tries=0
until [ -S ${socket} ] || [ $((tries += 1)) -gt 600 ]; do sleep 0.1; done
: >client
${quoted(command)} >client 2>&1 &
client=$!
pictures() { grep -c 'wl_surface.*.commit' client; }
tries=0
while kill -0 $client 2>/dev/null && [ "$(pictures)" -le ${picturesOf(client)} ] && [ $((tries += 1)) -le 600 ]; do
  sleep 0.1
done
${endsItself(client) ? '' : 'kill -INT $client'}
wait $client
echo "${client}: status $? after $(($(pictures) - 1)) pictures"
kill -TERM $compositor
wait $compositor
echo "weston: status $?"
cat compositor
tail -n 5 client >&2`;
}

const quoted = (words) => words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
