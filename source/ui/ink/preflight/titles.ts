/** What each check is called, by its id. Filled from the checks themselves. */
export const checkTitles: ReadonlyMap<string, string> = new Map();
