/**
 * The spaces of scales.mjs in Promela, for SPIN: so many VMs on so many slots, binders and submitters, a group that faults. By
 * hand, at about the grain of the explorer's steps: one for each lock taken or let go, command sent, command carried out, change
 * of the tables, walk. Control alone: no addresses, no objects, one region.
 */

const common = ({ vms, slots }) => `
#define NO 255
mtype = { NONE, LOCK, UNLOCK, FLUSH, UPDATE };
mtype command[${slots}] = NONE;     /* what each address space carries out */
byte owner[${slots}] = NO;          /* the VM in each slot */
bool locked[${slots}];              /* accesses of the region have to wait */
bool on[${slots}];                  /* its tables are walked */
bool faulty[${slots}];
byte accesses[${slots}];            /* under way */
byte cached[${slots}];              /* by the TLB: 0 nothing, else the state of the tables, + 1 */
byte slot[${vms}] = NO;
byte users[${vms}];                 /* active_cnt */
bool recorded[${vms}];              /* a locked region, for who enables the slot next */
byte tables[${vms}];                /* 0 old, 1 nothing there, 2 new */
byte age[${vms}];                   /* of idle VMs: which was idle first */
byte idle;
bool slots_lock, op_lock[${vms}];

#define lock(m)    atomic { !m -> m = true }
#define unlock(m)  m = false
#define ready(s)   (command[s] == NONE)

inline issue(s, what) { ready(s); command[s] = what; ready(s) }

/* An address space: LOCK waits for accesses under way, as a flush does. */
proctype as(byte s) {
end:  do
  :: atomic { command[s] == LOCK && accesses[s] == 0 -> locked[s] = true; command[s] = NONE }
  :: atomic { command[s] == FLUSH && accesses[s] == 0 -> cached[s] = 0; command[s] = NONE }
  :: atomic { command[s] == UPDATE -> cached[s] = 0; faulty[s] = false; command[s] = NONE }
  :: atomic { command[s] == UNLOCK -> locked[s] = false; cached[s] = 0; command[s] = NONE }
  od
}

/* The VM that has been idle longest gives its slot away. */
inline recycle(s, i) {
  d_step {
    s = NO; i = 0;
    do
    :: i == ${slots} -> break
    :: i < ${slots} && owner[i] == NO && s == NO -> s = i; i++
    :: else -> i++
    od;
    if
    :: s == NO ->
      i = 0;
      do
      :: i == ${vms} -> break
      :: i < ${vms} && slot[i] != NO && users[i] == 0 && (s == NO || age[i] < age[owner[s]]) -> s = slot[i]; i++
      :: else -> i++
      od
    :: else
    fi
  };
  if
  :: s != NO && owner[s] != NO ->
    if
    :: on[s] -> issue(s, LOCK); issue(s, FLUSH); issue(s, UNLOCK)
    :: else
    fi;
    d_step { on[s] = false; slot[owner[s]] = NO; owner[s] = NO }
  :: else
  fi
}

/* panthor_vm_active(); s is NO where no slot is free. */
inline activate(vm, s, i) {
  lock(op_lock[vm]);
  lock(slots_lock);
  if
  :: slot[vm] != NO -> s = slot[vm]; users[vm]++
  :: else ->
    recycle(s, i);
    if
    :: s != NO -> d_step { owner[s] = vm; slot[vm] = s; users[vm]++ }
    :: else
    fi
  fi;
  if
  :: s != NO && !on[s] ->
    issue(s, UPDATE);
    on[s] = true;
    if
    :: recorded[vm] -> issue(s, LOCK)
    :: else
    fi
  :: else
  fi;
  unlock(slots_lock);
  unlock(op_lock[vm])
}

/* panthor_vm_idle() */
inline deactivate(vm) {
  lock(slots_lock);
  d_step {
    users[vm]--;
    if
    :: users[vm] == 0 -> age[vm] = idle; idle++
    :: else
    fi
  };
  unlock(slots_lock)
}

/* One operation: lock the region, take out, put in, flush, unlock. */
proctype binder(byte vm) {
  byte s;
  lock(op_lock[vm]);
  lock(slots_lock);
  s = slot[vm];
  if
  :: s != NO && on[s] -> issue(s, LOCK)
  :: else
  fi;
  recorded[vm] = true;
  unlock(slots_lock);
  tables[vm] = 1;
  tables[vm] = 2;
  lock(slots_lock);
  s = slot[vm];
  if
  :: s != NO && on[s] -> issue(s, FLUSH); issue(s, UNLOCK)
  :: else
  fi;
  recorded[vm] = false;
  unlock(slots_lock);
  unlock(op_lock[vm])
}

/* A group that reads once while it is on the GPU. */
proctype submitter(byte vm) {
  byte s, i, seen;
  activate(vm, s, i);
  if
  :: s != NO ->
    if
    :: atomic { on[s] && !locked[s] -> accesses[s]++ };
      if
      :: cached[s] != 0 -> seen = cached[s] - 1
      :: else -> seen = tables[vm]; cached[s] = seen + 1
      fi;
      assert(seen != 1);
      accesses[s]--
    :: !on[s]
    fi;
    deactivate(vm)
  :: else
  fi
}
`;

const faulty = `
/* A group that reads where nothing is mapped, and the interrupt's thread. */
bool raised;
byte raised_by;
proctype faulting(byte vm) {
  byte s, i;
  activate(vm, s, i);
  if
  :: s != NO ->
    if
    :: atomic { on[s] -> accesses[s]++ };
      d_step { accesses[s]--; raised_by = s; raised = true; faulty[s] = true }
    :: !on[s]
    fi;
    deactivate(vm)
  :: else
  fi
}
proctype interrupt() {
end:  do
  :: raised ->
    raised = false;
    lock(slots_lock);
    if
    :: faulty[raised_by] && owner[raised_by] != NO && on[raised_by] ->
      issue(raised_by, LOCK); issue(raised_by, FLUSH);
      issue(raised_by, UPDATE);
      d_step { on[raised_by] = false; locked[raised_by] = false }
    :: else
    fi;
    unlock(slots_lock)
  od
}
`;

/** The text of such a space. */
export function promela({ vms, slots, binders, submitters, fault = false }) {
  const times = (n, line) => Array.from({ length: n }, (_, i) => line(i)).join('');
  return `${common({ vms, slots })}${fault ? faulty : ''}
init {
  atomic {
${times(Math.min(slots, vms), (i) => `    owner[${i}] = ${i}; slot[${i}] = ${i}; on[${i}] = true; age[${i}] = ${i}; idle++;\n`)}${times(slots, (i) => `    run as(${i});\n`)}${times(binders, (i) => `    run binder(${i % vms});\n`)}${times(submitters, (i) => `    run submitter(${i % vms});\n`)}${fault ? '    run faulting(0);\n    run interrupt();\n' : ''}  }
}
`;
}
