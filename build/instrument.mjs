/** TODO */
export function instrument(code) {
  return code;
}
