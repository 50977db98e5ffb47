/** Scenarios that grow: so many VMs on so many slots, binders and submitters, a group that faults or a reset beside them. */

/** Name, and how many of what. */
export const SCALES = [
  ['2 VMs, 1 slot, 2 binders, 2 submitters', { vms: 2, slots: 1, binders: 2, submitters: 2 }],
  [
    '2 VMs, 1 slot, binder, 2 submitters, fault',
    { vms: 2, slots: 1, binders: 1, submitters: 2, fault: true },
  ],
  ['3 VMs, 2 slots, binder, 3 submitters', { vms: 3, slots: 2, binders: 1, submitters: 3 }],
  ['4 VMs, 3 slots, binder, 4 submitters', { vms: 4, slots: 3, binders: 1, submitters: 4 }],
];

/** The text of such a scenario. */
export function scaled({ vms, slots, binders, submitters, fault = false }) {
  const names = Array.from({ length: vms }, (_, i) => String.fromCharCode(65 + i));
  const lines = [
    'check atomic stale-translation activation lock-agreement slot-bookkeeping table-pages deadlock kernel-warning',
    `slots ${slots}`,
    'object old 8K',
    'object new 8K',
  ];
  for (const [i, name] of names.entries()) {
    lines.push(`vm ${name}`, 'map old at 0x10000000');
    // As many as there are slots have been active before.
    if (i < slots) lines.push('activate', 'idle');
  }
  for (let i = 0; i < binders; i++)
    lines.push(`thread binder${i}`, `map ${names[i % vms]} new at 0x10000000`);
  const group = (thread, vm, va) =>
    lines.push(`thread ${thread}`, `activate ${vm}`, `read ${vm} ${va}`, `idle ${vm}`);
  for (let i = 0; i < submitters; i++) group(`sub${i}`, names[i % vms], '0x10000000');
  if (fault) group('faulty', names[0], '0x20000000');
  return lines.join('\n');
}
