/** Helpers for writes to one property name; one set for each module and name, so that the engine sees one shape. */
export function fieldHelpers(field, maybeSetter) {
  // What a setter does is followed where it does it.
  const known = maybeSetter ? `t.$id !== undefined && Object.hasOwn(t, '${field}')` : 't.$id !== undefined';
  if (field === 'length') {
    return 'const $w_length = $length, $u_length = (t, f) => $length(t, f(t.length)), $i_length = (t, d) => $length(t, t.length + d); ';
  }
  return (
    `const $k_${field} = $key('${field}'), $r_${field} = (t, v) => { t.${field} = v; }, ` +
    `$w_${field} = (t, v) => { const o = t.${field}; if (o !== v) { t.${field} = v; ` +
    `if (${known}) $note(t, $k_${field}, $r_${field}, o, v); } else if ($log.on) $silent(t, $k_${field}); return v; }, ` +
    `$u_${field} = (t, f) => $w_${field}(t, f(t.${field})), ` +
    `$i_${field} = (t, d, pre, unused) => { const o = t.${field}; const n = typeof o === 'bigint' ? o + BigInt(d) : o + d; ` +
    `if (unused && $log.on) $plus(() => $w_${field}(t, n)); else $w_${field}(t, n); return pre ? n : o; }; `
  );
}
