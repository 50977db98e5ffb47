/** @type {{ why: string, places: string[] }[]} */
export const UNREACHED = [];
