// The comparison as a page of the documentation.

/** Markdown of all rows; `peer` and `ours` are the answers in the order of `calls`. */
export function table(calls, peer, ours) {
  const count = (list) => list.filter((answer, i) => answer === calls[i].kernel).length;
  const lines = [
    '# The same calls, asked of two shims and of the kernel’s source',
    '',
    'Printed by `npm run --silent peer-comparison`; `npm run test:clients` fails when it is out of date.',
    '',
    'Mesa’s drm-shim (libpanfrost_noop_drm_shim.so, `PAN_GPU_ID=a867`) lets Mesa’s drivers start where there is no',
    'GPU, and promises nothing beyond that. One program makes each call in a process and an open file of its own,',
    'under both shims. The last columns are what the source of Linux 7.2 answers a process without privileges, and',
    'the function that decides. Answers are the result and what the call wrote, or the name of errno; “returns -22”',
    'is a library that hands the caller a kernel’s number instead of -1 and errno.',
    '',
    `Of ${calls.length} calls the no-op shim answers ${count(peer)} as the kernel does, panthor-shim ${count(ours)}.`,
  ];
  let section = '';
  for (const [i, row] of calls.entries()) {
    if (row.section !== section) {
      section = row.section;
      lines.push('', `## ${section}`, '', '| call | no-op shim | panthor-shim | Linux 7.2 | decided in |');
      lines.push('|---|---|---|---|---|');
    }
    const cell = (answer) => (answer === row.kernel ? answer : `**${answer}**`);
    lines.push(`| ${row.what} | ${cell(peer[i])} | ${cell(ours[i])} | ${row.kernel} | \`${row.source}\` |`);
  }
  return `${lines.join('\n')}\n`;
}
