/** Release → code name, by which the archive calls it (https://ubuntu.com/about/release-cycle). */
export const codeNames: Readonly<Record<string, string>> = {
  '22.04': 'jammy',
  '24.04': 'noble',
  '26.04': 'resolute',
};
